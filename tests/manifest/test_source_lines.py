"""A finding shows the line it is about, and never one that may hold a secret or something about a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import Diagnostic, ManifestError, Origin
from reconciler.manifest import load, validate
from reconciler.manifest.yaml.source_lines import SourceLines
from reconciler.report.json_documents import diagnostics_document
from reconciler.report.plan.sections import diagnostic
from reconciler.report.text.lines import plain
from reconciler.report.text.printable import safe, width

CANARY = "canaryvalue"
HEAD = "apiVersion: reconciler/v1\nkind: Constellation\nname: team\n"


def shown(text: str, containing: str) -> str:
    """What may be seen of the line that contains this."""
    number = next(at for at, line in enumerate(text.split("\n"), 1) if containing in line)
    return SourceLines({"a.yaml": text.encode()}).at(Origin("a.yaml", number, 1))


@pytest.mark.parametrize(
    "text",
    [
        f"agents:\n  a: {{secrets: {{X: {CANARY}}}}}\n",
        f"agents:\n  a:\n    secrets:\n      X: {CANARY}\n",
        f"agents:\n  a:\n    secrets:\n      Y: b\n\n      # more\n      X:\n        {CANARY}\n",
        f"agents:\n  a:\n    secrets: {{\n      X: {CANARY}\n    }}\n",
        f"    Api_Key: {CANARY}\n",
        f"x:\n  PASSWORD: |\n    one\n    {CANARY}\n",
        f"parameters:\n  pin:\n    type: string\n    default: {CANARY}\n    secret: true\n",
        f"parameters:\n  pin:\n    secret: true\n    type: string\n    default: {CANARY}\n",
        f"parameters:\n  pin: {{type: string,\n    default: {CANARY},\n    secret: true}}\n",
        f"description: https://user:{CANARY}@example.com\n",
        f"description: sk-{CANARY}-4f9a8b7c6d5e4f3a\n",
        f"description: {CANARY}{'x' * 500}\n",
    ],
)
def test_what_could_be_a_secret_is_not_shown(text: str) -> None:
    assert shown(HEAD + text, CANARY) == ""


USERS = (
    "apiVersion: reconciler/v1\nkind: Users\nconstellation: team\n"
    f"users:\n  - {{id: '1', parameters: {{a: {CANARY}}}}}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        USERS,
        f"{HEAD}---\n{USERS}",
        f"{USERS}---\n{HEAD}",
        USERS.replace("kind: Users\n", ""),
        f'{{"kind":\n  "Users", "users": [\n  {{"id": "1", "parameters": {{"a": "{CANARY}"}}}}]}}\n',
    ],
)
def test_nothing_about_users_is_shown(text: str) -> None:
    assert shown(text, CANARY) == ""


def test_a_document_beside_the_users_is_shown() -> None:
    both = f"{HEAD}agents: {{}}\n---\n{USERS}---\n{HEAD}blocks: {{}}\n"
    assert shown(both, "agents") == "agents: {}"
    assert shown(both, "blocks") == "blocks: {}"


def test_lines_of_tables_and_texts_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(f"id,name,nothing\n1,{CANARY},x\n", encoding="utf-8")
    (tmp_path / "all.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\nname: demo\n---\n"
        f"{HEAD}parameters: {{name: {{type: integer}}}}\n---\n"
        "apiVersion: reconciler/v1\nkind: Users\nconstellation: team\nfrom: {file: users.csv}\n",
        encoding="utf-8",
    )
    found = validate([tmp_path], {})
    assert found
    assert CANARY not in plain(row for each in found for row in diagnostic(each) if " | " in plain([row]))


BAD = HEAD + "agents:\n  coach: {model: letta/letta-free, descripton: x}\n"


def test_a_finding_shows_its_line_with_a_caret(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(BAD, encoding="utf-8")
    (found,) = (each for each in validate([tmp_path], {}) if "descripton" in each.summary)
    _, line, caret, *_ = plain(diagnostic(found)).splitlines()
    assert line.startswith("     5 | ")
    assert line[caret.index("^") :].startswith("descripton: x")


def test_what_is_found_while_users_are_expanded_shows_its_line_too(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\nname: demo\n---\n"
        f"{HEAD}parameters: {{size: {{type: string}}}}\n"
        'blocks:\n  state: {value: x, limit: "${{ parameters.size }}"}\n---\n'
        f"{USERS.replace('a: ' + CANARY, 'size: big')}",
        encoding="utf-8",
    )
    with pytest.raises(ManifestError) as caught:
        load([tmp_path], {}).desired()
    assert [each.source.strip() for each in caught.value.diagnostics] == [
        'state: {value: x, limit: "${{ parameters.size }}"}'
    ]


def test_documents_for_programs_stay_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(BAD, encoding="utf-8")
    found = validate([tmp_path], {})
    entries = diagnostics_document(found)["diagnostics"]
    assert {"line", "column", "file"} <= set(entries[0])
    assert "source" not in json.dumps(entries)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=200),
    st.integers(0, 250),
    st.integers(1, 9_999_999),
)
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_line_it_stays_a_line_with_its_caret_below(
    text: str, column: int, number: int
) -> None:
    found = Diagnostic("wrong", Origin("a.yaml", number, column), source=text)
    head, *rows = plain(diagnostic(found)).splitlines()
    assert head == f"error: a.yaml:{number}{f':{column}' if column else ''}: wrong"
    assert len(rows) == (0 if not text else 1 + bool(column))
    assert all(safe(row) == row and width(row) <= 60 for row in rows)
    if column and column <= len(text):
        assert rows[1].rstrip().endswith("^")
    if column and column <= len(text.rstrip()):  # blanks at the end of a line are not printed
        assert width(rows[1]) <= width(rows[0]) + 1
