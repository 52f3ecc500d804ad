"""How a start tells what it is doing.

In: nothing. Out: the names of the steps and the type of the callable that hears them.
It must not print: the command line decides how a step looks.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Step(Enum):
    """The three things `up` does, in order."""

    INSTALL = "install"
    DATABASE = "database"
    START = "start"


Progress = Callable[[Step, str], None]


def silent(step: Step, text: str) -> None:
    """Hear a step and say nothing."""
