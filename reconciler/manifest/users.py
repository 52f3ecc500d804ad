"""Who gets a constellation: rows from manifests and tables, one at a time.

In: Users documents and the files they name. Out: a stream of rows, so that 100,000 of them need no memory.
It must not expand anything.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from reconciler.disk import open_regular
from reconciler.errors import Origin
from reconciler.manifest.files import ProjectFiles, Unusable
from reconciler.manifest.findings import Findings, Lookalikes, did_you_mean, kind_of
from reconciler.manifest.limits import MAX_NUMBER
from reconciler.manifest.names import bad_user_id
from reconciler.manifest.node import Node
from reconciler.manifest.overlay import joined
from reconciler.manifest.parameters import Parameter

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
    written: Node | None = None
    """The values as they stand in a manifest."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody who gets one constellation."""

    constellation: str
    documents: tuple[Node, ...]
    files: ProjectFiles = field(repr=False)
    parameters: Mapping[str, Parameter]
    added: tuple[Row, ...] = ()
    """Users a program brings along."""

    def rows(self, wanted: frozenset[str] | None, findings: Findings) -> Iterator[Row]:
        """The rows of the wanted users, or of all.

        A user declared twice is a finding, and so is one who only looks like another, whoever that is.
        """
        seen: dict[str, Origin] = {}
        looks = Lookalikes(f"users of constellation {self.constellation!r}:")
        differing = self._overrides()
        for row in self._all(findings):
            if not bad_user_id(row.user):
                looks.check(row.user, row.origin, findings, wanted)
            if wanted is not None and row.user not in wanted:
                continue
            problem = bad_user_id(row.user)
            if problem:
                findings.error(f"{row.user!r} cannot be a user id", row.origin, why=problem)
            elif row.user in seen:
                findings.error(
                    f"user {row.user!r} of constellation {self.constellation!r} is declared twice",
                    row.origin,
                    why=f"first at {seen[row.user]}",
                )
            else:
                seen[row.user] = row.origin
                yield _overridden(row, differing.get(row.user, ()))
        if wanted is None:
            _tell_unknown(differing, seen, findings)

    def _overrides(self) -> dict[str, list[Node]]:
        """What other documents say of users, in the order of the documents."""
        found: dict[str, list[Node]] = {}
        for document in self.documents:
            for user, node in document.entries("overrides").items():
                found.setdefault(user, []).append(node)
        return found

    def _all(self, findings: Findings) -> Iterator[Row]:
        for document in self.documents:
            for node in document.list("users"):
                yield inline(node)
            file = document.entries("from").get("file")
            if file is not None:
                try:
                    path = self.files.find(file.text, file.origin)
                    yield from table(path, self.files.relative(path), self.parameters, findings)
                except Unusable as unusable:
                    findings.error(unusable.summary, file.origin, why=unusable.why, hint=unusable.hint)
        yield from self.added


def _overridden(row: Row, more: Sequence[Node]) -> Row:
    overrides = row.overrides
    for node in more:
        overrides = node if overrides is None else joined(overrides, node)
    return replace(row, overrides=overrides) if more else row


def _tell_unknown(
    differing: Mapping[str, Sequence[Node]], known: Collection[str], findings: Findings
) -> None:
    for user in sorted(differing.keys() - set(known)):
        findings.warning(
            f"there is no user {user!r} whose set could differ",
            differing[user][0].origin,
            why="no document declares it; one that a program provisioned is fine",
            hint=lambda user=user: did_you_mean(user, known),  # type: ignore[misc]
        )


def inline(node: Node) -> Row:
    """A user written in a Users document."""
    given = {name: child.value for name, child in node.entries("parameters").items()}
    place = node.items["id"].origin
    return Row(node.word("id"), given, place, overrides=node.get("overrides"), written=node.get("parameters"))


def table(path: Path, file: str, known: Mapping[str, Parameter], findings: Findings) -> Iterator[Row]:
    """The users of a .csv or .jsonl file."""
    read = _jsonl if path.suffix == ".jsonl" else _csv
    try:
        with io.TextIOWrapper(
            open_regular(path, MAX_TABLE_BYTES), encoding="utf-8-sig", newline=""
        ) as stream:
            yield from read(_lines(stream, file, findings), file, known, findings)
    except UnicodeDecodeError:
        findings.error("the table is not UTF-8 text", Origin(file), hint="save the file as UTF-8")
    except OSError as error:
        findings.error("the table cannot be read", Origin(file), why=error.strerror or "")


def _lines(stream: TextIO, file: str, findings: Findings) -> Iterator[str]:
    """The lines of a table, none of them without end."""
    for number in count(1):
        line = stream.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE:
            findings.error(f"the line is longer than {MAX_LINE:,} characters", Origin(file, number))
            return
        if not line:
            return
        yield line


def _csv(
    lines: Iterator[str], file: str, known: Mapping[str, Parameter], findings: Findings
) -> Iterator[Row]:
    rows = csv.reader(lines, strict=True)
    try:
        header = next(rows, [])
        if not _usable_header(header, file, known, findings):
            return
        at = header.index("id")
        for cells in rows:
            if not cells:
                continue
            origin = Origin(file, rows.line_num)
            if len(cells) != len(header):
                findings.error(
                    f"the row has {len(cells)} cells, the header has {len(header)}",
                    origin,
                    hint='put texts with commas in quotes: "Acme, Inc."',
                )
                continue
            given = {name: cell for name, cell in zip(header, cells, strict=True) if name != "id"}
            yield Row(cells[at], given, origin, as_text=True)
    except csv.Error as error:
        findings.error(f"the table does not parse: {error}", Origin(file, rows.line_num))


def _usable_header(header: list[str], file: str, known: Mapping[str, Parameter], findings: Findings) -> bool:
    origin = Origin(file, 1)
    errors = findings.errors
    if "id" not in header:
        findings.error("the table has no column 'id'", origin, hint=did_you_mean("id", header))
    for name in header:
        if name != "id" and name not in known:
            hint = did_you_mean(name, [*known, "id"]) or "declare the parameter in the constellation"
            findings.error(f"column {name!r} is no parameter", origin, hint=hint)
    for name in sorted({name for name in header if header.count(name) > 1}):
        findings.error(f"column {name!r} stands twice", origin)
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
