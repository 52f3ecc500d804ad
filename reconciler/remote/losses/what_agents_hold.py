"""What an agent has that its row does not show: what was said in conversations, and archival passages.

In: ids of agents. Out: how much of it there is, in two requests for each agent, and in one more the archive
it leaves. It must not judge what that means.

An agent's list of messages holds those of all its conversations and those no longer in context, its row only
the ones of the main thread that are (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import NotFound
from reconciler.remote.decode import first_messages
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, checked_rows, first_page, list_rows
from reconciler.remote.http.threads import side_by_side
from reconciler.values import Holdings

_MOST_PASSAGES = 20
"""Each comes with its vector, some 40 kB."""
_WORKERS = 4


@dataclass(frozen=True)
class Said:
    """Looks at agents of one server."""

    transport: Gets

    def holdings(
        self, agents: Mapping[str, str], without_archive: Collection[str] = ()
    ) -> dict[str, Holdings]:
        """What each agent holds; `agents` are types by id. One `without_archive` has no passages: the server
        makes an archive with the first of them (letta 0.16.8)."""
        asked = [(each, kind, each not in without_archive) for each, kind in agents.items()]
        with side_by_side(_WORKERS, "look") as pool:
            return dict(zip(agents, pool.map(lambda each: self._of(*each), asked), strict=True))

    def archives(self, agents: Iterable[str]) -> dict[str, tuple[str, ...] | None]:
        """The archives of these agents, which outlive them; ids by agent, one request each, None where the
        server does not tell."""
        ids = list(agents)
        with side_by_side(_WORKERS, "look") as pool:
            return dict(zip(ids, pool.map(self._archives_of, ids), strict=True))

    def _archives_of(self, agent_id: str) -> tuple[str, ...] | None:
        task = f"look which archive {agent_id} leaves"
        try:
            rows = list_rows(self.transport, "/v1/archives/", task, (("agent_id", agent_id), OLDEST_FIRST))
        except NotFound:
            return None
        return tuple(row["id"] for row in rows)

    def messages(self, agent_id: str, agent_type: str = "") -> int:
        """How many messages an agent has, up to a page of them, beyond those it was made with."""
        rows = self._first(f"/v1/agents/{agent_id}/messages", agent_id, (("order", "desc"),))
        said = {row["id"] for row in rows if row.get("message_type") != "system_message"}
        of_runs = {row["id"] for row in rows if row.get("run_id")}
        return max(len(of_runs), len(said) - (first_messages(agent_type) - 1))

    def _of(self, agent_id: str, agent_type: str, has_archive: bool) -> Holdings:
        if not has_archive:
            return Holdings(self.messages(agent_id, agent_type), 0)
        path, query = f"/v1/agents/{agent_id}/archival-memory", (("ascending", "true"),)
        passages = self._first(path, agent_id, query, _MOST_PASSAGES)
        return Holdings(self.messages(agent_id, agent_type), len(list(passages)))

    def _first(
        self, path: str, agent_id: str, query: tuple[tuple[str, str], ...], most: int = 1_000
    ) -> Iterable[dict[str, Any]]:
        task = f"look what {agent_id} would lose"
        try:
            return checked_rows(first_page(self.transport, path, task, query, most)[0], task)
        except NotFound:
            return ()
