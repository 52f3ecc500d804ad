"""One thing that was looked at, and how it is.

In: nothing. Out: frozen records. They must not know how anything is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Health(Enum):
    """How something is; an error makes the command fail."""

    FINE = "fine"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    check: str
    health: Health
    summary: str
    cure: str = ""
    why: str = ""
