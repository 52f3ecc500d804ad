"""A selector that chooses nothing is an error: most often it is a typo, and nothing done must not look fine.

In: what a run is about, and every place that may know of it. Out: nothing, or a ReconcilerError with what may
have been meant. It asks the manifests, the server and the cache, the cheap places first.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.errors import CacheError, ManifestError, ReconcilerError
from reconciler.rules import EMPTY, Allowance
from reconciler.values import Address, Desired, Live, Scope, Selector

if TYPE_CHECKING:
    from reconciler.manifest import Manifests
    from reconciler.project.session import Session

_MOST = 50_000
"""Names among which a near one is looked for."""
_LISTED = 10
"""Names a hint lists where none is near."""


@dataclass(frozen=True)
class Places:
    """Where what a selector names may be known."""

    near: Collection[Address]
    """Declared or live, as far as the run has read."""
    manifests: Manifests | None = None
    session: Session | None = None

    @classmethod
    def read(cls, desired: Desired, live: Live, manifests: Manifests, session: Session) -> Places:
        """After a plan was made."""
        near = {*desired.resources, *live.resources, *live.duplicates}
        return cls(near, manifests, session)

    def has_user(self, user: str) -> bool:
        """Whether anybody knows this user."""
        return any(user == each for each in self._users()) or any(
            address.owner.user == user for address in self._cached()
        )

    def has(self, selector: Selector) -> bool:
        """Whether anybody knows something the selector chooses."""
        ways: tuple[Callable[[], Iterable[Address]], ...] = (
            lambda: self.near,
            lambda: self._declared(selector),
            self._cached,
            lambda: self._live(selector),
        )
        return any(selector.matches(address) for way in ways for address in way())

    def users(self) -> list[str]:
        """Ids among which a mistyped one may be meant."""
        return sorted(dict.fromkeys(self._users()))[:_MOST]

    def names_like(self, selector: Selector) -> list[str]:
        """What may be meant: constellations, sets, or within a known set as many segments as the selector."""
        first, *rest = selector.segments
        if not rest:
            return sorted({*self._constellations(), *(str(address).split("/")[0] for address in self.near)})
        owner, below = Selector("/".join((first, rest[0]))), rest[1:]
        inside = [str(each) for each in (*self.near, *self._declared(owner)) if owner.matches(each)]
        if below and inside:
            return sorted({"/".join(each.split("/")[: 2 + len(below)]) for each in inside})
        return sorted({"/".join((each, *below)) for each in self._sets()})[:_MOST]

    def is_declared_set(self, selector: Selector) -> bool:
        """Whether the selector is exactly one user of a constellation the manifests declare."""
        parts = selector.segments
        return selector.set_name is not None and len(parts) == 2 and parts[0] in self._constellations()

    def _sets(self) -> set[str]:
        declared = self.manifests.users() if self.manifests is not None else ()
        return {str(owner) for owner in (*declared, *(address.owner for address in self.near))}

    def _users(self) -> Iterator[str]:
        yield from {address.owner.user for address in self.near if address.owner.user}
        if self.manifests is not None:
            yield from (owner.user for owner in self.manifests.users())

    def _constellations(self) -> tuple[str, ...]:
        return self.manifests.constellations if self.manifests is not None else ()

    def _declared(self, selector: Selector) -> Iterable[Address]:
        if self.manifests is None:
            return ()
        try:
            return self.manifests.desired(Scope((selector,))).resources
        except ManifestError:
            return ()  # what is wrong with others than those chosen is not the question

    def _live(self, selector: Selector) -> Iterable[Address]:
        if self.session is None:
            return ()
        return self.session.read(Desired(self.session.project), Scope((selector,))).resources

    def _cached(self) -> Iterator[Address]:
        cache = self.session.cache if self.session is not None else None
        try:
            yield from (record.address for record in cache.list()) if cache is not None else ()
        except CacheError:
            return  # without the cache everything still works


def refuse_idle(
    scope: Scope, reseed: Iterable[Selector], places: Places, allowed: Allowance, *, destroy: bool = False
) -> None:
    """ReconcilerError where a user or a selector names nothing, or all of them together leave nothing."""
    for user in sorted(scope.users):
        if not places.has_user(user):
            raise _unknown(f"the user {user!r}", near_names(user, places.users()))
    selectors = (*scope.targets, *scope.exclude, *reseed)
    for selector in selectors:
        if places.has(selector) or (destroy and places.is_declared_set(selector)):
            continue
        refuse_selector(selector, places.names_like(selector), allowed)
    kinds = sum(map(bool, (scope.users, scope.targets, scope.exclude)))
    together = Scope(scope.targets, scope.exclude, scope.users)
    if kinds > 1 and not allowed.covers(EMPTY) and not any(map(together.covers, places.near)):
        raise _idle("what --user, --target and --exclude say together", "")


def refuse_selector(selector: Selector, known: Collection[str], allowed: Allowance) -> None:
    """ReconcilerError for a selector that was found to choose nothing; a glob may be allowed to."""
    if not selector.has_glob:
        raise _unknown(f"the selector {selector.pattern!r}", near_names(selector.pattern, known))
    if not allowed.covers(EMPTY):
        raise _idle(f"the selector {selector.pattern!r}", near_names(selector.pattern, known))


def _unknown(what: str, near: str) -> ReconcilerError:
    return ReconcilerError(
        f"{what} chooses nothing",
        why="nothing of that name is declared, on the server or in the cache",
        hint=near or "reconciler state list shows addresses; segments are matched whole",
    )


def _idle(what: str, near: str) -> ReconcilerError:
    """What may choose nothing where a person says so."""
    from reconciler.guard.empty import Idle, judge

    (found,) = judge(Idle(what, near))
    hint = f"{found.hint}; if nothing may be there: {found.allow}"
    return ReconcilerError(found.summary, why=found.why, hint=hint)


def near_names(word: str, known: Collection[str]) -> str:
    """A hint: the nearest known name, or the known ones when they are few."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there are: {', '.join(known)}" if 0 < len(known) <= _LISTED else ""
