"""A machine format: its version, steps from earlier ones, and what is said of bad files.

In: text that anybody may have written. Out: values of a class, or a ReconcilerError that says where in the
file what is wrong and what to type next; and the text of values. Each step leads from one version to the
next and is tested by a stored file. A file of a later version is never read as if it were ours. It must not
open files.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

from reconciler.codec import Misfit
from reconciler.codec.codec import Codec
from reconciler.codec.marks import place
from reconciler.errors import ReconcilerError

T = TypeVar("T")
Document: TypeAlias = dict[str, Any]

VERSION_KEY = "format_version"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
UPGRADE = "upgrade: pip install --upgrade letta-reconciler"
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})")
_MOST_SAID = 5
_LONGEST_SAID = 200
_MOST_LOOKED_AT = 1_000_000
"""Characters of one part of a file that are looked through for further mistakes; that takes half a second."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to the next: what has to be changed in a document, its version apart."""

    to: str
    change: Callable[[Document], Document]


def only_adds(document: Document) -> Document:
    """Of a step that adds keys which may be missing: nothing has to be changed."""
    return document


@dataclass(frozen=True, slots=True)
class Format(Generic[T]):
    """One kind of file, and the class it holds."""

    what: str
    """What people call such a file, such as `plan file`."""
    version: str
    codec: Codec[T]
    unsaid: str = ""
    """The version of a file that does not say any."""
    again: str = ""
    """What to type to make such a file anew."""
    steps: Mapping[str, Step] = field(default_factory=dict)
    """By the version they start from."""

    def document(self, value: T, context: Any = None) -> Document:
        """As plain JSON, its version first."""
        return {VERSION_KEY: self.version, **self.codec.write(value, context)}

    def parsed(self, text: str) -> Document:
        """What a text holds, in whichever version we know."""
        try:
            raw = parsed_json(text)
        except (ValueError, RecursionError) as error:
            raise self._refused(f"this is not a {self.what}", f"not JSON: {reason(error)}") from error
        if not isinstance(raw, dict):
            raise self._refused(f"this is not a {self.what}", "not a JSON object")
        said = {VERSION_KEY: self.unsaid, **raw} if self.unsaid else raw
        self._check_version(said.get(VERSION_KEY))
        return said

    def current(self, document: Document) -> Document:
        """The document in today's version, step by step."""
        while document[VERSION_KEY] != self.version:
            step = self.steps[document[VERSION_KEY]]
            document = {**step.change(document), VERSION_KEY: step.to}
        return document

    def read(self, document: Document, context: Any = None) -> T:
        """The value that a document of today's version holds."""
        raw = {key: value for key, value in document.items() if key != VERSION_KEY}
        try:
            return self.codec.read(raw, context)
        except Misfit as wrong:
            said = [str(wrong)[:_LONGEST_SAID]]
            with contextlib.suppress(RecursionError):  # enough is said
                said += islice(self._others(raw, wrong), _MOST_SAID - 1)
            raise self._refused(f"this {self.what} is damaged", "\n".join(said)) from wrong
        except RecursionError as error:
            raise self._refused(f"this {self.what} is damaged", reason(error)) from error

    def schema(self) -> dict[str, Any]:
        """The JSON schema of today's version and of those before, as their steps only add keys."""
        own = self.codec.schema(f"letta-reconciler {self.what}")
        versions = {VERSION_KEY: {"enum": [*self.steps, self.version]}}
        own["properties"] = versions | own["properties"]
        own["required"] = [*(() if self.unsaid else (VERSION_KEY,)), *own["required"]]
        return {"$schema": DRAFT, **own}

    def _check_version(self, version: Any) -> None:
        if isinstance(version, str) and (version == self.version or version in self.steps):
            return
        summary = f"the {self.what} has {VERSION_KEY} {version!r:.40}; this program reads {self.version}"
        if isinstance(version, str) and _numbers(version) > _numbers(self.version):
            raise ReconcilerError(summary, why="a later release wrote it", hint=UPGRADE)
        raise ReconcilerError(summary, why="no release wrote such a version", hint=self.again)

    def _refused(self, summary: str, why: str) -> ReconcilerError:
        return ReconcilerError(summary, why=why, hint=self.again)

    def _others(self, raw: Document, wrong: Misfit) -> Iterator[str]:
        """What else is wrong in the same part of the file, as its schema has it."""
        key, *below = wrong.path or ("",)
        if not below or len(json.dumps(raw[str(key)])) > _MOST_LOOKED_AT:
            return
        import jsonschema  # takes as long to import as to read a plan

        only = {**self.schema(), "required": []}
        for error in jsonschema.Draft202012Validator(only).iter_errors({key: raw[str(key)]}):
            path = tuple(error.absolute_path)
            if path != wrong.path:
                yield f"{place(path)}: {error.message}"[:_LONGEST_SAID]


def parsed_json(text: str) -> Any:
    """JSON without what only Python takes for it, nor a number beyond all we can write; ValueError, or
    RecursionError where it is nested too deep."""
    return json.loads(text, parse_constant=_no_number, parse_float=_finite)


def text_of(document: Any) -> str:
    """Indented JSON, ended by a line break."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def reason(error: Exception) -> str:
    """Why a text cannot be read, in one line."""
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error).partition("\n")[0]


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.fullmatch(version)
    return tuple(map(int, found.groups())) if found else ()


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is larger than any number of ours")
    return number
