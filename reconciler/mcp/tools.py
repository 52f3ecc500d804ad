"""What a client can do, as plain functions; the server turns each into a tool.

In: texts and names. Out: texts and results. Every function asks Access first. `plan` and `drift` only read,
and no secret or prompt text is in what they say. The names are none that Letta gives an agent, so an agent
may be given these tools as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from reconciler.errors import ReconcilerError
from reconciler.mcp.access import Access
from reconciler.mcp.results import (
    Answer,
    Block,
    Change,
    DriftShown,
    Named,
    NamedAgent,
    Passage,
    PlanShown,
    Said,
)
from reconciler.project.planned import Planned
from reconciler.runtime import Constellations, Exchange, NotAllowed, NotThere, UserSet
from reconciler.values import SHARED, Owner

User: TypeAlias = Annotated[
    str, Field(description="Id of the user; may be left out where this server is for one user")
]
Template: TypeAlias = Annotated[
    str, Field(description="Name of the constellation; may be left out where this server is for one")
]
Agent: TypeAlias = Annotated[str, Field(description="Name of the agent, as list_agents shows it")]
Text: TypeAlias = Annotated[str, Field(description="What to say")]
Knowledge: TypeAlias = Annotated[str, Field(description="Name of the source, as list_sources shows it")]


@dataclass(frozen=True, slots=True)
class Hints:
    """What a call does, for clients that ask a person first; without any it changes something and ends
    nothing."""

    reads: bool = False
    """It changes nothing."""
    overwrites: bool = False
    """What was there before is not there afterwards."""
    repeatable: bool = False
    """Once more with the same arguments changes nothing more."""


_READS = Hints(reads=True, repeatable=True)
HINTS: Mapping[str, Hints] = MappingProxyType(
    {
        "chat_with_agent": Hints(),
        "get_agent_memory": _READS,
        "update_agent_memory": Hints(overwrites=True, repeatable=True),
        "list_agents": _READS,
        "list_groups": _READS,
        "list_blocks": _READS,
        "list_sources": _READS,
        "send_to_group": Hints(),
        "record_insight": Hints(repeatable=True),
        "search_knowledge": _READS,
        "plan": _READS,
        "drift": _READS,
    }
)
"""Every tool, in the order clients see them, and what it does."""
TOOLS = tuple(HINTS)


class Tools:
    """The tools of one server; thread-safe."""

    def __init__(self, constellations: Constellations, access: Access) -> None:
        self._constellations = constellations
        self._access = access

    def functions(self) -> list[Callable[..., Any]]:
        """All of them, in the order of TOOLS."""
        return [getattr(self, name) for name in TOOLS]

    def chat_with_agent(
        self, agent: Agent, message: Text, user: User = "", constellation: Template = ""
    ) -> Answer:
        """Send a message to one agent of a user and return its answer. The message is sent once; to cancel
        the call does not take it back."""
        return _answer(self._user(user, constellation).agent(agent).exchange(message))

    def send_to_group(
        self,
        group: Annotated[str, Field(description="Name of the group, as list_groups shows it")],
        message: Text,
        user: User = "",
        constellation: Template = "",
    ) -> Answer:
        """Send a message to a group of a user's agents and return what each member answered. To cancel the
        call does not take the message back."""
        return _answer(self._user(user, constellation).group(group).exchange(message))

    def get_agent_memory(
        self,
        agent: Agent,
        label: Annotated[str, Field(description="Label of one block; all of them without it")] = "",
        user: User = "",
        constellation: Template = "",
    ) -> list[Block]:
        """Read the memory blocks of one agent, or only the one with this label."""
        blocks = self._user(user, constellation).agent(agent).memory.blocks()
        found = [each for each in blocks if label in ("", each.label)]
        if label and not found:
            known = ", ".join(each.label for each in blocks) or "none"
            raise NotThere(f"{agent} has no block {label!r}", why=f"it has: {known}")
        return [
            Block(
                label=each.label,
                value=each.value,
                description=each.description,
                limit=each.limit,
                read_only=each.read_only,
            )
            for each in found
        ]

    def update_agent_memory(
        self,
        agent: Agent,
        label: Annotated[str, Field(description="Label of the block, as get_agent_memory shows it")],
        value: Annotated[str, Field(description="The whole new value")],
        expect: Annotated[
            str | None, Field(description="Write only while the block still holds exactly this")
        ] = None,
        user: User = "",
        constellation: Template = "",
    ) -> str:
        """Replace the value of one memory block, within its limit. With `expect` it is written only while it
        still holds that value. Blocks that are shared change for every agent that shares them."""
        self._user(user, constellation).agent(agent).memory.block(label).write(value, expect)
        return "written"

    def list_agents(self, user: User = "", constellation: Template = "") -> list[NamedAgent]:
        """List the agents this server gives access to, of one user or of all."""
        return [
            NamedAgent(
                user=owner.user, constellation=owner.constellation, agent=agent.address.name, id=agent.id
            )
            for owner in self._owners(user, constellation)
            for agent in self._of(owner).agents()
        ]

    def list_groups(self, user: User = "", constellation: Template = "") -> list[Named]:
        """List the groups that send_to_group talks to, of one user or of all."""
        owners = self._owners(user, constellation)
        return [_named(owner, each) for owner in owners for each in self._of(owner).groups()]

    def list_blocks(self, user: User = "", constellation: Template = "") -> list[Named]:
        """List the memory blocks that several agents share, of one user or of all, and those that every user
        has. Blocks of a single agent are not among them: get_agent_memory shows all of an agent."""
        owners = [*self._owners(user, constellation), Owner()]
        return [_named(owner, each) for owner in owners for each in self._of(owner).blocks()]

    def list_sources(self, user: User = "", constellation: Template = "") -> list[Named]:
        """List the sources that search_knowledge searches, of one user or of all, and those that every user
        has, which are only to be read."""
        owners = [*self._owners(user, constellation), Owner()]
        return [_named(owner, each) for owner in owners for each in self._of(owner).sources()]

    def record_insight(
        self,
        text: Annotated[str, Field(description="What to remember, in a sentence or a few")],
        source: Knowledge = "knowledge",
        user: User = "",
        constellation: Template = "",
    ) -> str:
        """Store a short text in a knowledge source of a user; returns the name of its file. All agents that
        have the source can find it from then on."""
        if "/" in source:
            raise NotAllowed(f"{source} is not one user's source", why="only those are written to from here")
        return self._user(user, constellation).source(source).add(text)

    def search_knowledge(
        self,
        query: Annotated[str, Field(description="What to look for, in words")],
        source: Knowledge = "knowledge",
        limit: Annotated[int, Field(description="Passages at most", ge=1, le=50)] = 5,
        scores: Annotated[bool, Field(description="Whether each passage says how near it is")] = False,
        user: User = "",
        constellation: Template = "",
    ) -> list[Passage]:
        """Search a knowledge source of a user; nearest passages first. `scores` adds similarities, which
        takes longer."""
        hits = self._user(user, constellation).source(source).search(query, limit, scores=scores)
        return [Passage(text=hit.text, file=hit.file, score=hit.score) for hit in hits]

    def plan(self) -> PlanShown:
        """Say what an apply of the manifests would change for the users of this server. Nothing is
        written.
        """
        plan = self._planned().plan
        return PlanShown(
            project=plan.project,
            changes=[_change(change) for change in plan.changes],
            kept=[_change(change) for change in plan.kept],
            diagnostics=[each.titled for each in plan.diagnostics],
        )

    def drift(self) -> DriftShown:
        """Say what was changed on the server behind the manifests' back, and what agents learned, for the
        users of this server. Nothing is written."""
        report = self._planned().drift()
        return DriftShown(
            has_drift=report.has_drift,
            drift=[f"{each.address} {each.field.path}" for each in report.drift],
            learned=[f"{each.address} {each.field.path}" for each in report.learned],
        )

    def _planned(self) -> Planned:
        return self._constellations.opened_project.plan(self._access.scope)

    def _user(self, user: str, constellation: str) -> UserSet:
        return self._of(self._access.owner(user, constellation))

    def _owners(self, user: str, constellation: str) -> list[Owner]:
        """The one that is named, or all."""
        named = user or constellation
        return [self._access.owner(user, constellation)] if named else self._access.owners

    def _of(self, owner: Owner) -> UserSet:
        if owner.is_shared:
            return self._constellations.shared
        return self._constellations.user(owner.user, owner.constellation)


def _named(owner: Owner, handle: Any) -> Named:
    name = f"{SHARED}/{handle.address.name}" if owner.is_shared else handle.address.name
    return Named(user=owner.user, constellation=owner.constellation, name=name)


def _change(change: Any) -> Change:
    return Change(
        address=str(change.address),
        action=change.action.value,
        reason=change.reason.value,
        fields=", ".join(sorted({field.path for field in change.fields})),
    )


def _answer(exchange: Exchange) -> Answer:
    """The answer, and what the agents did on the way; an exchange without one is an error to the client."""
    if not exchange.has_answer:
        raise ReconcilerError(f"no answer came (stop reason: {exchange.stop_reason})")
    return Answer(
        text=exchange.text,
        stop_reason=exchange.stop_reason,
        messages=[
            Said(kind=each.kind.value, speaker=each.speaker, tool=each.tool, text=each.text)
            for each in exchange.messages
        ],
    )
