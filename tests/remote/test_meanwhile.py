"""What others made since a plan was read is found under the lock, in one request when nothing was."""

from __future__ import annotations

from reconciler.remote.read.changed_since_plan import appeared
from reconciler.values import Address
from tests.remote.fakes import FewRows
from tests.remote.world import PROJECT, World, at, inline

FLUX = at("agent", "flux")
PERSONA = at("block", "persona", agent="flux")
STATE = at("block", "state")
MAIN = at("group", "main")
MAKES: dict[Address, str] = {FLUX: "", PERSONA: "", STATE: ""}


def test_nothing_costs_one_request_and_one_more_for_groups(world: World) -> None:
    before = world.transport.counts.reads
    assert appeared(world.transport, PROJECT, MAKES) == ()
    assert appeared(world.transport, PROJECT, {**MAKES, MAIN: ""}) == ()
    assert world.transport.counts.reads - before == 3


def test_folders_and_tools_need_no_look_as_the_server_refuses_a_second(world: World) -> None:
    before = world.transport.counts.reads
    assert appeared(world.transport, PROJECT, {at("source", "kn"): "", at("tool", "log"): ""}) == ()
    assert world.transport.counts.reads == before


def test_agents_their_private_blocks_and_shared_ones_are_found(world: World) -> None:
    world.make(STATE, {"label": "state", "value": "calm"})
    world.agent("flux", {}, inline(PERSONA, {"value": "I am"}))
    assert set(appeared(world.transport, PROJECT, MAKES)) == {FLUX, PERSONA, STATE}
    assert appeared(world.transport, PROJECT, {STATE: ""}) == (STATE,)
    assert appeared(world.transport, PROJECT, {at("block", "other"): ""}) == ()


def test_the_agent_that_is_to_be_replaced_is_no_news(world: World) -> None:
    world.agent("flux", {})
    assert appeared(world.transport, PROJECT, {FLUX: world.ids[str(FLUX)]}) == ()


def test_groups_are_found_by_their_line(world: World) -> None:
    world.agent("flux", {})
    world.make(MAIN, {"agents[flux]": str(FLUX), "order": ["flux"]})
    assert appeared(world.transport, PROJECT, {MAIN: ""}) == (MAIN,)


def test_the_same_addresses_in_another_project_are_none_of_ours(world: World) -> None:
    world.make(STATE, {"label": "state", "value": "calm"})
    assert appeared(world.transport, "another", MAKES) == ()


def test_what_others_made_is_found_behind_more_tags_and_groups_than_one_page_holds(world: World) -> None:
    members = [at("agent", f"a{number}") for number in range(5)]
    for member in members:
        world.agent(member.name, {}, inline(at("block", "persona", agent=member.name), {"value": "I am"}))
    for number in range(5):
        world.make(at("group", f"g{number}"), {"agents[a0]": str(members[0]), "order": ["a0"]})
    makes = dict.fromkeys((members[4], at("block", "persona", agent="a4"), at("agent", "b")), "")
    makes[at("group", "g4")] = ""
    assert set(appeared(FewRows(world.transport, 2), PROJECT, makes)) == makes.keys() - {at("agent", "b")}
