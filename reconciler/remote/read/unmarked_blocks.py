"""Whose the blocks are that hang on agents of ours and bear no mark of ours: a list of agents shows no tags.

In: the rows of one read. Out: rows of such blocks with their tags. In the normal case nothing is asked. A run
about all asks for the list of everything marked; one about a few users looks at its first page, and when that
is not all, at these blocks one by one: what a user costs must not depend on how many others there are.
"""

from __future__ import annotations

from reconciler.remote.http.pages import OLDEST_FIRST, Gets, Query, Rows, first_page, list_rows
from reconciler.remote.http.rows import texts
from reconciler.remote.marks.markers import MANAGED_BY, tag_projects
from reconciler.remote.read.assemble import strange_blocks_on
from reconciler.remote.read.scope import Part
from reconciler.remote.read.unlisted import fetched

_QUERY: Query = (("tags", MANAGED_BY), OLDEST_FIRST, ("show_hidden_blocks", "true"))
_PATH, _TASK = "/v1/blocks/", "look whose the others are"


def marked_strangers(transport: Gets, agents: Rows, blocks: Rows, project: str, part: Part) -> Rows:
    """Blocks of other projects among those listed, and what has to be asked for to know of the rest."""
    of_others = [row for row in blocks if _is_of_another(row, project)]
    known = {row["id"] for row in of_others}
    ours = [row for row in blocks if row["id"] not in known]
    unknown = sorted(strange_blocks_on(agents, ours, project) - known)
    return of_others + (_asked(transport, unknown, part) if unknown else [])


def _asked(transport: Gets, ids: list[str], part: Part) -> Rows:
    if part.sets is None:
        return list_rows(transport, _PATH, _TASK, _QUERY)
    first, is_all = first_page(transport, _PATH, _TASK, _QUERY)
    return list(first) if is_all else [dict(row) for row in fetched(transport, "block", ids)]


def _is_of_another(row: dict[str, object], project: str) -> bool:
    projects = tag_projects(texts(row, "tags", "block"))
    return bool(projects) and project not in projects
