"""The list of admitted findings admits what it names and nothing else, and may only shrink."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.audit.findings import Finding
from tests.audit.known import Known, admitting, read_known
from tests.audit.plugin import Tally, is_whole, unneeded

FINDING = Finding("block", "changed", "value", "block 'state': value was 'calm', is 'busy'")
KNOWN = Known("tests/live/test_a.py::test_x*", "block.value *", "written as #1")
ROOT = Path(__file__).parents[2]
LONGEST = 0
"""Only ever lowered."""


@pytest.mark.parametrize(
    ("test", "what", "is_admitted"),
    [
        ("tests/live/test_a.py::test_x[one]", "block.value changed", True),
        ("tests/live/test_a.py::test_y", "block.value changed", False),
        ("tests/live/test_a.py::test_x", "block.limit changed", False),
    ],
)
def test_an_entry_admits_what_it_names(test: str, what: str, is_admitted: bool) -> None:
    table, _, rest = what.partition(".")
    column, _, op = rest.partition(" ")
    found = admitting([KNOWN], test, Finding(table, op, column, ""))
    assert (found is not None) is is_admitted


def test_an_entry_that_admitted_nothing_is_told() -> None:
    other = Known("*", "agents *", "")
    assert unneeded(Tally((KNOWN, other), used={1})) == [KNOWN]


def test_tallies_of_several_processes_are_put_together() -> None:
    tally = Tally((KNOWN,))
    tally.add({"used": [0], "stretches": 3, "admitted": 2, "seconds": 0.5, "waited": 0.0})
    assert unneeded(tally) == []
    assert (tally.stretches, tally.admitted) == (3, 2)


@pytest.mark.parametrize(
    ("option", "args", "is_all"),
    [
        ({}, ["tests"], True),
        ({}, ["tests/live"], False),
        ({"keyword": "drift"}, ["tests"], False),
        ({"maxfail": 1}, ["tests"], False),
    ],
)
def test_only_a_run_of_everything_knows_what_no_longer_occurs(
    option: dict[str, object], args: list[str], is_all: bool
) -> None:
    given = {"keyword": "", "deselect": None, "maxfail": 0, "lf": False, "markexpr": "not soak", **option}
    config = SimpleNamespace(
        option=SimpleNamespace(**given), args=[str(ROOT / each) for each in args], rootpath=ROOT
    )
    assert is_whole(config) is is_all  # type: ignore[arg-type]


def test_every_entry_says_why_and_the_list_does_not_grow() -> None:
    known = read_known()
    assert all(entry.why for entry in known)
    assert len(known) <= LONGEST
