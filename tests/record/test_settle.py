"""What a record says after a run that did all, some or nothing of its plan."""

from __future__ import annotations

from dataclasses import replace

from reconciler.record import Made, content, renewed, settle
from reconciler.values import Address, Known, Owner, SetRecord

ADA = Owner("team", "ada")
AGENT = Address(ADA, "agent", "helper")
NEW = Address(ADA, "agent", "new")
BLOCK = Address(ADA, "block", "state")


def before() -> SetRecord:
    return SetRecord(
        "demo",
        ADA,
        serial=3,
        digest="one",
        earlier=("zero",),
        known={
            AGENT: Known("agent-1", {"system": "a"}),
            BLOCK: Known("block-1", {"value": "a"}, label="state"),
        },
        texts={BLOCK: {"value": "calm"}},
    )


def test_what_was_made_gets_its_id_and_birthday() -> None:
    expected = SetRecord("demo", ADA, known={AGENT: Known("", {"name": "a"})}, digest="one")
    record = settle(None, expected, {AGENT: Made("agent-1", "2026-11-22")})
    assert record.known == {AGENT: Known("agent-1", {"name": "a"}, made="2026-11-22")}
    assert record.digest == "one"


def test_a_change_that_failed_leaves_what_the_record_said() -> None:
    expected = replace(
        before(),
        digest="two",
        earlier=("one", "zero"),
        known={
            AGENT: Known("agent-1", {"system": "b"}),
            BLOCK: Known("block-1", {"value": "b"}, label="state"),
        },
        texts={BLOCK: {"value": "brave"}},
    )
    record = settle(before(), expected, {}, {BLOCK})
    assert record.known[AGENT].base == {"system": "b"}
    assert record.known[BLOCK].base == {"value": "a"}
    assert record.texts == {BLOCK: {"value": "calm"}}
    assert (record.digest, record.earlier) == ("one", ("zero",))


def test_nothing_done_is_no_reason_to_write() -> None:
    expected = replace(before(), known={**before().known, NEW: Known("")}, digest="two")
    assert content(settle(before(), expected, {}, {NEW})) == content(before())


def test_a_delete_that_failed_is_still_known_and_not_removed() -> None:
    expected = replace(before(), known={AGENT: before().known[AGENT]}, removed=frozenset({BLOCK}))
    assert settle(before(), expected, {}).removed == {BLOCK}
    record = settle(before(), expected, {}, {BLOCK})
    assert BLOCK in record.known
    assert not record.removed


def test_a_rename_that_failed_is_known_by_its_old_address() -> None:
    expected = replace(
        before(), known={NEW: before().known[AGENT], BLOCK: before().known[BLOCK]}, former={AGENT: NEW}
    )
    assert settle(before(), expected, {}).former == {AGENT: NEW}
    record = settle(before(), expected, {}, {NEW})
    assert record.known == before().known
    assert not record.former


def test_what_has_not_moved_to_another_set_yet_is_known_by_the_one_it_is_in() -> None:
    there = Address(Owner("team", "eve"), "agent", "helper")
    expected = replace(before(), known={BLOCK: before().known[BLOCK]}, former={AGENT: there}, digest="two")
    record = settle(before(), expected, {}, {there})
    assert content(record) == content(before())


def test_protection_is_only_lifted_by_a_run_that_did_everything() -> None:
    guarded = replace(before(), protect=frozenset({AGENT}))
    assert settle(guarded, before(), {}, {BLOCK}).protect == {AGENT}
    assert not settle(guarded, before(), {}).protect


def test_a_set_that_is_gone_is_known_by_nothing() -> None:
    expected = replace(before(), known={}, removed=frozenset({AGENT, BLOCK}))
    assert not settle(before(), expected, {}).known
    assert set(settle(before(), expected, {}, {BLOCK}).known) == {BLOCK}


def test_every_write_has_a_number_of_its_own() -> None:
    assert renewed(None, before()).serial == 1
    assert renewed(before(), before()).serial == 4
    assert content(renewed(before(), before())) == content(before())


def test_what_a_program_gave_stays_where_something_of_the_set_stays() -> None:
    given = replace(before(), parameters={"partner": "Ada"})
    gone = SetRecord("demo", ADA, digest="one")
    assert settle(given, gone, {}, {AGENT}).parameters == {"partner": "Ada"}
    assert settle(given, replace(given, parameters=None), {}, {AGENT}).parameters is None
