"""Who may be seen: the users and constellations a server was started for.

In: names a client gives. Out: an owner, or NotAllowed. Nothing else decides this, and every tool asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.runtime.errors import NotAllowed
from reconciler.values import Owner, Scope, Selector


@dataclass(frozen=True, slots=True)
class Access:
    """Both are whole lists: who is not on them is not there."""

    users: tuple[str, ...]
    constellations: tuple[str, ...]

    def owner(self, user: str = "", constellation: str = "") -> Owner:
        """The set a client means; where there is one choice it need not name it."""
        return Owner(
            _choose("constellation", constellation, self.constellations), _choose("user", user, self.users)
        )

    @property
    def owners(self) -> list[Owner]:
        """Every set."""
        return [Owner(name, user) for name in self.constellations for user in self.users]

    @property
    def scope(self) -> Scope:
        """What a plan may be about."""
        return Scope(tuple(Selector(str(owner)) for owner in self.owners))


def _choose(what: str, given: str, allowed: Sequence[str]) -> str:
    if given in allowed:
        return given
    if not given and len(allowed) == 1:
        return allowed[0]
    if not given:
        raise NotAllowed(f"say which {what}", why=f"this server was started for: {', '.join(allowed)}")
    raise NotAllowed(f"there is no {what} {given!r} here", why="this server was started for others")
