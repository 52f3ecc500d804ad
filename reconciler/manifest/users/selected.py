"""Which users a scope is about.

In: a scope. Out: user ids, or everybody. A selector whose user is written out asks for that user only, so
that one among 100,000 is cheap.
"""

from __future__ import annotations

import fnmatch
import re
from urllib.parse import unquote

from reconciler.values import SHARED, Scope

_GLOB = re.compile(r"[*?\[]")
_EVERYBODY = None


def wanted_users(scope: Scope, constellation: str) -> frozenset[str] | None:
    """The users of one constellation a scope asks for; None for all of them."""
    named = _by_targets(scope, constellation)
    if not scope.users:
        return named
    return scope.users if named is None else scope.users & named


def _by_targets(scope: Scope, constellation: str) -> frozenset[str] | None:
    if not scope.targets:
        return _EVERYBODY
    users: set[str] = set()
    for selector in scope.targets:
        first, *rest = selector.segments
        if first == SHARED or not fnmatch.fnmatchcase(constellation, first):
            continue
        if not rest or _GLOB.search(rest[0]):
            return _EVERYBODY
        users.add(unquote(rest[0]))
    return frozenset(users)
