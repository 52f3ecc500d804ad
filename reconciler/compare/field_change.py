"""One leaf with its three values, its verdict and what follows: the smallest piece of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.values import UNSET, Effect, Ownership, Shown, Unset, Verdict


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One leaf and its three values; `base` is the digest of what was last applied."""

    path: str
    verdict: Verdict
    ownership: Ownership
    effect: Effect
    base: str | Unset = UNSET
    live: Shown | Unset = UNSET
    desired: Shown | Unset = UNSET
    merged: Shown | Unset = UNSET
    """What is written in place of desired, because live had moved as well; desired becomes the base."""
    note: str = ""
