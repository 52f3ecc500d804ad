"""What a run of the whole suite leaves to the soak, and what it does not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.thinning import is_everything, left_to_the_soak

ROOT = Path(__file__).parents[2]
NAMES = [*(f"tests/test_a.py::test_one[{number}]" for number in range(10)), "tests/test_a.py::test_two"]


@pytest.mark.parametrize(("most", "stay"), [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (3, [0, 4, 9])])
def test_what_stays_is_spread_over_all_of_it(most: int, stay: list[int]) -> None:
    left = set(left_to_the_soak(NAMES, {"tests/test_a.py::test_one": most}))
    assert [number for number in range(10) if number not in left] == stay
    assert NAMES.index("tests/test_a.py::test_two") not in left


def test_a_file_counts_what_has_no_entry_of_its_own() -> None:
    names = [*NAMES, "tests/test_a.py::test_three"]
    left = left_to_the_soak(names, {"tests/test_a.py": 1, "tests/test_a.py::test_one": 9})
    assert len(set(left)) == 2


@pytest.mark.parametrize("entry", ["tests/test_b.py", "tests/test_a.py::test_two", "tests/test_a.py::test_o"])
def test_an_entry_that_thins_nothing_is_an_error(entry: str) -> None:
    with pytest.raises(pytest.UsageError, match=entry):
        list(left_to_the_soak(NAMES, {entry: 1}))


@pytest.mark.parametrize(
    ("option", "args", "is_all"),
    [({}, ["tests"], True), ({"keyword": "drift"}, ["tests"], False), ({}, ["tests/live"], False)],
)
def test_whoever_asks_for_a_part_gets_all_of_it(
    option: dict[str, str], args: list[str], is_all: bool
) -> None:
    given = {"keyword": "", "deselect": None, "lf": False, **option}
    config = SimpleNamespace(
        option=SimpleNamespace(**given), args=[str(ROOT / each) for each in args], rootpath=ROOT
    )
    assert is_everything(config) is is_all  # type: ignore[arg-type]
