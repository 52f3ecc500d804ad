"""The error for lists of the server that contradict each other.

In: what is there and in no list. Out: an error. It must not look at anything itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import Refused

_SHOWN = 5


def contradiction(named: Sequence[str]) -> Refused:
    """Some of ours were found one by one that the lists lacked, twice."""
    return Refused(
        f"the server's lists contradict each other: {len(named)} of ours are there, and in no list",
        why=", ".join(named[:_SHOWN]) + (", …" if len(named) > _SHOWN else ""),
        hint="nothing was done; run this again, and look at the server when it stays so",
    )
