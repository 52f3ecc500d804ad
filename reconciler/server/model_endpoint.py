"""Where the stored models of an instance point to.

In: the database and the URL that the provider `openai` is to have from now on. Out: rows that agree with it.
Letta writes a provider's URL once and never again, so a server started with or without the STUB model, or
with it on another port, would go on calling the old one. It must run before the server starts.
"""

from __future__ import annotations

import re

from reconciler.server.database import Database

OPENAI_URL = "https://api.openai.com/v1"
_CONFIGURED = {
    "agents": ("llm_config", "embedding_config"),
    "sources": ("embedding_config",),
    "archives": ("embedding_config",),
}


def point_provider(database: Database, url: str) -> None:
    """Forget the provider if its URL is another one: Letta makes it again from its environment."""
    if not _has_schema(database):
        return
    stale = f"provider_category = 'base' and name = 'openai' and base_url is distinct from {_quoted(url)}"
    database.sql(
        f"delete from provider_models where provider_id in (select id from providers where {stale});"
        f"delete from providers where {stale};"
    )


def move_endpoint(database: Database, before: str, after: str) -> None:
    """Let agents and folders made with one STUB model URL use another one."""
    if before == after or not _has_schema(database):
        return
    old, new = _quoted(before), _quoted(after)
    for table, columns in _CONFIGURED.items():
        for column in columns:
            database.sql(
                f"update {table} set {column} = replace({column}::text, {old}, {new})::json"
                f" where {column}::text like '%' || {old} || '%'"
            )


def _has_schema(database: Database) -> bool:
    return bool(database.sql("select to_regclass('public.providers')").strip())


def _quoted(url: str) -> str:
    """A SQL literal; a URL that would need escaping is not worth pointing at."""
    return f"'{re.sub(r'[^A-Za-z0-9:/._~%?&=@+-]', '', url)}'"
