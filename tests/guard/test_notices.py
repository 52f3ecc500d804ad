"""Each notice of a plan is said in its world, and not in the world where its advice was followed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace

import click
import pytest

from reconciler.errors import Diagnostic
from reconciler.plan import PlanOptions, make_plan
from reconciler.plan.notices.notices import NOTICES
from reconciler.values import (
    Address,
    Desired,
    HandedOver,
    Live,
    LiveResource,
    Namesake,
    Owner,
    Ownership,
    Policy,
    Scope,
    Selector,
)
from tests.plan.worlds import (
    ADA,
    AGENT,
    GROUP,
    NOTES,
    PERSONA,
    STATE,
    applied,
    declare,
    edited,
    team,
    with_leaf,
    without,
)

from .typed import commands, parse

BEN = Owner("team", "ben")


@dataclass(frozen=True)
class World:
    """What a plan is made of."""

    desired: Desired
    live: Live
    scope: Scope = Scope()
    options: PlanOptions = PlanOptions()


def said(world: World) -> tuple[Diagnostic, ...]:
    return make_plan(world.desired, world.live, world.scope, world.options).diagnostics


def agent_with(**leaves: object) -> Desired:
    return with_leaf(team(), AGENT, **leaves)


def needing(needed: Address, *others: Address) -> Desired:
    """The team, whose agent needs something more, and what else is declared."""
    desired = team()
    agent = desired.resources[AGENT]
    agent = replace(agent, requires=agent.requires | {needed})
    more = {each: declare(each, {"label": each.name, "value": "x"}) for each in others}
    return replace(desired, resources={**desired.resources, AGENT: agent, **more})


def must_not_exist(desired: Desired, address: Address) -> Desired:
    absent = replace(desired.resources[address], policy=Policy(default=Ownership.ABSENT))
    return replace(desired, resources={**desired.resources, address: absent})


def unmanaged(*found: LiveResource, live: Live | None = None) -> Live:
    return replace(live or Live(), unmanaged=found)


def bearing(address: Address, server_id: str) -> LiveResource:
    resource = applied(team()).resources[address]
    return replace(resource, id=server_id, server_name="twin")


def renamed(desired: Desired, old: Address, new: Address) -> Desired:
    """A resource at another address, with no `moved` that says so."""
    resources = {address: each for address, each in desired.resources.items() if address != old}
    resource = replace(desired.resources[old], address=new)
    return replace(desired, resources={**resources, new: resource})


def only(desired: Desired, *addresses: Address) -> Desired:
    return replace(desired, resources={each: desired.resources[each] for each in addresses})


def of_user(owner: Owner) -> Desired:
    address = Address(owner, "block", "state")
    return Desired("demo", {address: declare(address, {"label": "state", "value": "calm"})})


def together(*parts: Desired) -> Desired:
    return Desired("demo", {address: each for part in parts for address, each in part.resources.items()})


TAKEN = HandedOver("b2", "project 'x'")
REFUSED = Diagnostic("nobody can tell", address=str(STATE), hint=f"reconciler adopt {STATE} block-2")
LIVE = applied(team())
TWINS = (bearing(STATE, "b1"), bearing(STATE, "b2"))
SAME = replace(LIVE.resources[GROUP], id="group-2", marker=None)
OTHER = Address(ADA, "block", "other")
OF_BEN = Address(BEN, "block", "state")
WITH_FILE = edited(LIVE, NOTES, **{"files[a.md]": "text"})

WORLDS: dict[str, Callable[[], World]] = {
    "unreadable-record": lambda: World(team(), replace(LIVE, unreadable={ADA: REFUSED})),
    "duplicates": lambda: World(
        team(),
        replace(without(LIVE, STATE), duplicates={STATE: TWINS}),
    ),
    "in-doubt": lambda: World(team(), replace(LIVE, refused={STATE: REFUSED})),
    "stranger": lambda: World(
        team(), replace(LIVE, refused={STATE: REFUSED}, strangers={STATE: (bearing(STATE, "b2"),)})
    ),
    "handed-over": lambda: World(
        team(),
        replace(LIVE, refused={STATE: REFUSED}, handed_over={STATE: TAKEN}),
    ),
    "let-go": lambda: World(
        Desired("demo"),
        Live(refused={OTHER: REFUSED}, handed_over={OTHER: TAKEN}),
    ),
    "copied-mark": lambda: World(team(), replace(LIVE, copies={STATE: (bearing(STATE, "b2"),)})),
    "second-copy": lambda: World(team(), Live(namesakes={AGENT: Namesake("agent-2", "old")})),
    "same-group": lambda: World(
        team(),
        unmanaged(SAME, live=without(LIVE, GROUP)),
    ),
    "run-time-block": lambda: World(
        team(),
        unmanaged(
            LiveResource(
                "block", "block-7", "", {"label": "state", "tags[letta-reconciler:project=x]": True}
            ),
            live=edited(without(LIVE, STATE), AGENT, **{"blocks[state]": "block-7"}),
        ),
    ),
    "rename": lambda: World(
        renamed(only(team(), STATE, NOTES), NOTES, Address(ADA, "source", "papers")), LIVE
    ),
    "other-constellation": lambda: World(
        together(of_user(BEN), of_user(Owner("duo", "ada"))), applied(together(of_user(BEN), of_user(ADA)))
    ),
    "block-elsewhere": lambda: World(
        renamed(team(), PERSONA, Address(ADA, "block", "persona")), LIVE, options=PlanOptions()
    ),
    "needs-excluded": lambda: World(
        team(), without(LIVE, STATE, AGENT, PERSONA), Scope(exclude=(Selector(str(STATE)),))
    ),
    "needs-refused": lambda: World(team(), Live(refused={STATE: REFUSED})),
    "needs-absent": lambda: World(must_not_exist(needing(OTHER, OTHER), OTHER), LIVE),
    "crossing": lambda: World(needing(OF_BEN, OF_BEN), LIVE),
    "needs-missing": lambda: World(needing(OTHER), LIVE),
    "unknown-tool": lambda: World(
        agent_with(**{"tools[memory_insret]": "memory_insret"}),
        unmanaged(LiveResource("tool", "tool-1", "memory_insert", {}), live=LIVE),
    ),
    "old-server": lambda: World(team(), replace(LIVE, version="0.15.1")),
    "git-memory": lambda: World(team(), edited(LIVE, AGENT, **{"tags[git-memory-enabled]": True})),
    "unsupported": lambda: World(team(), replace(without(LIVE, GROUP), lacks=frozenset({"group"}))),
    "skipped": lambda: World(
        team(),
        replace(without(LIVE, GROUP), lacks=frozenset({"group"})),
        options=PlanOptions(skip_unsupported=True),
    ),
    "name-taken": lambda: World(
        team(), unmanaged(LiveResource("source", "source-9", "server-notes", {}), live=without(LIVE, NOTES))
    ),
    "name-in-use": lambda: World(
        with_leaf(team(), NOTES, name="papers"),
        unmanaged(LiveResource("source", "s9", "papers", {}), live=LIVE),
    ),
    "limit-below-value": lambda: World(
        with_leaf(team(), STATE, limit=3), edited(LIVE, STATE, value="learned", limit=100)
    ),
    "file-paths-stay": lambda: World(with_leaf(team(), NOTES, name="papers"), WITH_FILE),
}


def replace_name(desired: Desired, address: Address, name: str) -> Desired:
    """The same manifests, with another name on the server for one resource."""
    resource = replace(desired.resources[address], server_name=name)
    return replace(desired, resources={**desired.resources, address: resource})


def codes(found: tuple[Diagnostic, ...]) -> set[str]:
    return {each.rule for each in found}


@pytest.mark.parametrize("name", WORLDS)
def test_a_notice_is_said_where_it_is_so_and_nowhere_else(name: str) -> None:
    assert name in codes(said(WORLDS[name]()))
    assert name not in codes(said(World(team(), LIVE)))


@pytest.mark.parametrize("name", WORLDS)
def test_what_a_notice_advises_can_be_typed(name: str) -> None:
    for found in said(WORLDS[name]()):
        for words in commands(found.hint):
            try:
                parse(words)
            except click.UsageError as error:
                pytest.fail(f"{shlex.join(words)}: {error.format_message()}")


MENDED: dict[str, Callable[[World], World]] = {
    "needs-missing": lambda world: replace(world, desired=needing(OTHER, OTHER)),
    "needs-absent": lambda world: replace(world, desired=team()),
    "crossing": lambda world: replace(world, desired=needing(OTHER, OTHER)),
    "unknown-tool": lambda world: replace(
        world, desired=agent_with(**{"tools[memory_insert]": "memory_insert"})
    ),
    "unsupported": lambda world: replace(world, options=PlanOptions(skip_unsupported=True)),
    "limit-below-value": lambda world: replace(world, desired=with_leaf(team(), STATE, limit=7)),
    "name-taken": lambda world: replace(world, desired=replace_name(world.desired, NOTES, "papers")),
    "needs-excluded": lambda world: replace(world, scope=Scope()),
    "git-memory": lambda world: replace(world, live=LIVE),
    "duplicates": lambda world: replace(world, live=LIVE),
}
"""The world once somebody did what the notice says."""


@pytest.mark.parametrize("name", MENDED)
def test_what_a_notice_advises_ends_it(name: str) -> None:
    assert name not in codes(said(MENDED[name](WORLDS[name]())))


def test_every_notice_of_a_plan_has_its_world_or_its_own_test_file() -> None:
    """Sources that swap names and come back: test_names_of_sources.py, test_paths_of_files.py of `plan`; what
    the server refuses or drops: its test_cannot_be_made.py, and test_settings_not_kept.py of `cli`."""
    elsewhere = {"name-circle", "names-replaced", "files-stay-closed", "cannot-be-made", "not-kept"}
    assert {notice.rule.name for notice in NOTICES} == WORLDS.keys() | elsewhere
