"""On a narrow terminal no line is wider, as far as blanks allow; nothing is lost, and no word is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.report.plan.terminal import plan_lines
from reconciler.report.text.lines import Line, Span, Tone, line, plain
from reconciler.report.text.printable import width
from reconciler.report.text.shortened import BRIEF, FULL
from reconciler.report.text.wrap import wrapped
from tests.report.conftest import CASES, LoadCase

NAMES = sorted(path.stem for path in CASES.glob("*.json"))
WIDTHS = (60, 80)


def rows(columns: int, *lines: Line) -> list[str]:
    return plain(wrapped(lines, columns)).splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("caps", [BRIEF, FULL], ids=["brief", "full"])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_fits(name: str, caps: object, columns: int, case: LoadCase) -> None:
    fitting = replace(caps, width=columns)  # type: ignore[type-var]
    page = list(plan_lines(case(name), fitting))
    text = plain(wrapped(page, columns))
    assert text.split() == plain(page).split()
    for row in text.splitlines():
        assert width(row) <= columns or " " not in row.strip() or is_command(row), row


def is_command(row: str) -> bool:
    """Whether nothing but a command stands in a row."""
    return row.strip().startswith("reconciler ")


COMMAND = "reconciler apply plan.json --root /somewhere/rather/deep --url https://letta.example.com"


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    ("before", "command", "after"),
    [
        ("  try: ", COMMAND, ""),
        ("  try: if that is the right one: ", COMMAND, "; else plan again and look at what it says"),
        (
            "  try: ",
            f"{COMMAND} --target 'a b/* c; or d'",
            ", or leave out what moved on the server since then",
        ),
        ("saved; to do exactly this: ", COMMAND, ""),
        (
            "  try: ",
            "export LETTA_API_KEY=$(cat /somewhere/rather/deep/and/deeper/secrets/letta-key.txt)",
            "; then again",
        ),
        ("next: ", f"{COMMAND} --yes", " (everything else is done, and nothing is made a second time)"),
        (
            "  try: what there is: ",
            "reconciler state list",
            " shows addresses; segments are matched whole, never in part",
        ),
    ],
)
def test_a_command_stays_in_one_piece(before: str, command: str, after: str, columns: int) -> None:
    found = rows(columns, line(before, command, after))
    (holding,) = (row for row in found if command in row)
    assert width(holding) <= columns or holding.strip().rstrip(";,") == command
    for row in found:
        assert width(row) <= columns or row is holding
    assert " ".join(found).split() == f"{before}{command}{after}".split()


def test_a_line_that_fits_is_not_touched() -> None:
    assert rows(20, line("a  b", " c"), ()) == ["a  b c", ""]


def test_what_follows_hangs_below_its_column() -> None:
    assert rows(24, line("  ~   agent/x  ", "changed in the manifest")) == [
        "  ~   agent/x  changed",
        "      in the manifest",
    ]
    assert rows(30, line("  why: ", "one two three four five six seven")) == [
        "  why: one two three four five",
        "       six seven",
    ]
    assert rows(12, line("  one two three")) == ["  one two", "    three"]


def test_a_word_that_is_too_long_stands_alone_and_whole() -> None:
    address = "pattern/somebody@example.com/agent/companion"
    assert rows(20, line("see ", Span(address, Tone.HEADING), ": gone")) == ["see", f"  {address}:", "  gone"]


def test_a_row_is_never_a_command_to_the_log() -> None:
    assert not any(
        row.strip().startswith("::") for row in rows(20, line("aaaaaaaaaa bbbbbbbbbbbb ::error::x"))
    )


def test_cases_are_there() -> None:
    assert Path(CASES).is_dir()
    assert NAMES
