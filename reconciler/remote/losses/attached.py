"""On which agents blocks, sources and tools hang, whoever made those agents.

In: server ids and their kinds. Out: agents by resource. It must not judge whose agents they are.

One page of all agents where that holds them all, else one request for each resource; one list of all agents
above 50 resources, and for tools, which the server cannot be asked about (letta 0.16.8).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.errors import NotFound
from reconciler.remote.http.pages import (
    OLDEST_FIRST,
    Gets,
    Query,
    Rows,
    checked_rows,
    first_page,
    list_ids,
    list_rows,
)
from reconciler.remote.http.rows import Row, rows
from reconciler.remote.http.threads import side_by_side

_ONE_BY_ONE = 50
_EMBEDDED = {"block": "blocks", "source": "sources", "tool": "tools"}
_TASK = "look what hangs on agents"
_WORKERS = 4

Agents = Mapping[str, str]
"""Names by id; a name is empty where the server does not tell."""


@dataclass(frozen=True)
class Attached:
    """Looks at one server."""

    transport: Gets

    def to(self, resources: Mapping[str, str]) -> Mapping[str, Agents]:
        """The agents each resource hangs on; `resources` are kinds by id."""
        path, query = "/v1/agents/", _including(resources.values())
        if "tool" in resources.values() or len(resources) > _ONE_BY_ONE:
            return _by_resource(list_rows(self.transport, path, _TASK, query), resources)
        if len(resources) > 1:
            agents, is_all = first_page(self.transport, path, _TASK, query)
            if is_all:
                return _by_resource(checked_rows(agents, _TASK), resources)
        with side_by_side(_WORKERS, "look") as pool:
            found = pool.map(self._agents_of, resources, resources.values())
            return dict(zip(resources, found, strict=True))

    def _agents_of(self, resource_id: str, kind: str) -> Agents:
        try:
            if kind == "source":
                return dict.fromkeys(list_ids(self.transport, f"/v1/folders/{resource_id}/agents", _TASK), "")
            query = (OLDEST_FIRST, ("include", "agent.tags"))
            found = list_rows(self.transport, f"/v1/blocks/{resource_id}/agents", _TASK, query)
        except NotFound:
            return {}
        return {row["id"]: str(row.get("name") or "") for row in found}


def _including(kinds: Iterable[str]) -> Query:
    include = (("include", f"agent.{_EMBEDDED[kind]}") for kind in sorted(set(kinds)))
    return (OLDEST_FIRST, ("show_hidden_agents", "true"), *include)


def _by_resource(agents: Rows, resources: Mapping[str, str]) -> Mapping[str, Agents]:
    found: dict[str, dict[str, str]] = {resource_id: {} for resource_id in resources}
    for agent in agents:
        for resource_id in _hanging_on(agent, set(resources.values())):
            if resource_id in found:
                found[resource_id][agent["id"]] = str(agent.get("name") or "")
    return found


def _hanging_on(agent: Row, kinds: Iterable[str]) -> Iterator[str]:
    for kind in kinds:
        for row in rows(agent, _EMBEDDED[kind], "agent"):
            yield str(row.get("id"))
