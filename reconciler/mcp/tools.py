"""What a client can do, as plain functions; the server turns each into a tool.

In: texts and names. Out: JSON values. Every function asks Access first. `plan` and `drift` only read, and no
secret or prompt text is in what they say. The names are none that Letta gives an agent, so an agent may be
given these tools as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.drift import drift_of
from reconciler.errors import ReconcilerError
from reconciler.manifest.run_time_users import grown
from reconciler.mcp.access import Access
from reconciler.plan.identity.set_back import restored
from reconciler.runtime import Constellations, Exchange, UserSet
from reconciler.session import Planned
from reconciler.values import Desired

TOOLS = (
    "chat_with_agent",
    "get_agent_memory",
    "update_agent_memory",
    "list_agents",
    "send_to_group",
    "record_insight",
    "search_knowledge",
    "plan",
    "drift",
)


class Tools:
    """The tools of one server; thread-safe."""

    def __init__(self, constellations: Constellations, access: Access) -> None:
        self._constellations = constellations
        self._access = access

    def functions(self) -> list[Callable[..., Any]]:
        """All of them, in the order of TOOLS."""
        return [getattr(self, name) for name in TOOLS]

    def chat_with_agent(
        self, agent: str, message: str, user: str = "", constellation: str = ""
    ) -> dict[str, Any]:
        """Send a message to one agent of a user and return its answer. The message is sent once; to cancel
        the call does not take it back."""
        return _answer(self._user(user, constellation).agent(agent).exchange(message))

    def send_to_group(
        self, group: str, message: str, user: str = "", constellation: str = ""
    ) -> dict[str, Any]:
        """Send a message to a group of a user's agents and return what each member answered. To cancel the
        call does not take the message back."""
        return _answer(self._user(user, constellation).group(group).exchange(message))

    def get_agent_memory(
        self, agent: str, label: str = "", user: str = "", constellation: str = ""
    ) -> list[dict[str, Any]]:
        """Read the memory blocks of one agent, or only the one with this label."""
        blocks = self._user(user, constellation).agent(agent).memory.blocks()
        return [
            {
                "label": block.label,
                "value": block.value,
                "description": block.description,
                "limit": block.limit,
                "read_only": block.read_only,
            }
            for block in blocks
            if not label or block.label == label
        ]

    def update_agent_memory(
        self,
        agent: str,
        label: str,
        value: str,
        expect: str | None = None,
        user: str = "",
        constellation: str = "",
    ) -> str:
        """Replace the value of one memory block, within its limit. With `expect` it is written only while it
        still holds that value. Blocks that are shared change for every agent that shares them."""
        self._user(user, constellation).agent(agent).memory.block(label).write(value, expect)
        return "written"

    def list_agents(self, user: str = "", constellation: str = "") -> list[dict[str, str]]:
        """List the agents this server gives access to, of one user or of all."""
        sole = user or constellation
        owners = [self._access.owner(user, constellation)] if sole else self._access.owners
        return [
            {
                "user": owner.user,
                "constellation": owner.constellation,
                "agent": agent.address.name,
                "id": agent.id,
            }
            for owner in owners
            for agent in self._constellations.user(owner.user, owner.constellation).agents()
        ]

    def record_insight(
        self, text: str, source: str = "knowledge", user: str = "", constellation: str = ""
    ) -> str:
        """Store a short text in a knowledge source of a user; returns the name of its file. All agents that
        have the source can find it from then on."""
        return self._user(user, constellation).source(source).add(text)

    def search_knowledge(
        self,
        query: str,
        source: str = "knowledge",
        limit: int = 5,
        scores: bool = False,
        user: str = "",
        constellation: str = "",
    ) -> list[dict[str, Any]]:
        """Search a knowledge source of a user; nearest passages first. `scores` adds similarities, which
        takes longer."""
        hits = self._user(user, constellation).source(source).search(query, limit, scores=scores)
        return [{"text": hit.text, "file": hit.file, "score": hit.score} for hit in hits]

    def plan(self) -> dict[str, Any]:
        """Say what an apply of the manifests would change for the users of this server. Nothing is
        written.
        """
        planned = self._planned()
        plan = planned.plan
        return {
            "project": plan.project,
            "changes": [_change(change) for change in plan.changes],
            "kept": [_change(change) for change in plan.kept],
            "diagnostics": [each.summary for each in (*plan.diagnostics, *restored(planned.live))],
        }

    def drift(self) -> dict[str, Any]:
        """Say what was changed on the server behind the manifests' back, and what agents learned, for the
        users of this server. Nothing is written."""
        planned = self._planned()
        report = drift_of(planned.plan, planned.live, self._access.scope)
        return {
            "has_drift": report.has_drift,
            "drift": [f"{each.address} {each.field.path}" for each in report.drift],
            "learned": [f"{each.address} {each.field.path}" for each in report.learned],
        }

    def _planned(self) -> Planned:
        session, manifests = self._constellations.session, self._constellations.manifests
        scope = self._access.scope
        found = manifests.desired(scope)
        desired = Desired(session.project, found.resources, found.renames)
        return session.plan(desired, scope, grow=lambda live: grown(manifests, desired, live, scope))

    def _user(self, user: str, constellation: str) -> UserSet:
        owner = self._access.owner(user, constellation)
        return self._constellations.user(owner.user, owner.constellation)


def _change(change: Any) -> dict[str, str]:
    return {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason.value,
        "fields": ", ".join(sorted({field.path for field in change.fields})),
    }


def _answer(exchange: Exchange) -> dict[str, Any]:
    """The answer, and what the agents did on the way; an exchange without one is an error to the client."""
    if not exchange.has_answer:
        raise ReconcilerError(f"no answer came (stop reason: {exchange.stop_reason})")
    return {
        "text": exchange.text,
        "stop_reason": exchange.stop_reason,
        "messages": [
            {"kind": each.kind.value, "speaker": each.speaker, "tool": each.tool, "text": each.text}
            for each in exchange.messages
        ],
    }
