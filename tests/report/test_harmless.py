"""Whatever an agent, an app, a user id or a server says: it is shown, and obeyed by nobody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reconciler.report.json_documents import to_text
from reconciler.report.text.lines import Span, Tone, coloured, line, plain
from reconciler.report.text.printable import harmless, safe

CLI = Path(__file__).parents[2] / "reconciler" / "cli"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\x9b2Jb", "a\\x9b2Jb"),
        ("a\x85b", "a\\x85b"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b", "a\\u2066b"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u200db", "a\\u200db"),
        ("a\xadb", "a\\xadb"),
        ("a\u3164b", "a\\u3164b"),
        ("a\ufeffb", "a\\ufeffb"),
        ("a\U000e0041b", "a\\U000e0041b"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("caf\xe9 \u65e5\u672c", "caf\xe9 \u65e5\u672c"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert safe(text) == shown
    assert safe(shown) == shown


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ("::add-mask::x", "\\x3a:add-mask::x"),
        ("      ::add-mask::x", "      \\x3a:add-mask::x"),
        ("\xa0 ::set-env::x", "\xa0 \\x3a:set-env::x"),
        ("  + ::add-mask::x", "  + ::add-mask::x"),
        ("so ##[error]x", "so \\x23#[error]x"),
        ("##vso[task.setvariable]x", "\\x23#vso[task.setvariable]x"),
        ("##teamcity[x]", "\\x23#teamcity[x]"),
        ("## A heading", "## A heading"),
        ("std::string", "std::string"),
    ],
)
def test_a_row_of_a_log_is_no_command(row: str, shown: str) -> None:
    assert harmless(row) == shown


def test_lines_are_harmless_with_and_without_colour() -> None:
    lines = [
        line("    ", Span("::add-mask::", Tone.DIM), "x"),
        line("    :", ":stop-commands::x"),
        line("\x1b]0;title\x07", Span("\u202e", Tone.ADD)),
    ]
    assert plain(lines) == ("    \\x3a:add-mask::x\n    \\x3a:stop-commands::x\n\\x1b]0;title\\x07\\u202e\n")
    uncoloured = re.sub(r"\x1b\[[0-9;]*m", "", coloured(lines))
    assert uncoloured == plain(lines)


def test_a_document_holds_no_command_and_says_the_same() -> None:
    document = {"value": "##[add-mask]x ##vso[x] ## heading"}
    text = to_text(document)
    assert "##[" not in text
    assert "##vso[" not in text
    assert json.loads(text) == document


def test_everything_a_command_says_goes_through_one_door() -> None:
    doors = re.compile(r"click\.(?:echo|secho)\(|(?<![\w.])print\(|sys\.std(?:out|err)\.write")
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted(CLI.rglob("*.py"))
        if path.name != "output.py"
        for match in doors.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found
