"""Parameters: what a constellation declares and what a user gives.

In: declarations, and values as text from a table or typed from YAML. Out: one checked value for every
declared parameter. Values are data: an expression in one is text like any other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Origin
from reconciler.manifest.language.csv_cells import Cells
from reconciler.manifest.language.regex import MAX_TEXT, BadPattern, Pattern
from reconciler.manifest.yaml.file_limits import MAX_NUMBER
from reconciler.manifest.yaml.findings import Findings, did_you_mean, kind_of
from reconciler.manifest.yaml.node import Node
from reconciler.values import UNSET, Unset

_HINT = "^ and $ are the very ends of the text; there is no look-around and no backreference"
_WORDS = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")


class Unfit(ValueError):
    """A value its parameter does not take."""

    def __init__(self, summary: str, hint: str = "") -> None:
        super().__init__(summary)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter."""

    name: str
    type: str = "string"
    pattern: Pattern | None = None
    enum: frozenset[Any] = frozenset()
    default: Any | Unset = UNSET
    low: float | None = None
    high: float | None = None

    def read(self, text: str) -> Any:
        """The value a cell of a table stands for."""
        if self.type == "string":
            return self.check(text)
        if self.type == "boolean" and text.lower() in ("true", "false"):
            return self.check(text.lower() == "true")
        if self.type == "integer" and _WHOLE.fullmatch(text):
            return self.check(int(text))
        if self.type == "number" and _NUMBER.fullmatch(text):
            return self.check(int(text) if _WHOLE.fullmatch(text) else float(text))
        raise Unfit(f"must be {_WORDS[self.type]}, found {text!r}")

    def check(self, value: Any) -> Any:
        """The value itself; Unfit when the parameter does not take it."""
        if not self._has_type(value):
            found = kind_of(value) if isinstance(value, str | bool) or value is None else f"{value!r}"
            quoted = self.type == "string" and isinstance(value, int | float)
            raise Unfit(
                f"must be {_WORDS[self.type]}, found {found}", f'quote it: "{value}"' if quoted else ""
            )
        if isinstance(value, str):
            self._check_text(value)
        elif not math.isfinite(value) if isinstance(value, float) else abs(value) > MAX_NUMBER:
            raise Unfit("is too large a number, or none at all")
        if self.pattern and isinstance(value, str):
            self._check_pattern(value, self.pattern)
        if self.enum and value not in self.enum:
            raise Unfit(f"{value!r} is not one of the choices", did_you_mean(str(value), map(str, self.enum)))
        size = len(value) if isinstance(value, str) else value
        what = f"{size} characters" if isinstance(value, str) else repr(value)
        if self.low is not None and not isinstance(value, bool) and size < self.low:
            raise Unfit(f"{what} is less than {self.low}")
        if self.high is not None and not isinstance(value, bool) and size > self.high:
            raise Unfit(f"{what} is more than {self.high}")
        return value

    def _has_type(self, value: Any) -> bool:
        if self.type == "boolean":
            return isinstance(value, bool)
        if isinstance(value, bool):
            return False
        types: dict[str, Any] = {"string": str, "integer": int, "number": int | float}
        return isinstance(value, types[self.type])

    def _check_pattern(self, value: str, pattern: Pattern) -> None:
        if len(value) > MAX_TEXT:
            raise Unfit(f"is longer than {MAX_TEXT:,} characters, too long for a pattern")
        if not pattern.is_in(value):
            raise Unfit(f"{value!r} does not match {pattern.source}")

    def _check_text(self, value: str) -> None:
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Unfit("contains a NUL character or half a surrogate pair")


def declared(node: Node, findings: Findings) -> dict[str, Parameter]:
    """The parameters of a constellation."""
    found = {}
    for name, body in node.entries("parameters").items():
        pattern = _pattern(body, findings)
        plain = body.plain()
        parameter = Parameter(
            name,
            plain.get("type", "string"),
            pattern,
            frozenset(plain.get("enum") or ()),
            low=plain.get("min"),
            high=plain.get("max"),
        )
        for each in body.list("enum"):
            _check_own(parameter, each, "enum", findings)
        default = body.get("default")
        if default is not None and default.value is not None:
            _check_own(parameter, default, "default", findings)
            given = default.value
            parameter = Parameter(
                name, parameter.type, pattern, parameter.enum, given, parameter.low, parameter.high
            )
        found[name] = parameter
    return found


def _pattern(body: Node, findings: Findings) -> Pattern | None:
    node = body.get("pattern")
    if node is None or not node.text:
        return None
    if body.word("type") not in ("", "string"):
        findings.error("only a string has a pattern", body.place("pattern"))
        return None
    pattern = Pattern(node.text)
    try:
        pattern.check()
    except BadPattern as bad:
        findings.error(f"{node.text!r} is not a regular expression", node.origin, why=str(bad), hint=_HINT)
        return None
    return pattern


def _check_own(parameter: Parameter, node: Node, key: str, findings: Findings) -> None:
    """A default or choice must itself be a value the parameter takes."""
    without = Parameter(parameter.name, parameter.type) if key == "enum" else parameter
    if key == "default" and "${{" in node.text:
        findings.error("a default cannot be an expression", node.origin, why="parameters are data")
        return
    try:
        without.check(node.value)
    except Unfit as unfit:
        findings.error(f"{key} of parameter {parameter.name!r}: {unfit}", node.origin, hint=unfit.hint)


def complete(
    parameters: Mapping[str, Parameter],
    given: Mapping[str, Any],
    as_text: bool,
    where: Origin,
    user: str,
    findings: Findings,
    written: Node | Cells | None = None,
) -> dict[str, Any] | None:
    """The value of every declared parameter for one user; None, with findings, when one is wrong."""
    values: dict[str, Any] = {}
    good = True
    for name in given:
        if name not in parameters:
            good = False
            hint = did_you_mean(name, parameters)
            place = written.place(name) if written else where
            findings.error(f"user {user!r}: there is no parameter {name!r}", place, hint=hint)
    for name, parameter in parameters.items():
        try:
            values[name] = _value(parameter, given, as_text)
        except Unfit as unfit:
            good = False
            summary = f"user {user!r}: parameter {name!r} {unfit}"
            place, column = _place(name, written, where)
            findings.error(summary, place, why=column, hint=unfit.hint)
    return values if good else None


def _place(name: str, written: Node | Cells | None, where: Origin) -> tuple[Origin, str]:
    """Where the value stands, and in which column of a table."""
    if isinstance(written, Cells) and name in written.header:
        return written.place(name), written.column(name)
    node = written.get(name) if isinstance(written, Node) else None
    return (node.origin if node else where), ""


def _value(parameter: Parameter, given: Mapping[str, Any], as_text: bool) -> Any:
    raw = given.get(parameter.name, UNSET)
    if raw is UNSET or (as_text and raw == ""):
        if parameter.default is UNSET:
            raise Unfit("is missing", "give a value, or declare a default")
        return parameter.default
    return parameter.read(raw) if as_text else parameter.check(raw)
