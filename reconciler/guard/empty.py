"""R111 `empty`: a glob, or selectors together, that choose nothing; most often that is a typo.

In: what was asked for, and names that may have been meant. Out: one objection. Pure. It is asked before there
is a plan, by whoever knows what there is to choose from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import Diagnostic
from reconciler.rules import EMPTY, Check


@dataclass(frozen=True, slots=True)
class Idle:
    """What chooses nothing."""

    what: str
    meant: str = ""
    """What may have been meant, as a hint."""


def judge(idle: Idle) -> Iterator[Diagnostic]:
    """Always one."""
    yield CHECK.finds(what=idle.what, near_name=idle.meant or _LOOK)


_LOOK = "reconciler state list shows addresses; segments are matched whole"

CHECK: Check[Idle] = Check(
    EMPTY,
    message="{what} chooses nothing",
    why="nothing of that name is declared, on the server or in the cache",
    fix="{near_name}",
    judge=judge,
)
