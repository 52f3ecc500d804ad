"""Users who left are remembered under salted names, for a year."""

from __future__ import annotations

from reconciler.record import decode_record, encode_record, lists, with_departed
from reconciler.values import Owner, SetRecord

ADA, BOB = Owner("team", "ada"), Owner("team", "bob")
SHARED = SetRecord("demo", Owner(), serial=1)
TODAY, LAST_YEAR = "2026-03-01", "2025-03-01"


def test_who_left_is_told_from_who_did_not() -> None:
    record = with_departed(SHARED, [ADA], TODAY, LAST_YEAR, "s")
    assert (lists(record, ADA), lists(record, BOB)) == (True, False)
    assert not lists(None, ADA)
    assert not lists(SHARED, ADA)


def test_no_name_is_written_down() -> None:
    text = encode_record(with_departed(SHARED, [ADA], TODAY, LAST_YEAR, "s"))
    assert "ada" not in text
    assert decode_record(text) == with_departed(SHARED, [ADA], TODAY, LAST_YEAR, "s")


def test_another_salt_gives_another_name() -> None:
    one, other = (with_departed(SHARED, [ADA], TODAY, LAST_YEAR, salt) for salt in ("one", "other"))
    assert one.left.keys().isdisjoint(other.left)


def test_the_salt_stays_while_somebody_is_remembered() -> None:
    first = with_departed(SHARED, [ADA], TODAY, LAST_YEAR, "first")
    both = with_departed(first, [BOB], TODAY, LAST_YEAR, "second")
    assert (lists(both, ADA), lists(both, BOB)) == (True, True)


def test_after_a_year_nobody_remembers() -> None:
    record = with_departed(SHARED, [ADA], TODAY, LAST_YEAR, "s")
    later = with_departed(record, [BOB], "2027-03-02", "2026-03-02", "s")
    assert (lists(later, ADA), lists(later, BOB)) == (False, True)
