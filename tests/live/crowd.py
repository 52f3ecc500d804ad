"""Thousands of resources of others, older than anything a test makes, put straight into the database."""

from __future__ import annotations

from reconciler.server import ServerInstance
from reconciler.server.database import Database
from reconciler.server.environment import environment_at
from tests.live import fleet
from tests.live.raw import RawServer

_GROUPS = """
insert into groups (id, description, manager_type, agent_ids, organization_id, created_at)
select 'group-' || gen_random_uuid(), 'of others ' || number, 'round_robin', '[]', organizations.id,
    now() - interval '1 day' - number / 2 * interval '1 ms'
from generate_series(1, {count}) as number, organizations;
"""
_FOLDERS = """
insert into sources (id, name, embedding_config, metadata_, organization_id, vector_db_provider, created_at)
select 'source-' || gen_random_uuid(), 'of others ' || number, embedding_config, '{{}}', organization_id,
    vector_db_provider, now() - interval '1 day' - number / 2 * interval '1 ms'
from generate_series(1, {count}) as number, sources where name = 'of others';
"""


def crowd(instance: ServerInstance, url: str, *, groups: int, folders: int) -> None:
    """So many groups and folders nobody manages; two at a time were made in the same moment."""
    database = Database(instance.paths, environment_at(instance.paths.home))
    server = RawServer(url)
    folder = server.call("POST", "/v1/folders/", {"name": "of others", "embedding": fleet.EMBEDDING})["id"]
    database.sql(_GROUPS.format(count=groups) + _FOLDERS.format(count=folders))
    server.call("DELETE", f"/v1/folders/{folder}")
