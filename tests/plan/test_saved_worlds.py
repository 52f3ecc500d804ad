"""Whatever the worlds: the plan that comes back from its file is the one that was saved, and it fits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan import PlanOptions, make_plan
from reconciler.plan.file.document import to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.plan.file.staleness import moved
from reconciler.values import (
    Address,
    Desired,
    FileContent,
    Live,
    LiveResource,
    Ownership,
    Policy,
    Scope,
    Secret,
    Selector,
    field_of,
)

from .test_build import renamed_team
from .worlds import AGENT, GROUP, NOTES, PERSONA, STATE, applied, edited, team, with_leaf, without

TEXTS = st.sampled_from(["", "a", "a\nb", "b"])
LEAVES: dict[Address, dict[str, st.SearchStrategy[Any]]] = {
    STATE: {"value": TEXTS, "description": TEXTS, "limit": st.integers(1, 3), "metadata.a": TEXTS},
    PERSONA: {"value": TEXTS, "tags[x]": st.just("x"), "read_only": st.booleans()},
    NOTES: {
        "embedding": st.sampled_from(["e/1", "e/2"]),
        "instructions": TEXTS,
        "files[a.md]": st.sampled_from([FileContent("00", "a.md", 1), FileContent("11", "a.md", 2)]),
    },
    AGENT: {
        "system": TEXTS,
        "agent_type": st.sampled_from(["letta_v1_agent", "memgpt_v2_agent"]),
        "description": TEXTS,
        "model": TEXTS,
        "model_settings.temperature": st.floats(0, 1),
        "tool_rules": st.sampled_from([[], [{"type": "exit_loop", "tool_name": "x"}]]),
        "tags[x]": st.just("x"),
        "metadata.a": st.sampled_from([1, {"$b": [True]}]),
        "tools[x]": st.sampled_from(["x", "tool-9"]),
        "timezone": TEXTS,
        "secrets.TOKEN": st.sampled_from([Secret("one", "TOKEN"), Secret("two", "TOKEN")]),
    },
    GROUP: {"max_turns": st.integers(1, 3), "description": TEXTS},
}


@st.composite
def desired(draw: st.DrawFn) -> Desired:
    world = renamed_team() if draw(st.booleans()) else team()
    for address, leaf in draw(st.lists(changes(), max_size=5)):
        if address in world.resources:
            world = with_leaf(world, address, **leaf)
    for address in draw(st.sets(st.sampled_from(sorted(world.resources)), max_size=2)):
        owner = st.sampled_from(
            [None, *(each for each in Ownership if address == GROUP or each is not Ownership.ABSENT)]
        )
        policy = Policy(default=draw(owner), protect=draw(st.booleans()))
        named = frozenset(map(field_of, world.resources[address].leaves))
        resource = replace(world.resources[address], policy=policy, named=named)
        world = replace(world, resources={**world.resources, address: resource})
    return world


@st.composite
def changes(draw: st.DrawFn) -> tuple[Address, dict[str, Any]]:
    address = draw(st.sampled_from(list(LEAVES)))
    path = draw(st.sampled_from(list(LEAVES[address])))
    return address, {path: draw(LEAVES[address][path])}


@st.composite
def live(draw: st.DrawFn) -> Live:
    world = team()
    for address, leaf in draw(st.lists(changes(), max_size=5)):
        world = with_leaf(world, address, **leaf)
    there = applied(world)
    for address, leaf in draw(st.lists(changes(), max_size=5)):
        there = edited(there, address, **leaf)
    there = replace(there, resources={a: as_the_server_shows(each) for a, each in there.resources.items()})
    return without(there, *draw(st.sets(st.sampled_from(list(LEAVES)), max_size=2)))


def as_the_server_shows(resource: LiveResource) -> LiveResource:
    """A secret on the server has a value and no name of a variable."""
    leaves = resource.leaves.items()
    shown = {path: Secret(leaf.value) if isinstance(leaf, Secret) else leaf for path, leaf in leaves}
    return replace(resource, leaves=shown)


ASKED = st.builds(
    PlanOptions,
    prune=st.booleans(),
    reseed=st.sampled_from([(), (Selector("team/ada"),)]),
)


@given(desired(), live(), ASKED)
def test_a_plan_comes_back_from_its_file_and_fits(wanted: Desired, there: Live, asked: PlanOptions) -> None:
    made = make_plan(wanted, there, Scope(), asked)
    token = wanted.resources[AGENT].leaves.get("secrets.TOKEN") if AGENT in wanted.resources else None
    back = from_json(to_json(made), {"TOKEN": token.value if isinstance(token, Secret) else "one"})
    assert to_json(back) == to_json(made)
    assert moved(back, there) == {}
