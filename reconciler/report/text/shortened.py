"""How much of a plan is written out before the rest is summed up.

In: nothing. Out: numbers. Every cap that takes something away makes the renderer say so.
"""

from __future__ import annotations

from dataclasses import dataclass

_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Caps:
    """How many of each thing are shown in full."""

    users: int = 10
    """Sets whose resources are listed."""
    user_lines: int = 20
    """Sets after those, one line each."""
    resources: int = 60
    """Resources listed for each set."""
    detailed: int = 60
    """Resources whose fields are listed."""
    findings: int = 12
    """Entries of each section below the changes."""
    diff_lines: int = 14
    """Lines of one text diff."""
    finding_lines: int = 6
    """Lines of a text diff in those sections."""
    width: int = 100
    """Columns of the page; nothing is cut when it holds a short value."""
    diff_width: int = 100
    """Columns after which a line of a text diff is cut."""
    whole_texts: bool = False
    """Whether a long text is written out where a short one becomes it, or it a short one."""
    kept_values: bool = False
    """Whether kept resources list their fields."""
    origins: bool = False
    """Whether each resource says where it is declared."""


BRIEF = Caps()
"""What a person reads."""

FULL = Caps(
    users=_ALL,
    user_lines=_ALL,
    resources=_ALL,
    detailed=_ALL,
    findings=_ALL,
    diff_lines=_ALL,
    finding_lines=_ALL,
    diff_width=_ALL,
    whole_texts=True,
    kept_values=True,
    origins=True,
)
"""Everything there is."""
