"""Users in tables: .csv and .jsonl files, one row at a time.

In: a file and the parameters of its constellation. Out: a stream of rows, and a finding for each that is no
row, with the line, and the column where the reader knows it. It must not check what a value means.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from reconciler.disk import open_regular
from reconciler.errors import Origin
from reconciler.manifest.language.csv_cells import Cells, CsvLines
from reconciler.manifest.language.parameters import Parameter
from reconciler.manifest.yaml.file_limits import MAX_NUMBER
from reconciler.manifest.yaml.findings import Findings, did_you_mean, kind_of
from reconciler.manifest.yaml.node import Node

MAX_TABLE_BYTES = 1_000_000_000
_DIGITS = 20
MAX_LINE = 1_000_000
"""Characters of one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One user as declared."""

    user: str
    given: Mapping[str, Any]
    origin: Origin
    as_text: bool = False
    """Whether the values come from a table, where everything is text."""
    overrides: Node | None = None
    written: Node | Cells | None = None
    """The values as they stand in a manifest, or in a table."""


def table(path: Path, file: str, known: Mapping[str, Parameter], findings: Findings) -> Iterator[Row]:
    """The users of a .csv or .jsonl file."""
    read = _jsonl if path.suffix == ".jsonl" else _csv
    try:
        with io.TextIOWrapper(open_regular(path, MAX_TABLE_BYTES), encoding="utf-8", newline="") as stream:
            yield from read(_lines(stream, file, findings), file, known, findings)
    except UnicodeDecodeError:
        findings.error("the table is not UTF-8 text", Origin(file), hint="save the file as UTF-8")
    except OSError as error:
        findings.error("the table cannot be read", Origin(file), why=error.strerror or "")


_OTHER_DELIMITERS = (";", "\t", "|")
"""Of programs that call a table CSV all the same."""


def _lines(stream: TextIO, file: str, findings: Findings) -> Iterator[str]:
    """The lines of a table, without a byte order mark, and none of them without end.

    The codec that leaves the mark out takes a part of one for nothing.
    """
    for number in count(1):
        line = stream.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE:
            findings.error(f"the line is longer than {MAX_LINE:,} characters", Origin(file, number))
            return
        if not line:
            return
        yield line.removeprefix(codecs.BOM_UTF8.decode()) if number == 1 else line


def _csv(
    lines: Iterator[str], file: str, known: Mapping[str, Parameter], findings: Findings
) -> Iterator[Row]:
    written = CsvLines(lines, file)
    rows = csv.reader(written, strict=True)
    try:
        header = next(rows, [])
        if not _usable_header(header, written.row(header), known, findings):
            return
        at = header.index("id")
        for cells in rows:
            row = written.row(header)
            if not cells:
                continue
            if len(cells) != len(header):
                findings.error(
                    f"the row has {len(cells)} cells, the header has {len(header)}",
                    row.place_at(min(len(cells), len(header))),
                    hint='put texts with commas in quotes: "Acme, Inc."',
                )
                continue
            given = {name: cell for name, cell in zip(header, cells, strict=True) if name != "id"}
            yield Row(cells[at], given, row.place_at(at), as_text=True, written=row)
    except csv.Error as error:
        fault = written.row([]).fault()
        findings.error(f"the table does not parse: {fault.what or error}", fault.where)


def _usable_header(header: list[str], row: Cells, known: Mapping[str, Parameter], findings: Findings) -> bool:
    errors = findings.errors
    other = next((each for each in _OTHER_DELIMITERS if len(header) == 1 and each in header[0]), "")
    if other:
        findings.error(
            f"the columns are parted by {other!r}", row.start, hint="a table is parted by commas: id,name"
        )
        return False
    if "id" not in header:
        findings.error("the table has no column 'id'", row.start, hint=did_you_mean("id", header))
    for number, name in enumerate(header):
        if name != "id" and name not in known:
            hint = did_you_mean(name, [*known, "id"]) or "declare the parameter in the constellation"
            findings.error(f"column {name!r} is no parameter", row.place_at(number), hint=hint)
        if name in header[:number]:
            findings.error(f"column {name!r} stands twice", row.place_at(number))
    return findings.errors == errors


def _jsonl(
    lines: Iterator[str], file: str, _known: Mapping[str, Parameter], findings: Findings
) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        origin = Origin(file, number)
        try:
            entry = json.loads(
                line, object_pairs_hook=_once, parse_float=_finite, parse_constant=_finite, parse_int=_whole
            )
        except RecursionError:
            findings.error("the line is nested too deep", origin)
            continue
        except json.JSONDecodeError as error:
            findings.error(f"the line is not JSON: {error.msg}", Origin(file, number, error.colno))
            continue
        except ValueError as error:
            findings.error(f"the line is not JSON: {error}", origin)
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            found = kind_of(entry.get("id")) if isinstance(entry, dict) else kind_of(entry)
            findings.error(
                f"a line is an object whose 'id' is text, found {found}", origin, hint='{"id": "42", ...}'
            )
            continue
        given = {name: value for name, value in entry.items() if name != "id" and value is not None}
        yield Row(entry["id"], given, origin)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a finite number")
    return number


def _whole(text: str) -> int:
    if len(text) > _DIGITS or abs(int(text)) > MAX_NUMBER:
        raise ValueError("a number is too large")
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        raise ValueError("a key stands twice")
    return entry
