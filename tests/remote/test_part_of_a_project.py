"""A run about a few users reads their sets and the shared one; anything less certain reads everything."""

from __future__ import annotations

import pytest

from reconciler.remote.read.scope import part_of
from reconciler.values import Address, Desired, DesiredResource, Owner, Renames, Scope, Selector

ADA, BOB = Owner("pattern", "ada"), Owner("pattern", "bob")
SHARED_TAG = "letta-reconciler:set=demo/shared"
ADA_TAG = "letta-reconciler:set=demo/pattern/ada"


def desired(*owners: Owner) -> Desired:
    addresses = [Address(owner, "agent", "flux") for owner in owners]
    return Desired("demo", {address: DesiredResource(address, "flux", {}) for address in addresses})


def targets(*patterns: str) -> Scope:
    return Scope(targets=tuple(Selector(pattern) for pattern in patterns))


def test_everything_is_one_tag() -> None:
    assert part_of(desired(ADA, BOB), Scope()).tags == ("letta-reconciler:project=demo",)


def test_a_user_is_looked_for_by_set_and_by_the_convention_of_letta() -> None:
    part = part_of(desired(ADA, BOB), Scope(users=frozenset({"ada"})))
    assert part.tags == (ADA_TAG, SHARED_TAG, "user:ada")
    assert part.covers(Address(ADA, "agent", "x"))
    assert part.covers(Address(Owner(), "block", "x"))
    assert part.covers(Address(Owner("retired", "ada"), "agent", "x"))
    assert not part.covers(Address(BOB, "agent", "x"))


@pytest.mark.parametrize("pattern", ["pattern/ada", "pattern/ada/agent/*", "pattern/ada/agent/flux"])
def test_a_target_within_one_set_reads_that_set(pattern: str) -> None:
    assert part_of(desired(ADA, BOB), targets(pattern)).tags == (ADA_TAG, SHARED_TAG)


@pytest.mark.parametrize(
    "pattern", ["pattern", "pattern/*", "*/ada/agent/flux", "pattern/a?a", "pattern/[ab]*"]
)
def test_a_target_over_several_sets_reads_everything(pattern: str) -> None:
    assert part_of(desired(ADA, BOB), targets("pattern/ada", pattern)).sets is None


def test_a_user_with_odd_characters_is_found_by_the_tag_that_is_written() -> None:
    odd = Owner("pattern", "a/b *[x]")
    part = part_of(desired(odd), Scope(users=frozenset({odd.user})))
    assert f"letta-reconciler:set=demo/{odd}" in part.tags
    assert part.covers(Address(odd, "agent", "x"))


def test_so_many_users_that_no_address_line_holds_them_read_everything() -> None:
    owners = [Owner("pattern", str(number)) for number in range(100)]
    scope = Scope(users=frozenset(owner.user for owner in owners))
    assert part_of(desired(*owners), scope).sets is None


def test_where_a_moved_resource_was_is_read_too() -> None:
    renames = Renames(users={"pattern": {"eve": "ada"}}, constellations={"former": "pattern"})
    wanted = Desired("demo", desired(ADA).resources, renames)
    for scope in (targets("pattern/ada"), Scope(users=frozenset({"ada"}))):
        assert part_of(wanted, scope).covers(Address(Owner("former", "ada"), "agent", "flux"))
        assert part_of(wanted, scope).covers(Address(Owner("pattern", "eve"), "agent", "flux"))
