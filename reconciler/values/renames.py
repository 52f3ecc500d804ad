"""What got another name in the manifests: users, whole constellations, and single resources of a set.

In: single moves, as they are written. Out: for an address, the one it has now, at the end of all moves; and
the other way round. A private block goes with its agent, everything with its owner; a move that names a
resource itself wins over one that only takes it along. Pure.

    constellation/old -> constellation/new      every set
    user/a -> user/b                            one set
    agent/a -> agent/x, agent/x -> agent/y      one resource of each set, over several releases
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.values.address import Address, Owner

Links = Mapping[Address, Address]
"""Old to new resource of one template; these addresses have no owner."""

NOBODY = Owner()


def steps(links: Links, start: Address) -> Iterator[Address]:
    """Every later name of a resource of a set, one after the other; ends where moves run in a circle."""
    seen, current = {start}, start
    while (following := _step(links, current)) is not None and following not in seen:
        seen.add(following)
        yield following
        current = following


def goes_round(links: Links, start: Address) -> bool:
    """Whether the moves of a resource never end."""
    *_, last = start, *steps(links, start)
    return _step(links, last) is not None


def _step(links: Links, current: Address) -> Address | None:
    if current in links:
        return links[current]
    agent = links.get(Address(NOBODY, "agent", current.agent)) if current.agent else None
    return replace(current, agent=agent.name) if agent else None


@dataclass(frozen=True)
class Renames:
    """All moves of a project."""

    links: Mapping[str, Links] = field(default_factory=dict)
    """By the name the constellation has now; the shared set under ''."""
    users: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Old to new id, by the name the constellation has now."""
    constellations: Mapping[str, str] = field(default_factory=dict)
    """Old to new name."""

    def __bool__(self) -> bool:
        return bool(self.links or self.users or self.constellations)

    def owner_after(self, owner: Owner) -> Owner:
        """Whose a set is now."""
        constellation = _end(self.constellations, owner.constellation)
        return Owner(constellation, _end(self.users.get(constellation, {}), owner.user))

    def owners_before(self, owner: Owner) -> frozenset[Owner]:
        """Every other owner whose set became this one."""
        constellations = _starts(self.constellations, owner.constellation)
        users = _starts(self.users.get(owner.constellation, {}), owner.user)
        return frozenset(Owner(name, user) for name in constellations for user in users) - {owner}

    def path(self, address: Address) -> Iterator[Address]:
        """Every later address of a resource, the last one last."""
        owner = self.owner_after(address.owner)
        if owner != address.owner:
            yield replace(address, owner=owner)
        links = self.links.get(owner.constellation, {})
        for each in steps(links, replace(address, owner=NOBODY)):
            yield replace(each, owner=owner)

    def after(self, address: Address) -> Address:
        """The address it has now."""
        return [address, *self.path(address)][-1]

    def before(self, address: Address) -> tuple[Address, ...]:
        """Every other address from which moves lead to this one; the latest first."""
        links = self.links.get(address.owner.constellation, {})
        found = [replace(address, owner=NOBODY)]
        for each in found:
            found += [name for name in _previous(links, each) if name not in found]
        owners = (address.owner, *sorted(self.owners_before(address.owner)))
        every = (replace(name, owner=owner) for owner in owners for name in found)
        return tuple(each for each in every if each != address and self.after(each) == address)


def _previous(links: Links, address: Address) -> Iterator[Address]:
    for old, new in links.items():
        if new == address:
            yield old
        elif old.kind == "agent" and address.agent == new.name and new.kind == "agent":
            yield replace(address, agent=old.name)


def _end(links: Mapping[str, str], name: str) -> str:
    seen: set[str] = set()
    while name in links and name not in seen:
        seen.add(name)
        name = links[name]
    return name


def _starts(links: Mapping[str, str], name: str) -> list[str]:
    found = [name]
    for each in found:
        found += [old for old, new in links.items() if new == each and old not in found]
    return found
