"""Who may change a field, what a three-way comparison found, and what follows from both.

In: base (digest of what was last applied), live and desired value of one leaf. Out: a verdict, and
by the one table of this project whether desired is written. Compare and Executor both ask this table.
"""

from __future__ import annotations

from enum import Enum

from reconciler.values.leaf import SECRET_APPLIED, UNSET, Leaf, Secret, Unset, digest, same


class Ownership(Enum):
    """Who has the last word on a field."""

    ENFORCED = "enforced"
    """The manifest wins; a live change is drift and is reverted."""
    SEEDED = "seeded"
    """Written once; later live edits are learning and stay."""
    MERGED = "merged"
    """Text is merged three ways; a conflict is reported and nothing is written."""
    OBSERVED = "observed"
    """Never written, only reported."""
    ABSENT = "absent"
    """Must not exist."""


class Verdict(Enum):
    """What became of one leaf since the last apply."""

    UNCHANGED = "unchanged"
    INTENDED = "intended"
    """Desired moved."""
    DRIFT = "drift"
    """Live moved where it may not."""
    LEARNED = "learned"
    """Live moved where it may."""
    CONVERGED = "converged"
    """Both moved to the same value."""
    CONFLICT = "conflict"
    """Both moved apart."""


class Effect(Enum):
    """What an apply does about it."""

    NOTHING = "nothing"
    WRITE = "write"
    KEEP = "keep"
    """Live stays and the plan says so."""
    MERGE = "merge"
    RECORD = "record"
    """Live is right already; only the marker is brought up to date."""


_O, _V, _E = Ownership, Verdict, Effect

EFFECTS: dict[tuple[Ownership, Verdict], Effect] = {
    (_O.ENFORCED, _V.INTENDED): _E.WRITE,
    (_O.ENFORCED, _V.DRIFT): _E.WRITE,
    (_O.ENFORCED, _V.CONFLICT): _E.WRITE,
    (_O.SEEDED, _V.INTENDED): _E.WRITE,
    (_O.SEEDED, _V.LEARNED): _E.KEEP,
    (_O.SEEDED, _V.CONFLICT): _E.KEEP,
    (_O.MERGED, _V.INTENDED): _E.WRITE,
    (_O.MERGED, _V.LEARNED): _E.KEEP,
    (_O.MERGED, _V.CONFLICT): _E.MERGE,
    (_O.OBSERVED, _V.INTENDED): _E.KEEP,
    (_O.OBSERVED, _V.LEARNED): _E.KEEP,
    (_O.OBSERVED, _V.CONFLICT): _E.KEEP,
    (_O.ABSENT, _V.INTENDED): _E.WRITE,
    (_O.ABSENT, _V.DRIFT): _E.WRITE,
    (_O.ABSENT, _V.CONFLICT): _E.WRITE,
}
"""The ownership table. A pair that is not listed moves nothing."""


def effect(ownership: Ownership, verdict: Verdict) -> Effect:
    """What an apply does about a leaf of this ownership with this verdict."""
    if verdict is Verdict.UNCHANGED:
        return Effect.NOTHING
    if verdict is Verdict.CONVERGED:
        return Effect.NOTHING if ownership is Ownership.OBSERVED else Effect.RECORD
    return EFFECTS.get((ownership, verdict), Effect.NOTHING)


_MOVED = {
    Ownership.ENFORCED: Verdict.DRIFT,
    Ownership.ABSENT: Verdict.DRIFT,
    Ownership.SEEDED: Verdict.LEARNED,
    Ownership.MERGED: Verdict.LEARNED,
    Ownership.OBSERVED: Verdict.LEARNED,
}


def judge(
    base: str | Unset,
    live: Leaf | Unset,
    desired: Leaf | Unset,
    ownership: Ownership,
    *,
    exact: bool = False,
) -> Verdict:
    """The verdict on one leaf.

    `base` is a digest, or UNSET when the leaf was never applied, or nobody knows what was: then a live value
    that is already there counts as learned where the agent has the last word, is a conflict where both are
    merged, and is overwritten where the manifest has the last word.
    UNSET as desired means the leaf must not be there. `exact` tells empty values apart.
    """
    if isinstance(live, Secret) or isinstance(desired, Secret):
        return _judge_secret(base, live, desired, ownership)
    if same(live, desired, exact=exact):
        if base is UNSET and desired is UNSET:
            return Verdict.UNCHANGED
        matches = desired is not UNSET and base == digest(desired)
        return Verdict.UNCHANGED if matches else Verdict.CONVERGED
    if base is UNSET:
        return _first_sight(live, desired, ownership)
    if live is not UNSET and base == digest(live):
        return Verdict.INTENDED
    if desired is not UNSET and base == digest(desired):
        return _MOVED[ownership]
    if desired is UNSET and live is not UNSET:
        return Verdict.CONFLICT
    return Verdict.CONFLICT


def _judge_secret(
    base: str | Unset, live: Leaf | Unset, desired: Leaf | Unset, ownership: Ownership
) -> Verdict:
    """Base only says that one was applied: of two that differ nobody can tell which one moved."""
    if same(live, desired):
        return Verdict.UNCHANGED if base == SECRET_APPLIED else Verdict.CONVERGED
    if base is UNSET:
        return _first_sight(live, desired, ownership)
    return Verdict.INTENDED if desired is UNSET else _MOVED[ownership]


def _first_sight(live: Leaf | Unset, desired: Leaf | Unset, ownership: Ownership) -> Verdict:
    if desired is UNSET:
        return _MOVED[ownership]
    empty = live is UNSET or live is None or live == ""
    if ownership in (Ownership.ENFORCED, Ownership.ABSENT) or empty:
        return Verdict.INTENDED
    return Verdict.CONFLICT if ownership is Ownership.MERGED else Verdict.LEARNED
