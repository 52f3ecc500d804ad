"""Which parameters a docstring describes, as the server reads it.

In: a docstring. Out: names. The server (letta 0.16.8, source) reads it in four styles and goes by the one in
which it finds most. Pure; it must not know what a tool is.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

_PARAMETERS = ("Arguments", "Args", "Parameters", "Params", "Attributes")
_NAMED = (*_PARAMETERS, "Raises", "Exceptions", "Except")
_GOOGLE = re.compile(
    rf"^({'|'.join(_NAMED)}|Example|Examples|Returns|Yields):[ \t\r\f\v]*$", flags=re.MULTILINE
)
_GOOGLE_NAME = re.compile(r"\s*(.+?)\s*\(\s*.*\S\s*\)")
_NUMPY = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+?)[ \t]*\n(?P<dashes>-+)[ \t]*$", flags=re.MULTILINE)
_NUMPY_PARAMETERS = {
    f"{prefix}{title}" for prefix in ("", "Other ") for title in ("Parameters", "Params", "Arguments", "Args")
} | {"Attributes", "Attribute", "Receives", "Receive"}
_REST = re.compile(r"(^:.*?)(?=^:|\Z)", flags=re.DOTALL | re.MULTILINE)
_REST_PARAMETERS = {"param", "parameter", "arg", "argument", "attribute", "key", "keyword"}
_EPYDOC = re.compile(r"(^@.*?)(?=^@|\Z)", flags=re.DOTALL | re.MULTILINE)
_EPYDOC_PARAMETER = re.compile(r"@(?:param|keyword)\s+(\w+)\??:(.*)", flags=re.DOTALL)


class _Entry(NamedTuple):
    """One thing a docstring says; of a parameter, its name."""

    name: str
    text: str


class _NotThisStyle(Exception):
    """The docstring cannot be read in a style."""


def described_parameters(docstring: str) -> frozenset[str]:
    """Parameters with a description that is not empty."""
    text = inspect.cleandoc(docstring)
    best: list[_Entry] = []
    for style in (_rest, _google, _numpy, _epydoc):
        found = _read(style, text)
        if len(found) > len(best):
            best = found
    described: dict[str, bool] = {}
    for entry in best:
        described.setdefault(entry.name, bool(entry.text))
    return frozenset(name for name, is_described in described.items() if name and is_described)


def _read(style: Callable[[str], Iterator[_Entry]], text: str) -> list[_Entry]:
    try:
        return list(style(text))
    except _NotThisStyle:
        return []


def _google(text: str) -> Iterator[_Entry]:
    titles = list(_GOOGLE.finditer(text))
    sections: dict[str, str] = {}
    for match, body in _with_bodies(titles, text):
        sections[match[1]] = re.split(r"\n(?=\S)", body, maxsplit=1)[0].strip("\n")
    for title, body in sections.items():
        if title not in _NAMED:
            yield _Entry("", body)
            continue
        for item in _items(body):
            before, colon, after = item.partition(":")
            if not colon:
                raise _NotThisStyle
            typed = _GOOGLE_NAME.match(before)
            name = typed[1] if typed else before
            yield _Entry(name if title in _PARAMETERS else "", after.removeprefix(" ").strip("\n"))


def _items(body: str) -> list[str]:
    """Parts that begin with a line of the indentation of the first."""
    indent = re.match(r"[^\S\n]*", body)
    starts = list(re.finditer(rf"^{indent[0] if indent else ''}(?=\S)", body, flags=re.MULTILINE))
    if not starts:
        raise _NotThisStyle
    return [item.strip("\n") for _, item in _with_bodies(starts, body)]


def _with_bodies(heads: Sequence[re.Match[str]], text: str) -> list[tuple[re.Match[str], str]]:
    """Each head with the text up to the next one."""
    ends = [*(head.start() for head in heads), len(text)][1:]
    return [(head, text[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def _numpy(text: str) -> Iterator[_Entry]:
    titles = [title for title in _NUMPY.finditer(text) if len(title["title"]) == len(title["dashes"])]
    for title, body in _with_bodies(titles, text):
        if title["title"] not in _NUMPY_PARAMETERS:
            yield _Entry("", body)
            continue
        keys = list(re.finditer(r"^\S.*$", body, flags=re.MULTILINE))
        for key, described in _with_bodies(keys, body):
            yield _Entry(re.split(r"\s*:", key[0], maxsplit=1)[0].rstrip(), described.strip())


def _rest(text: str) -> Iterator[_Entry]:
    for chunk in _REST.findall(text):
        head, colon, body = chunk.lstrip(":").partition(":")
        if not colon:
            raise _NotThisStyle
        words = head.split()
        is_parameter = bool(words) and words[0] in _REST_PARAMETERS
        if is_parameter and len(words) not in (2, 3):
            raise _NotThisStyle
        if words[:1] != ["type"]:
            yield _Entry(words[-1] if is_parameter else "", body.strip())


def _epydoc(text: str) -> Iterator[_Entry]:
    for chunk in _EPYDOC.findall(text):
        parameter = _EPYDOC_PARAMETER.match(chunk)
        if parameter or not chunk.startswith("@type"):
            yield _Entry(parameter[1] if parameter else "", parameter[2].strip() if parameter else chunk)
