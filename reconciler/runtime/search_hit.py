"""What a search finds.

In: vectors. Out: hits with a similarity from -1 to 1. Letta 0.16.8 orders what it finds but keeps the
similarity to itself: folder search prints text only, passage search answers 0.0 for every hit (measured). So
a score is worked out here, from the vectors the server stores, and only when it is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage, nearest first."""

    text: str
    score: float | None = None
    """Cosine similarity; None when no scores were asked for: the order then says all there is."""
    file: str = ""
    tags: tuple[str, ...] = ()
    id: str = ""


def cosine(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Similarity of two vectors; the server pads its own with zeros."""
    if not left or not right:
        return None
    product = sum(a * b for a, b in zip(left, right, strict=False))
    size = math.sqrt(sum(a * a for a in left)) * math.sqrt(sum(b * b for b in right))
    return product / size if size else None
