"""What is wrong in a table is said with its line, and with its column where the reader knows it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.language.csv_cells import CsvLines
from tests.manifest.trees import said, tree

PARAMETERS = "{name: {type: string, default: x}, age: {type: integer, default: 1}}"
TEMPLATE = f"parameters: {PARAMETERS}\nblocks: {{b: {{value: x}}}}\n"


def places(folder: Path, **files: str) -> list[tuple[str, str]]:
    (suffix,) = files
    found = said(tree(folder, TEMPLATE, f"from: {{file: {suffix.replace('_', '.')}}}", **files))
    return [(str(each.where), each.summary) for each in found]


@pytest.mark.parametrize(
    ("table", "where", "summary"),
    [
        (
            "id,name,age\na,A,many\n",
            "users.csv:2:5",
            "user 'a': parameter 'age' must be a whole number, found 'many'",
        ),
        (
            'id,name,age\na,"A, ""B""",x\n',
            "users.csv:2:14",
            "user 'a': parameter 'age' must be a whole number",
        ),
        (
            'name,age,id\n"two\nlines",x,a\n',
            "users.csv:3:8",
            "user 'a': parameter 'age' must be a whole number",
        ),
        ("name,age,id\nA,1, b\n", "users.csv:2:5", "' b' cannot be a user id"),
        ("id,nam,age\na,A,1\n", "users.csv:1:4", "column 'nam' is no parameter"),
        ("id,age,age\na,1,1\n", "users.csv:1:8", "column 'age' stands twice"),
        ("name,age\na,1\n", "users.csv:1:1", "the table has no column 'id'"),
        ("id;name;age\na;A;1\n", "users.csv:1:1", "the columns are parted by ';'"),
        ("id\tname\na\tA\n", "users.csv:1:1", "the columns are parted by '\\t'"),
        ("id,name,age\na,A,1,more\n", "users.csv:2:7", "the row has 4 cells, the header has 3"),
        ("id,name,age\na,A\n", "users.csv:2:4", "the row has 2 cells, the header has 3"),
        (
            'id,name,age\na,A,1\nb,"B,2\nc,C,3\n',
            "users.csv:3:3",
            "the table does not parse: a quote is never closed",
        ),
        (
            'id,name,age\nb,"B"x,2\n',
            "users.csv:2:6",
            "the table does not parse: text follows a closing quote",
        ),
        (
            "id,name,age\na,A,1\na,B,2\n",
            "users.csv:3:1",
            "user 'a' of constellation 'team' is declared twice",
        ),
    ],
)
def test_a_cell_of_a_csv_table(table: str, where: str, summary: str, tmp_path: Path) -> None:
    assert any(
        place == where and text.startswith(summary) for place, text in places(tmp_path, users_csv=table)
    ), places(tmp_path, users_csv=table)


def test_the_column_is_said_by_number(tmp_path: Path) -> None:
    (found,) = said(tree(tmp_path, TEMPLATE, "from: {file: users.csv}", users_csv="id,age\na,x\n"))
    assert found.why == "column 2 of the table"


@pytest.mark.parametrize(
    ("line", "where", "summary"),
    [
        ('{"id": "a", "age": }', "users.jsonl:1:20", "the line is not JSON: Expecting value"),
        ('{"id": "a"} x', "users.jsonl:1:13", "the line is not JSON: Extra data"),
        ('{"id": "a", "id": "b"}', "users.jsonl:1", "the line is not JSON: a key stands twice"),
        ('{"id": 7}', "users.jsonl:1", "a line is an object whose 'id' is text"),
    ],
)
def test_a_line_of_json(line: str, where: str, summary: str, tmp_path: Path) -> None:
    ((place, text),) = places(tmp_path, users_jsonl=line + "\n")
    assert (place, text[: len(summary)]) == (where, summary)


CELL = st.text(st.sampled_from('ab,"\n é'), max_size=5)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=4))
def test_every_cell_is_where_it_is_said_to_be(rows: list[list[str]]) -> None:
    """A table that was written by the standard library: what stands at the place reads as the cell."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    text = written.getvalue()
    lines = CsvLines(iter(text.splitlines(keepends=True)), "t.csv")
    whole = text.splitlines(keepends=True)
    for row in csv.reader(lines, strict=True):
        cells = lines.row([])
        assert not cells.fault().what
        for number, cell in enumerate(row):
            place = cells.place_at(number)
            rest = "".join([whole[place.line - 1][place.column - 1 :], *whole[place.line :]])
            there = next(csv.reader(io.StringIO(rest, newline="")), [])
            assert (there or [""])[0] == cell
