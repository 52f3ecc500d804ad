"""Addresses of which nobody can tell what they are, as the reader of the server found them.

In: the world as it was read. Out: the refused addresses of the run that nothing let go of. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared
from reconciler.values import Address


def refused(compared: Compared) -> Iterator[tuple[Address, Diagnostic]]:
    """In address order, each with what the reader says of it."""
    for address, problem in sorted(compared.read.refused.items()):
        if compared.asked.covers(address) and address not in compared.let_go:
            yield address, problem
