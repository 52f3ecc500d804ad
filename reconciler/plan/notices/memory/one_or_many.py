"""One warning for many resources: its place where there is one, the names of some where there are more.

In: what was found by address. Out: the facts of such a warning. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.values import Address

_NAMED = 3


def place_of(found: Mapping[Address, object]) -> str:
    """The only address; empty where there are several."""
    return str(next(iter(found))) if len(found) == 1 else ""


def listed(found: Mapping[Address, object]) -> str:
    """Some addresses, to end a sentence with; empty where there is one."""
    if len(found) == 1:
        return ""
    named = sorted(found)[:_NAMED]
    return f": {', '.join(map(str, named))}" + (", …" if len(found) > _NAMED else "")
