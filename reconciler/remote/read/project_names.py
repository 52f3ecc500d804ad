"""Which projects own something on a server: asked for where nobody said which project a run is about.

In: a connection. Out: names, or None where the server cannot be asked. Failures are no errors here: what is
missing is the name, and that is said in any case.
"""

from __future__ import annotations

from reconciler.errors import ReconcilerError
from reconciler.remote.http.connection import Connection
from reconciler.remote.http.retry import RetryPolicy
from reconciler.remote.http.transport import connect
from reconciler.remote.marks.markers import PROJECT_PREFIX, tag_projects
from reconciler.waits import Waits

_IN_PASSING = RetryPolicy(attempts=2, seconds=5.0)
_MOST = "1000"


def projects_on(connection: Connection, waits: Waits) -> tuple[str, ...] | None:
    """Projects whose mark an agent or a block bears, in one request.

    `GET /v1/tags/` lists the tags of agents and blocks, and `query_text` chooses by a part of the text
    (letta 0.16.8, measured). A project of tools, sources and groups alone is not seen.
    """
    query = (("query_text", PROJECT_PREFIX), ("limit", _MOST))
    try:
        transport = connect(connection, policy=_IN_PASSING, waits=waits)
        try:
            tags = transport.get("/v1/tags/", "look which projects there are", query)
        finally:
            transport.close()
    except ReconcilerError:
        return None
    if not isinstance(tags, list):
        return None
    return tuple(sorted(tag_projects(str(tag) for tag in tags)))
