"""What is declared and missing finds the one live resource that must be meant, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.adopt import World, match_names
from reconciler.adopt.matching import Matching
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Live,
    LiveResource,
    Marker,
    Ownership,
    Policy,
    Scope,
    Selector,
)

COACH, CRITIC = "shared/agent/coach", "shared/agent/critic"


def want(address: str, name: str = "") -> DesiredResource:
    return wanted(address, {}, name)


def wanted(address: str, leaves: Mapping[str, Any], name: str = "") -> DesiredResource:
    parsed = Address.parse(address)
    return DesiredResource(parsed, name or parsed.name, dict(leaves))


def live(kind: str, server_id: str, name: str = "", leaves: Mapping[str, Any] | None = None) -> LiveResource:
    return LiveResource(kind, server_id, name, dict(leaves or {}))


def match(
    declared: list[DesiredResource], found: list[LiveResource], scope: Scope = Scope(), **more: Any
) -> Matching:
    desired = Desired("demo", {each.address: each for each in declared})
    ours = {each.marker.address: each for each in found if each.marker}
    world = World({each.id: each for each in found}, more.pop("owners", {}), Live(ours))
    return match_names(desired, world, scope, **more)


def ids(matching: Matching) -> dict[str, str]:
    return {str(address): each.id for address, each in matching.found.items()}


@pytest.mark.parametrize("kind", ["agent", "source", "tool"])
def test_one_of_the_name_is_found(kind: str) -> None:
    matching = match(
        [want(f"shared/{kind}/x", "called x")], [live(kind, "1", "called x"), live("block", "2", "called x")]
    )

    assert ids(matching) == {f"shared/{kind}/x": "1"}


def test_two_of_the_name_are_listed_with_their_ids() -> None:
    matching = match([want(COACH)], [live("agent", "1", "coach"), live("agent", "2", "coach")])

    assert not matching.found
    (said,) = matching.ambiguous
    assert "(1)" in said.summary
    assert "(2)" in said.summary


def test_one_live_resource_is_never_two_declared_ones() -> None:
    matching = match([want(COACH, "same"), want(CRITIC, "same")], [live("agent", "1", "same")])

    assert not matching.found
    assert "could be any of" in matching.ambiguous[0].summary


def test_a_free_one_is_preferred_to_a_foreign_one() -> None:
    found = [live("agent", "1", "coach"), live("agent", "2", "coach")]

    assert ids(match([want(COACH)], found, owners={"2": "others"}, take_over=True)) == {COACH: "1"}


def test_a_foreign_one_is_refused_unless_taken_over() -> None:
    found = [live("agent", "1", "coach")]

    assert match([want(COACH)], found, owners={"1": "others"}).foreign
    assert ids(match([want(COACH)], found, owners={"1": "others"}, take_over=True)) == {COACH: "1"}


def test_a_private_block_is_the_one_on_its_agent() -> None:
    found = [
        live("agent", "a", "coach", {"blocks[persona]": "1"}),
        live("block", "1", "persona"),
        live("block", "2", "persona"),
    ]

    assert ids(match([want(COACH), want(f"{COACH}/block/persona")], found)) == {
        COACH: "a",
        f"{COACH}/block/persona": "1",
    }


STATE = "shared/block/state"
NAMING = {"blocks[state]": STATE}


@pytest.mark.parametrize(
    ("coach", "critic", "expected"),
    [
        ({"blocks[state]": "1"}, {"blocks[state]": "1"}, "1"),
        ({"blocks[state]": "1"}, {"blocks[state]": "2"}, ""),
        ({"blocks[state]": "1"}, {}, ""),
    ],
)
def test_a_shared_block_hangs_on_all_agents_that_name_it(
    coach: dict[str, Any], critic: dict[str, Any], expected: str
) -> None:
    found = [
        live("agent", "a", "coach", coach),
        live("agent", "b", "critic", critic),
        live("block", "1", "state"),
        live("block", "2", "state"),
    ]

    matching = match([wanted(COACH, NAMING), wanted(CRITIC, NAMING), want(STATE)], found)

    assert ids(matching).get(STATE, "") == expected
    assert bool(matching.ambiguous) is not bool(expected)


def test_a_block_no_agent_names_is_one_that_hangs_nowhere() -> None:
    found = [
        live("agent", "a", "other", {"blocks[state]": "1"}),
        live("block", "1", "state"),
        live("block", "2", "state"),
    ]

    assert ids(match([want(STATE)], found)) == {STATE: "2"}


def group(
    members: Mapping[str, str], manager_type: str = "dynamic", manager: str = "", text: str = ""
) -> dict[str, Any]:
    leaves: dict[str, Any] = {f"agents[{name}]": target for name, target in members.items()}
    leaves |= {"manager_type": manager_type, "description": text}
    return leaves | ({"manager_agent": manager} if manager else {})


@pytest.mark.parametrize(
    ("leaves", "is_found"),
    [
        (group({"a": "a", "b": "b"}, manager="a"), True),
        (group({"b": "b", "a": "a"}, manager="a"), True),
        (group({"a": "a"}, manager="a"), False),
        (group({"a": "a", "b": "b"}, manager="b"), False),
        (group({"a": "a", "b": "b"}, "round_robin"), False),
    ],
)
def test_a_group_is_told_by_its_manager_and_members(leaves: dict[str, Any], is_found: bool) -> None:
    declared = group({"coach": COACH, "critic": CRITIC}, manager=COACH)
    found = [live("agent", "a", "coach"), live("agent", "b", "critic"), live("group", "g", "", leaves)]

    matching = match([want(COACH), want(CRITIC), wanted("shared/group/main", declared)], found)

    assert ("shared/group/main" in ids(matching)) is is_found


def test_of_two_groups_alike_the_description_tells() -> None:
    declared = wanted("shared/group/main", group({"coach": COACH}, text="ours"))
    groups = [
        live("group", str(n), "", group({"a": "a"}, text=text)) for n, text in enumerate(("ours", "theirs"))
    ]

    found = [live("agent", "a", "coach"), *groups]

    assert ids(match([want(COACH), declared], found))["shared/group/main"] == "0"


def test_what_is_ours_is_left_alone_and_helps_to_find_the_rest() -> None:
    marker = Marker("demo", Address.parse(COACH))
    agent = LiveResource("agent", "a", "coach", {"blocks[persona]": "1"}, marker)

    matching = match([want(COACH), want(f"{COACH}/block/persona")], [agent, live("block", "1", "persona")])

    assert ids(matching) == {f"{COACH}/block/persona": "1"}


def test_only_the_scope_is_matched_and_the_rest_of_it_is_missing() -> None:
    scope = Scope((Selector("shared/agent/*"),))

    matching = match(
        [want(COACH), want(CRITIC), want("shared/tool/t")],
        [live("agent", "1", "coach"), live("tool", "2", "t")],
        scope,
    )

    assert ids(matching) == {COACH: "1"}
    assert [str(address) for address in matching.missing] == [CRITIC]


def test_what_must_not_exist_is_not_adopted() -> None:
    absent = DesiredResource(Address.parse(COACH), "coach", {}, Policy(Ownership.ABSENT))

    assert not match([absent], [live("agent", "1", "coach")]).found
