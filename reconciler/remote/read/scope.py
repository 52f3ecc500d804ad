"""Which part of a project has to be read for a run: everything, or the sets of a few users.

In: what is desired and the scope of the run. Out: tags to filter by and a test for addresses. The shared set
is always part of it. It must not know how anything is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.remote.marks.markers import project_tag, set_tag, user_tag
from reconciler.values import SHARED, Address, Desired, Owner, Scope

_MOST_TAGS = 40
"""More would make an address line servers refuse; then the whole project is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """`tags` are alternatives; `sets` and `users` are None when everything is read."""

    tags: tuple[str, ...]
    sets: frozenset[str] | None = None
    users: frozenset[str] = frozenset()

    def covers(self, address: Address) -> bool:
        """Whether a resource of this address was asked for."""
        return self.covers_set(address.owner)

    def covers_set(self, owner: Owner) -> bool:
        """Whether the resources of this set were asked for."""
        if self.sets is None:
            return True
        return str(owner) in self.sets or (not owner.is_shared and owner.user in self.users)


def part_of(desired: Desired, scope: Scope) -> Part:
    """The smallest part that holds everything the run is about."""
    everything = Part((project_tag(desired.project),))
    sets: set[str] = {SHARED}
    if scope.users:
        owners = {address.owner for address in desired.resources if address.owner.user in scope.users}
        sets |= _with_former(owners, desired)
    elif scope.targets:
        named = [selector.set_name for selector in scope.targets]
        if None in named:
            return everything
        sets |= {name for name in named if name}
        sets |= _with_former({each.owner for each in desired.resources if str(each.owner) in sets}, desired)
    else:
        return everything
    tags = {_set_tag(desired.project, name) for name in sets} | {user_tag(user) for user in scope.users}
    if len(tags) > _MOST_TAGS:
        return everything
    return Part(tuple(sorted(tags)), frozenset(sets), scope.users)


def _with_former(owners: Iterable[Owner], desired: Desired) -> set[str]:
    """These sets, and what they were called before."""
    return {str(each) for owner in owners for each in (owner, *desired.renames.owners_before(owner))}


def _set_tag(project: str, name: str) -> str:
    return set_tag(project, Owner()).removesuffix(SHARED) + name
