"""Problems found while loading, collected so that one run shows all of them.

In: single findings, in any order. Out: sorted diagnostics without repeats, or one ManifestError.
It must not decide what is a problem.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from reconciler.errors import Diagnostic, ManifestError, Origin, Severity

LIMIT = 200
"""More than this helps nobody: one mistake in a template repeats for each of 100,000 users."""
LONGEST = 600
"""Characters of one text: a value of some megabytes is not repeated whole."""


class Findings:
    """What was found so far."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._beyond = 0
        self.errors = 0

    def error(self, summary: str, where: Origin | None = None, *, why: str = "", hint: str = "") -> None:
        """Something that stops the run."""
        self._add(Diagnostic(cut(summary), where, "", cut(why), cut(hint)))

    def warning(self, summary: str, where: Origin | None = None, *, why: str = "", hint: str = "") -> None:
        """Something a person should know."""
        self._add(Diagnostic(cut(summary), where, "", cut(why), cut(hint), Severity.WARNING))

    def _add(self, diagnostic: Diagnostic) -> None:
        if diagnostic in self._found:
            return
        self.errors += diagnostic.severity is Severity.ERROR
        if len(self._found) < LIMIT:
            self._found[diagnostic] = None
        else:
            self._beyond += 1

    @property
    def is_full(self) -> bool:
        """Whether looking further would only count."""
        return self._beyond > LIMIT

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, by place."""
        found = sorted(self._found, key=lambda each: (each.where or Origin(""), each.summary))
        if self._beyond:
            more = "or more " if self.is_full else ""
            found.append(Diagnostic(f"{self._beyond} {more}further problems are not shown"))
        return tuple(found)

    def raise_errors(self) -> None:
        """End the run when anything stops it; warnings are shown along."""
        if self.errors:
            raise ManifestError(self.diagnostics())


def cut(text: str) -> str:
    """The text with its middle left out when it is too long; what is wrong stands at its ends."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … {text[-half:]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the closest known word, or all of them when they are few."""
    names = sorted(set(known))
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
