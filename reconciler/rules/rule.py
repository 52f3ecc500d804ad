"""What a rule is: a stable code, a name, and how far it gives way.

In and out: nothing but these two types. A code never changes its meaning and is never used again. It must not
know how a rule is judged: a `Check` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """What a rule does to a run, and what makes it give way."""

    FIRM = "firm"
    """Stops the run; nothing makes it give way."""
    CONSENT = "consent"
    """Stops the run, but for `--allow NAME`."""
    LIMIT = "limit"
    """Stops the run, but for `--allow NAME=N` for up to N this time, `--allow NAME` for any number."""


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
