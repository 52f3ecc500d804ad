"""Which YAML documents below a project are manifests, and which belong to other tools.

In: the documents of one file, its text, and what was found wrong. Out: the documents that are ours, and where
the others stand. It must not know what is in a manifest.

    apiVersion        kind            the document is
    reconciler/...    any             ours
    another           any             foreign
    none              one of ours     ours: a lost line must not hide users from --prune
    none              another         foreign
    none              none            ours if a line at the margin says apiVersion: ours, else foreign

A word that is nearly ours counts as ours: it is a typo, which the checks name. What is wrong in a foreign
document is nobody's business here. Of what cannot be read, the words that stand in it decide; where none do,
it is ours if another document of the file is: the rest of a file that was cut off must not hide users.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

import yaml

from reconciler.errors import Diagnostic, ManifestError, Origin, Severity
from reconciler.manifest.language.fast_check import DOCUMENT_KINDS
from reconciler.manifest.yaml.file_limits import MAX_VALUES
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.reader import read

GROUP = "reconciler"
"""What our apiVersion begins with, before the slash."""
_NEARLY = 0.85
_NAMED = 200
"""Places that one note lists."""
_BOUNDARY = re.compile(rb"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
_VERSION = re.compile(rb"""apiVersion["']?\s*:\s*["']?([\w.-]+)""")
_AT_THE_MARGIN = re.compile(rb"""^[^\w\n]{0,3}apiVersion["']?\s*:\s*["']?([\w.-]+)""", re.MULTILINE)
_KIND = re.compile(rb"""\bkind["']?\s*:\s*["']?([A-Za-z]+)""")
_PROJECT = re.compile(rb"^kind:[ \t]*[\"']?Project[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one file."""

    ours: tuple[Node, ...] = ()
    foreign: tuple[Origin, ...] = ()
    """Where documents of other tools begin."""


def documents_of(data: bytes, file: str, findings: Findings) -> Documents:
    """What one file holds; only what is wrong with ours becomes a finding."""
    parts = list(_parts(data))
    if not any(_looks_ours(part) for _, part in parts):
        return Documents(foreign=tuple(Origin(file, line) for line, part in parts if _has_content(part)))
    own = Findings()
    with suppress(ManifestError):  # so much is wrong that reading stopped
        nodes = read(data, file, own)
        return _sorted_out(nodes, parts, file, own, findings)
    return _sorted_out([], parts, file, own, findings)


def holds_project(data: bytes) -> bool:
    """Whether one of the documents is our Project document, however it is written.

    Of one that cannot be read, the lines that look so decide.
    """
    return any(_is_project(part) for _, part in _parts(data) if b"Project" in part)


def _is_project(part: bytes) -> bool:
    try:
        words = _top_words(part)
    except yaml.YAMLError:
        is_near = _is_near_group(_VERSION.search(part)) or not _VERSION.search(part)
        return bool(_PROJECT.search(part)) and is_near
    version = words.get("apiVersion", "")
    return words.get("kind") == "Project" and (not version or _is_near(version.partition("/")[0], (GROUP,)))


def _top_words(part: bytes) -> dict[str, str]:
    """Keys of a mapping at the top with the texts under them, until both that are looked for are there."""
    words: dict[str, str] = {}
    depth, key = 0, None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for event in islice(yaml.parse(part.decode("utf-8-sig", "replace"), Loader=loader), MAX_VALUES):
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            is_key = key is None
            if not is_key and isinstance(event, yaml.ScalarEvent):
                words.setdefault(str(key), event.value)
                if words.keys() >= {"apiVersion", "kind"}:
                    break
            key = (event.value if isinstance(event, yaml.ScalarEvent) else "") if is_key else None
        if isinstance(event, yaml.CollectionStartEvent):
            if not depth and not isinstance(event, yaml.MappingStartEvent):
                break
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return words


def note_of(foreign: Sequence[Origin]) -> tuple[Diagnostic, ...]:
    """One line about all documents that were skipped."""
    if not foreign:
        return ()
    more = f", … and {len(foreign) - _NAMED:,} more" if len(foreign) > _NAMED else ""
    what = "document of another tool was" if len(foreign) == 1 else "documents of other tools were"
    return (
        Diagnostic(
            f"{len(foreign):,} YAML {what} skipped",
            why=", ".join(map(str, foreign[:_NAMED])) + more,
            hint="name such files in .reconcilerignore to say nothing of them",
            severity=Severity.NOTE,
        ),
    )


def _sorted_out(
    nodes: Sequence[Node], parts: Sequence[tuple[int, bytes]], file: str, own: Findings, findings: Findings
) -> Documents:
    lines = [line for line, _ in parts]
    found: dict[int, list[Node]] = {}
    for node in nodes:
        found.setdefault(_part_at(lines, node.origin.line), []).append(node)
    read_as_ours = {index: any(_is_ours(node, parts[index][1]) for node in found[index]) for index in found}
    is_with_ours = any(read_as_ours.values())
    is_ours = [
        read_as_ours.get(index, _looks_ours(part) or (is_with_ours and not _says_whose(part)))
        for index, (_, part) in enumerate(parts)
    ]
    for each in own.diagnostics():
        if each.where is None or not each.where.line or is_ours[_part_at(lines, each.where.line)]:
            tell = findings.error if each.severity is Severity.ERROR else findings.warning
            tell(each.summary, each.where, why=each.why, hint=each.hint)
    return Documents(
        tuple(node for index in found if is_ours[index] for node in found[index]),
        tuple(
            Origin(file, line)
            for index, (line, part) in enumerate(parts)
            if not is_ours[index] and _has_content(part)
        ),
    )


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The text between document marks, each with the line it begins in; zero bytes are those of UTF-16."""
    text = data.replace(b"\0", b"")
    starts = [0, *(mark.start() for mark in _BOUNDARY.finditer(text)), len(text)]
    line = 1
    for start, end in pairwise(starts):
        part = text[start:end]
        if part or len(starts) == 2:
            yield line, part
        line += part.count(b"\n")


def _part_at(lines: Sequence[int], line: int) -> int:
    """The part a line lies in."""
    return bisect_right(lines, max(line, 1)) - 1


def _has_content(part: bytes) -> bool:
    rows = part.removeprefix(b"---").splitlines()
    return any(row.strip() and not row.lstrip().startswith((b"#", b"%", b"...")) for row in rows)


def _is_ours(document: Node, part: bytes) -> bool:
    """By the keys of the document; of one that has none of them, or is no mapping, by its words."""
    if not document.items:
        return _looks_ours(part)
    version = document.get("apiVersion")
    if version is None or version.value is None or version.value == "":
        kind = document.word("kind")
        return _is_near_kind(kind) if kind else any(map(_is_near_group, _AT_THE_MARGIN.finditer(part)))
    return _is_near(version.text.partition("/")[0], (GROUP,))


def _looks_ours(part: bytes) -> bool:
    """By its words alone, wherever they stand."""
    return any(map(_is_near_group, _VERSION.finditer(part))) or any(
        _is_near_kind(kind[1].decode()) for kind in _KIND.finditer(part)
    )


def _says_whose(part: bytes) -> bool:
    """Whether any of its words names an owner."""
    return bool(_VERSION.search(part) or _KIND.search(part))


def _is_near_group(version: re.Match[bytes] | None) -> bool:
    return version is not None and _is_near(version[1].decode("utf-8", "replace"), (GROUP,))


def _is_near_kind(word: str) -> bool:
    return _is_near(word, DOCUMENT_KINDS)


@lru_cache(maxsize=1_000)
def _is_near(word: str, known: tuple[str, ...]) -> bool:
    """The word itself in any case, or a slip of the keyboard away from it."""
    lowered = {each.lower() for each in known}
    return word.lower() in lowered or bool(
        word and difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=_NEARLY)
    )
