"""What a rule is: a stable code, a name, and how far it gives way.

In and out: nothing but these two types. A code never changes its meaning and is never used again. It must not
know how a rule is judged: a `Check` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reconciler.errors import Severity


class Level(Enum):
    """What a rule does to a run, and what makes it give way."""

    FIRM = "firm"
    """Stops an apply (4); nothing makes it give way."""
    CONSENT = "consent"
    """Stops an apply (4), but for `--allow NAME`."""
    LIMIT = "limit"
    """Stops an apply (4), but for `--allow NAME=N` for up to N this time, `--allow NAME` for any number."""
    ERROR = "error"
    """An error (1): the plan is shown and never carried out."""
    REFUSED = "refused"
    """Leaves its address out of the run, and makes it end with 4."""
    WARNING = "warning"
    """Is only said."""
    NOTE = "note"
    """Is one line to know."""
    SILENT = "silent"
    """Is not said."""


_SEVERITIES = {
    Level.REFUSED: Severity.REFUSED,
    Level.WARNING: Severity.WARNING,
    Level.NOTE: Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is watched."""

    code: str
    name: str
    level: Level
    summary: str
    """What the rule stops or says, or what its limit counts."""

    @property
    def consent(self) -> str:
        """The option that makes it give way; empty where none does."""
        number = "[=N]" if self.level is Level.LIMIT else ""
        return f"--allow {self.name}{number}" if self.level in (Level.CONSENT, Level.LIMIT) else ""

    @property
    def severity(self) -> Severity:
        """How its findings are said."""
        return severity_of(self.level)


def severity_of(level: Level) -> Severity:
    """How findings of a level are said; for what stops a run, as errors."""
    return _SEVERITIES.get(level, Severity.ERROR)
