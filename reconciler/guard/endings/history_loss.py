"""R110 `history-loss`: no value is written over that the history could not take first.

In: the place of a value, and why it could not be stored. Out: one objection. Pure. It is asked while a plan
is carried out, before each such write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import Diagnostic, StateError
from reconciler.rules import HISTORY_LOSS, Check
from reconciler.values import Address


@dataclass(frozen=True, slots=True)
class Unstored:
    """A value that no history has."""

    address: Address
    path: str
    error: StateError


def judge(unstored: Unstored) -> Iterator[Diagnostic]:
    """Always one."""
    error = unstored.error
    yield CHECK.finds(
        address=unstored.address,
        path=unstored.path,
        trouble=": ".join(part for part in (error.summary, error.why) if part),
        cure=error.hint,
    )


CHECK: Check[Unstored] = Check(
    HISTORY_LOSS,
    message="{address}: nothing was written, because its old {path} could not be stored first",
    why="{trouble}",
    fix="{cure}",
    judge=judge,
)
