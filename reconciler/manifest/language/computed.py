"""Texts of a manifest to values: what is fixed is computed now, the rest once per user.

In: a text, its place, and which names exist there. Out: Fixed or Computed values. It must not know which
field a text belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from reconciler.errors import Origin
from reconciler.manifest.language.environment import NOTHING, Grant
from reconciler.manifest.language.expressions import ENVIRONMENT, BadExpression, Expressions, Names, as_text
from reconciler.manifest.language.named_files import ProjectFiles, Unusable
from reconciler.manifest.language.values import (
    ALLOTMENT,
    CLOSE,
    OPEN,
    Allotment,
    Computed,
    Fixed,
    Problem,
    Value,
    Values,
    deep,
    pieces,
    sequence,
)
from reconciler.manifest.yaml.file_limits import MAX_EXPRESSIONS
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.values import UNSET

_SHOWN = 60
"""Characters of an expression that a message shows."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an expression can name at one place, and the part that is the same for every user."""

    names: Names
    known: Mapping[str, Any]

    def with_agent_name(self, name: str) -> Setting:
        """The setting of an agent's own description, which cannot contain itself."""
        return Setting({**self.names, "agent": frozenset(("name",))}, {**self.known, "agent": {"name": name}})

    def with_agent(self, name: str, description: Value | None) -> Setting:
        """The setting inside an agent; its description may still depend on the user."""
        fixed = description.value if isinstance(description, Fixed) else UNSET
        agent = {"name": name, "description": "" if fixed is UNSET else fixed}
        is_known = description is None or isinstance(description, Fixed)
        attributes = frozenset(("name", "description"))
        known = {**self.known, "agent": agent} if is_known else self.known
        return Setting({**self.names, "agent": attributes}, known)


class Language:
    """Compiles texts; one for each load, so that equal expressions are compiled once."""

    def __init__(
        self,
        environ: Mapping[str, str],
        files: ProjectFiles,
        findings: Findings,
        secrets: frozenset[str] = frozenset(),
        grant: Grant = NOTHING,
        expressions: Expressions | None = None,
    ) -> None:
        self.environ = environ
        self.grant = grant
        self.files = files
        self.findings = findings
        self._expressions = expressions or Expressions(secrets, grant)
        self._allotment = Allotment()
        self._number = 0

    def telling(self, findings: Findings) -> Language:
        """The same language that reports elsewhere."""
        return Language(self.environ, self.files, findings, grant=self.grant, expressions=self._expressions)

    @property
    def outside(self) -> Setting:
        """What can be named everywhere: variables of the environment, as far as they may be read."""
        return Setting({ENVIRONMENT: self.grant.names}, {ENVIRONMENT: self.grant.values})

    def scalar(self, node: Node, setting: Setting) -> Value:
        """A scalar, which is computed when it is a text with expressions."""
        if isinstance(node.value, str) and OPEN in node.value:
            return self._text(node.value, setting, partial(_in_node, node), node.origin)
        return Fixed(node.value, node.origin)

    def json(self, node: Node, setting: Setting) -> Value:
        """A JSON value whose texts may hold expressions."""
        return deep(node, lambda each: self.scalar(each, setting))

    def text_or_file(self, node: Node, setting: Setting) -> Value:
        """A text, or the text of the file that a `{file: path}` names."""
        named = node.get("file")
        if named is None:
            return self.scalar(node, setting)
        try:
            path = self.files.find(named.text, named.origin)
            text = self.files.text(path)
        except Unusable as unusable:
            self.unusable(unusable, named)
            return Fixed(UNSET, named.origin)
        file = self.files.relative(path)
        if OPEN not in text:
            return Fixed(text, Origin(file))
        return self._text(
            text, setting, lambda offset: _in_file(file, text, offset), Origin(file), whole=False
        )

    def unusable(self, problem: Unusable, named: Node) -> None:
        """Say what is wrong with a file, at the place that names it."""
        summary = f"{problem.summary} (line {problem.line})" if problem.line else problem.summary
        self.findings.error(summary, named.origin, why=problem.why, hint=problem.hint)

    def _text(
        self,
        text: str,
        setting: Setting,
        place: Callable[[int], Origin],
        origin: Origin,
        whole: bool = True,
    ) -> Value:
        try:
            cut = pieces(text)
        except ValueError as error:
            self.findings.error(
                "'${{' is never closed", place(int(error.args[0])), hint="expressions end with }}"
            )
            return Fixed(UNSET, origin)
        if whole and len(cut) == 1:
            return self._expression(cut[0][0], setting, origin)
        self._number += len(cut)
        if self._number > MAX_EXPRESSIONS:
            self.findings.error(f"the manifests have more than {MAX_EXPRESSIONS:,} expressions", origin)
            return Fixed(UNSET, origin)
        parts: list[Value] = []
        for piece, offset, is_expression in cut:
            where = place(offset)
            parts.append(self._expression(piece, setting, where) if is_expression else Fixed(piece, where))
        try:
            text_of_all = sequence(parts, origin, partial(_joined, origin))
        except Problem as problem:  # every part is fixed, so that they were joined at once
            return self._told(problem, origin)
        return self._now(self._bounded(text_of_all), setting)

    def _bounded(self, value: Value) -> Value:
        """The value, counted whenever it is computed."""
        if isinstance(value, Fixed):
            return value

        def render(values: Values) -> Any:
            result = value.render(values)
            values.get(ALLOTMENT, self._allotment).spend(result, value.origin)
            return result

        return Computed(render, value.reads, value.origin)

    def _expression(self, source: str, setting: Setting, where: Origin) -> Value:
        try:
            function, reads = self._expressions.compile(source.strip(), setting.names)
        except BadExpression as bad:
            self.findings.error(bad.summary, where, hint=bad.hint, why=bad.why)
            return Fixed(UNSET, where)

        def render(values: Values) -> Any:
            allotment = values.get(ALLOTMENT, self._allotment)
            allotment.spend(None, where)
            try:
                result = function(values)
            except BadExpression as bad:
                hint = bad.hint or _default_hint(source, bad.summary)
                raise Problem(f"in '{_short(source)}': {bad.summary}", where, hint, bad.why) from bad
            allotment.spend(result, where)
            return result

        return self._now(Computed(render, reads, where), setting)

    def _now(self, value: Value, setting: Setting) -> Value:
        """Compute what does not depend on the user."""
        if isinstance(value, Fixed) or not value.reads <= setting.known.keys():
            return value
        try:
            return Fixed(value.render(setting.known), value.origin)
        except Problem as problem:
            return self._told(problem, value.origin)

    def _told(self, problem: Problem, origin: Origin) -> Fixed:
        self.findings.error(problem.summary, problem.where, hint=problem.hint, why=problem.why)
        return Fixed(UNSET, origin)


def _joined(origin: Origin, values: list[Any]) -> str:
    try:
        return "".join(map(as_text, values))
    except BadExpression as bad:
        raise Problem(bad.summary, origin, bad.hint) from bad


def _short(source: str) -> str:
    shown = source if len(source) <= _SHOWN else f"{source[:_SHOWN]}... "
    return f"{OPEN}{shown}{CLOSE}"


def _default_hint(source: str, summary: str) -> str:
    if "env." in source and "environment has no" in summary:
        return "set the variable, or give a default: ${{ env.NAME | default('...') }}"
    return ""


def _in_node(node: Node, offset: int) -> Origin:
    """The line in a literal text; the beginning of any other."""
    if not node.is_literal:
        return node.origin
    return Origin(node.origin.file, node.origin.line + 1 + node.text[:offset].count("\n"))


def _in_file(file: str, text: str, offset: int) -> Origin:
    before = text[:offset]
    return Origin(file, before.count("\n") + 1, offset - before.rfind("\n"))
