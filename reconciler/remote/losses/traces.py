"""What a person leaves on the server beside what is managed: archives, blocks, identities.

In: agents of the person, the ids of what is ours, sets. Out: traces by agent, each with the agents of others
that have it, too. An agent costs three requests, a trace one more. It must not judge what is to be erased.

An agent's archive, and its blocks, outlive it; so do the blocks of a conversation that are isolated (letta
0.16.8, measured). An agent's row does not show its archive, and an identity's not its agents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.errors import NotFound
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, Query, list_rows
from reconciler.remote.http.paths import TRACES
from reconciler.remote.http.rows import Row, rows, texts
from reconciler.remote.http.threads import side_by_side
from reconciler.remote.marks.markers import run_time_tags
from reconciler.values import Owner, Trace

_TASK = "look what a person leaves on the server"
_WORKERS = 4


@dataclass(frozen=True)
class Traces:
    """Looks at one server."""

    transport: Gets
    ours: Collection[str]
    """Ids of what is managed."""

    def of(self, agents: Iterable[str]) -> Mapping[str, tuple[Trace, ...]]:
        """By agent; what several of them have is found by the first."""
        ids = list(agents)
        with side_by_side(_WORKERS, "look") as pool:
            by_agent = dict(zip(ids, pool.map(lambda each: [*self._of(each)], ids), strict=True))
            seen: set[str] = set()
            found: dict[str, list[Trace]] = {}
            for agent, traces in by_agent.items():
                found[agent] = [each for each in traces if each.id not in seen]
                seen |= {each.id for each in traces}
            every = [each for traces in found.values() for each in traces]
            users = dict(zip(every, pool.map(self._users, every), strict=True))
        return {
            agent: tuple(_for_others(each, users[each], by_agent) for each in traces)
            for agent, traces in found.items()
        }

    def tagged(self, owner: Owner, ending: Collection[str]) -> tuple[Trace, ...]:
        """Blocks that a program made for the set, also those that hang on no agent any more; agents that are
        `ending` are no others."""
        query = [("tags", tag) for tag in run_time_tags(owner)]
        query += [("match_all_tags", "true"), OLDEST_FIRST]
        found = [
            _trace("block", row)
            for row in self._rows("/v1/blocks/", tuple(query))
            if row["id"] not in self.ours
        ]
        return tuple(_for_others(each, self._users(each), ending) for each in found)

    def _of(self, agent: str) -> Iterator[Trace]:
        query = (("include", "agent.blocks"), ("include", "agent.identities"))
        try:
            row = self.transport.get(f"/v1/agents/{agent}", _TASK, query)
        except NotFound:
            return
        row = row if isinstance(row, dict) else {}
        held = {str(each.get("id")): _trace("block", each) for each in rows(row, "blocks", "agent")}
        for conversation in self._rows("/v1/conversations/", (("agent_id", agent), OLDEST_FIRST)):
            for block in texts(conversation, "isolated_block_ids", "conversation"):
                held.setdefault(block, Trace("block", block, f"of {conversation['id']}"))
        yield from (trace for block, trace in held.items() if block not in self.ours)
        for archive in self._rows("/v1/archives/", (("agent_id", agent), OLDEST_FIRST)):
            yield _trace("archive", archive)
        for identity in rows(row, "identities", "agent"):
            yield Trace("identity", str(identity.get("id")), str(identity.get("identifier_key") or ""))

    def _users(self, trace: Trace) -> tuple[str, ...]:
        path = f"/v1/{TRACES[trace.kind]}/{trace.id}/agents"
        return tuple(sorted(str(row["id"]) for row in self._rows(path, (OLDEST_FIRST,))))

    def _rows(self, path: str, query: Query) -> Iterable[Row]:
        """None where the server has no such thing."""
        try:
            return list_rows(self.transport, path, _TASK, query)
        except NotFound:
            return ()


def _trace(kind: str, row: Row) -> Trace:
    return Trace(kind, str(row.get("id")), str(row.get("label") or row.get("name") or ""))


def _for_others(trace: Trace, users: Iterable[str], ending: Collection[str]) -> Trace:
    return replace(trace, used_by=tuple(each for each in users if each not in ending))
