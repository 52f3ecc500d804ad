"""Finds, for everything declared and missing, the one live resource that must be meant.

In: what is declared, what is ours, and everything on the server. Out: live resources by address, and what
could not be decided. Pure. Nothing is guessed: two that fit are an error that lists both.

    agents, sources, tools    by their name on the server
    private blocks            by their label on the live agent
    other blocks              by their label on every live agent that names them
    groups                    by manager and members
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reconciler.adopt.candidates import Choices
from reconciler.errors import Diagnostic
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Live,
    LiveResource,
    Owner,
    Ownership,
    Scope,
    field_of,
    item_path,
)


@dataclass(frozen=True, slots=True)
class Matching:
    """What can be adopted, and what stands in the way of the rest."""

    found: Mapping[Address, LiveResource]
    ambiguous: tuple[Diagnostic, ...] = ()
    foreign: tuple[Diagnostic, ...] = ()
    missing: tuple[Address, ...] = ()
    """Declared, and nothing on the server fits: an apply will create these."""


@dataclass(frozen=True)
class World:
    """Everything on the server, and what of it is ours."""

    resources: Mapping[str, LiveResource]
    owners: Mapping[str, str]
    """Who else says to own a resource, by server id."""
    live: Live

    def id_of(self, target: object) -> str:
        """The server id behind an edge, which may be written as an address of ours."""
        return self._ids.get(str(target), str(target))

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], list[LiveResource]]:
        """Resources by kind and name; groups have none."""
        found: dict[tuple[str, str], list[LiveResource]] = {}
        for each in self.resources.values():
            found.setdefault((each.kind, each.server_name if each.kind != "group" else ""), []).append(each)
        return found

    @cached_property
    def attached(self) -> frozenset[str]:
        """Ids of the blocks that hang on any agent."""
        return frozenset(
            self.id_of(leaf)
            for each in self.resources.values()
            if each.kind == "agent"
            for path, leaf in each.leaves.items()
            if field_of(path) == "blocks"
        )

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        return {str(address): resource.id for address, resource in self.live.resources.items()}


def match_names(desired: Desired, world: World, scope: Scope, take_over: bool = False) -> Matching:
    """Everything missing in the scope, found by name."""
    wanted = [each for each in desired if scope.covers(each.address) and _is_missing(each, world.live)]
    search = _Search(desired, world, Choices(world.owners, take_over))
    for fits in (search.by_name, search.by_agent, search.by_users, search.by_members):
        for resource in wanted:
            fits(resource)
        search.choices.drop_shared(desired.resources)
    choices = search.choices
    told = {each.address for each in (*choices.ambiguous, *choices.foreign)}
    left = [w.address for w in wanted if w.address not in choices.found and str(w.address) not in told]
    return Matching(choices.found, tuple(choices.ambiguous), tuple(choices.foreign), tuple(sorted(left)))


def private_blocks(
    desired: Desired, world: World, agent: Address, server_id: str, take_over: bool
) -> Matching:
    """The blocks that belong to an agent and come with it."""
    choices = Choices(world.owners, take_over, {agent: world.resources[server_id]})
    search = _Search(desired, world, choices)
    for resource in desired:
        if resource.address.parent == agent and _is_missing(resource, world.live):
            search.by_agent(resource)
    return Matching(choices.found, tuple(choices.ambiguous), tuple(choices.foreign))


def _is_missing(resource: DesiredResource, live: Live) -> bool:
    is_there = resource.address in live.resources or resource.address in live.duplicates
    return not is_there and resource.policy.default is not Ownership.ABSENT


@dataclass(frozen=True)
class _Search:
    """The four ways to tell, one after the other: each builds on what the ones before have found."""

    desired: Desired
    world: World
    choices: Choices

    def by_name(self, wanted: DesiredResource) -> None:
        kind = wanted.address.kind
        if kind in ("agent", "source", "tool"):
            fitting = self.world.by_name.get((kind, wanted.server_name), ())
            self.choices.choose(wanted, fitting, f"the name {wanted.server_name!r}")

    def by_agent(self, wanted: DesiredResource) -> None:
        parent = wanted.address.parent
        agent = self._live_agent(parent) if parent is not None else None
        if agent is not None:
            self.choices.choose(wanted, self._attached(wanted, [agent]), "their label on the agent")

    def by_users(self, wanted: DesiredResource) -> None:
        """A block that is not private: on all live agents that name it, or free when no agent does."""
        if wanted.address.kind != "block" or wanted.address.parent is not None:
            return
        path = item_path("blocks", wanted.server_name)
        naming = [each for each in self.naming(wanted) if each.leaves.get(path) == str(wanted.address)]
        agents = [agent for each in naming if (agent := self._live_agent(each.address)) is not None]
        fitting = self._attached(wanted, agents) if naming else self._unattached(wanted.server_name)
        lacking = [agent for agent in agents if path not in agent.leaves]
        if fitting and lacking:
            self.choices.refuse_partial(wanted, fitting, lacking)
        else:
            how = "their label on the agents that name them" if naming else "their label, on no agent"
            self.choices.choose(wanted, fitting, how)

    def naming(self, block: DesiredResource) -> Iterable[DesiredResource]:
        """Declared agents that could name a block: those of its set, or all when it is shared."""
        owner = block.address.owner
        if owner.is_shared:
            return [each for agents in self._agents.values() for each in agents]
        return self._agents.get(owner, ())

    @cached_property
    def _agents(self) -> Mapping[Owner, list[DesiredResource]]:
        found: dict[Owner, list[DesiredResource]] = {}
        for each in self.desired:
            if each.address.kind == "agent":
                found.setdefault(each.address.owner, []).append(each)
        return found

    def by_members(self, wanted: DesiredResource) -> None:
        if wanted.address.kind != "group":
            return
        members = _members(wanted.leaves, self._declared_id)
        if not all(server_id for _, server_id in members):
            return
        fitting = [
            each
            for each in self.world.by_name.get(("group", ""), ())
            if each.leaves.get("manager_type") == wanted.leaves.get("manager_type")
            and _members(each.leaves, self.world.id_of) == members
        ]
        said = wanted.leaves.get("description")
        told = [each for each in fitting if each.leaves.get("description") == said]
        self.choices.choose(wanted, told if len(told) == 1 else fitting, "their manager and members")

    def _declared_id(self, target: object) -> str:
        agent = self._live_agent(Address.parse(str(target)))
        return agent.id if agent else ""

    def _live_agent(self, address: Address) -> LiveResource | None:
        return self.choices.found.get(address) or self.world.live.resources.get(address)

    def _attached(self, wanted: DesiredResource, agents: Iterable[LiveResource]) -> list[LiveResource]:
        """What hangs on the agents under the label; each once."""
        path = item_path("blocks", wanted.server_name)
        ids = {self.world.id_of(agent.leaves[path]) for agent in agents if path in agent.leaves}
        return [self.world.resources[each] for each in sorted(ids) if each in self.world.resources]

    def _unattached(self, label: str) -> list[LiveResource]:
        blocks = self.world.by_name.get(("block", label), ())
        return [each for each in blocks if each.id not in self.world.attached]


def _members(leaves: Mapping[str, object], id_of: Callable[[object], str]) -> set[tuple[str, str]]:
    """The manager and the members of a group, as ids; an empty id is one that is not there."""
    return {
        (field_of(path), id_of(target))
        for path, target in leaves.items()
        if field_of(path) in ("agents", "manager_agent")
    }
