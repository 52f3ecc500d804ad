"""Problems found while loading, collected so that one run shows all of them.

In: single findings, in any order. Out: sorted diagnostics without repeats, or one ManifestError.
It must not decide what is a problem.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from itertools import islice

from reconciler.errors import Diagnostic, ManifestError, Origin, Severity
from reconciler.manifest.names import look_of
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.source_lines import SourceLines

LIMIT = 200
"""More than this helps nobody: one mistake in a template repeats for each of 100,000 users."""
MANY = 500
"""Among more names no similar one is looked for: that takes longer than everything else."""
LONGEST = 600
"""Characters of one text: a value of some megabytes is not repeated whole."""


class Findings:
    """What was found so far."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, Diagnostic] = {}
        """By the finding without its hint."""
        self._shown: Counter[Severity] = Counter()
        self._beyond: Counter[Severity] = Counter()
        self._lines = SourceLines({})

    def read_from(self, lines: SourceLines) -> None:
        """What findings are about stands in these lines."""
        self._lines = lines

    def error(
        self,
        summary: str,
        where: Origin | None = None,
        *,
        why: str = "",
        hint: str | Callable[[], str] = "",
    ) -> None:
        """Something that stops the run; ManifestError when there are so many that looking on only counts."""
        self.add(Diagnostic(cut(summary), where, "", cut(why)), hint)

    def warning(
        self,
        summary: str,
        where: Origin | None = None,
        *,
        why: str = "",
        hint: str | Callable[[], str] = "",
    ) -> None:
        """Something a person should know; a hint that takes time to find is given as a function."""
        self.add(Diagnostic(cut(summary), where, "", cut(why), severity=Severity.WARNING), hint)

    def add(self, diagnostic: Diagnostic, hint: str | Callable[[], str]) -> None:
        """Either of them."""
        severity = diagnostic.severity
        if diagnostic in self._found:
            return
        if self._shown[severity] < LIMIT:
            self._shown[severity] += 1
            self._found[diagnostic] = replace(diagnostic, hint=cut(hint() if callable(hint) else hint))
            return
        self._beyond[severity] += 1
        if self._is_full:
            raise ManifestError(self.diagnostics())

    @property
    def errors(self) -> int:
        """How many of the findings stop the run."""
        return self._shown[Severity.ERROR] + self._beyond[Severity.ERROR]

    @property
    def _is_full(self) -> bool:
        return self._beyond[Severity.ERROR] > LIMIT

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, by place."""
        found = [replace(each, source=self._lines.at(each.where)) for each in self._found.values()]
        found.sort(key=lambda each: (each.where or Origin(""), each.summary))
        for severity, number in sorted(self._beyond.items(), key=lambda each: each[0].value):
            more = "or more " if self._is_full and severity is Severity.ERROR else ""
            problems = "problems" if severity is Severity.ERROR else "warnings"
            found.append(Diagnostic(f"{number} {more}further {problems} are not shown", severity=severity))
        return tuple(found)

    def raise_errors(self) -> None:
        """End the run when anything stops it; warnings are shown along."""
        if self.errors:
            raise ManifestError(self.diagnostics())


class Lookalikes:
    """Names seen so far, by how they look; two that only look different are a warning."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen: dict[str, tuple[str, Origin]] = {}

    def check(
        self, name: str, where: Origin, findings: Findings, about: Collection[str] | None = None
    ) -> None:
        """Hold one more against those before it; a warning is `about` one of these names, or any."""
        other, first = self._seen.setdefault(look_of(name), (name, where))
        if other != name and (about is None or name in about or other in about):
            findings.warning(
                f"{self._what} {other!a} and {name!a} are two, but look like one",
                where,
                why="they differ only in case, width, unseen characters or how an accent is written"
                f"; the first is at {first}",
                hint="is one of them a slip? Otherwise nothing needs to be done",
            )


class OfUser(Findings):
    """Findings told on, which name a user where they are about what only this user has."""

    def __init__(self, told: Findings, user: str, own: Node) -> None:
        super().__init__()
        self._told = told
        self._user = user
        self._places = frozenset(own.places())

    def add(self, diagnostic: Diagnostic, hint: str | Callable[[], str]) -> None:
        if diagnostic.where in self._places:
            summary = cut(f"user {self._user!r}: {diagnostic.summary}")
            diagnostic = replace(diagnostic, summary=summary)
        self._told.add(diagnostic, hint)


def cut(text: str) -> str:
    """The text with its middle left out when it is too long; what is wrong stands at its ends."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … {text[-half:]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the closest known word, or all of them when they are few."""
    names = sorted(set(islice(known, MANY + 1)))
    if len(names) > MANY:
        return ""
    close = [name for name in names if name.lower() == word.lower()]
    close = close or difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return ""
    if len(names) <= 30:
        return f"known: {', '.join(names)}"
    return ""


def article(noun: str) -> str:
    """The noun with a or an."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def kind_of(value: object) -> str:
    """What a person would call the type of a YAML value."""
    words = {type(None): "nothing", bool: "true or false", int: "a whole number", float: "a number"}
    words |= {str: "text", dict: "a mapping", list: "a list"}
    return words.get(type(value), type(value).__name__)
