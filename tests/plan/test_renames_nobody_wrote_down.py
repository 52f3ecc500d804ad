"""A rename without `moved` is asked about before memory stays behind, and nothing false is said."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan import make_plan
from reconciler.values import Address, Desired, DesiredResource, Live, Owner, Scope
from tests.plan.worlds import ADA, AGENT, PERSONA, STATE, applied, declare, team


def said(desired: Desired, live: Live) -> list[tuple[str, str]]:
    """Summary and hint of what is asked."""
    found = make_plan(desired, live, Scope()).diagnostics
    return [(each.summary, each.hint) for each in found if "is new" in each.summary]


def with_resources(desired: Desired, *resources: DesiredResource, without: Address) -> Desired:
    kept = {address: each for address, each in desired.resources.items() if address != without}
    return replace(desired, resources=kept | {each.address: each for each in resources})


def agent_with(desired: Desired, persona: Address | None) -> DesiredResource:
    agent = desired.resources[AGENT]
    leaves = {path: leaf for path, leaf in agent.leaves.items() if path != "blocks[persona]"}
    if persona is not None:
        leaves["blocks[persona]"] = str(persona)
    needed = frozenset((agent.requires - {PERSONA}) | ({persona} if persona else set()))
    return replace(agent, leaves=leaves, requires=needed)


def test_a_private_block_that_becomes_shared_is_asked_about() -> None:
    before = team()
    shared = Address(ADA, "block", "persona")
    after = with_resources(
        before,
        declare(shared, {"label": "persona", "value": "kind"}),
        agent_with(before, shared),
        without=PERSONA,
    )

    ((summary, hint),) = said(after, applied(before))

    assert summary == "agent/helper/block/persona of team/ada is no longer declared, and block/persona is new"
    assert "moved: [{from: agent/helper/block/persona, to: block/persona}]" in hint


def test_a_shared_block_that_becomes_private_is_asked_about() -> None:
    before = team()
    private = Address(ADA, "block", "state", agent="helper")
    agent = before.resources[AGENT]
    agent = replace(
        agent,
        leaves={**agent.leaves, "blocks[state]": str(private)},
        requires=(agent.requires - {STATE}) | {private},
    )
    after = with_resources(
        before, declare(private, {"label": "state", "value": "calm"}, AGENT), agent, without=STATE
    )

    ((summary, _),) = said(after, applied(before))

    assert "block/state of team/ada is no longer declared, and agent/helper/block/state is new" in summary


def test_a_block_that_only_vanishes_is_not() -> None:
    before = team()
    assert not said(with_resources(before, agent_with(before, None), without=PERSONA), applied(before))


def of_user(desired: Desired, owner: Owner) -> dict[Address, DesiredResource]:
    """Only a block of the set, under another owner."""
    address = Address(owner, "block", "state")
    return {address: declare(address, {"label": "state", "value": "calm"})}


def test_a_user_who_gets_another_constellation_is_no_renamed_constellation() -> None:
    bob, ada, new = Owner("team", "bob"), Owner("team", "ada"), Owner("crew", "ada")
    empty = Desired("demo", {})
    before = replace(empty, resources={**of_user(empty, bob), **of_user(empty, ada)})
    after = replace(empty, resources={**of_user(empty, bob), **of_user(empty, new)})

    ((summary, hint),) = said(after, applied(before))

    assert summary == "user 'ada' no longer gets constellation 'team', and is new in 'crew'"
    assert "moved" not in hint
    assert "export team/ada" in hint


def test_a_constellation_that_all_its_users_left_may_be_renamed() -> None:
    empty = Desired("demo", {})
    before = replace(empty, resources=of_user(empty, Owner("team", "ada")))
    after = replace(empty, resources=of_user(empty, Owner("crew", "ada")))

    ((_, hint),) = said(after, applied(before))

    assert "moved: [{from: constellation/team, to: constellation/crew}]" in hint
