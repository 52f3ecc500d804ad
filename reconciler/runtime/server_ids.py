"""Where everything of a project is: in memory, else in the cache, else asked of the server.

In: addresses. Out: what is known of them, above all the server id. `cached` never sends a request. An id the
server no longer knows is looked up once more by its marker, and the caller's request is repeated with the new
one.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from reconciler.cache import CachedResource, remembered
from reconciler.errors import CacheError, Conflict, RemoteError
from reconciler.project.session import Session
from reconciler.remote import Reader
from reconciler.remote.marks.record_blocks import records_of
from reconciler.runtime.errors import NotAllowed, NotThere
from reconciler.values import Address, Desired, Live, Owner, Scope, Selector, SetRecord

T = TypeVar("T")
_GONE = 404


class Directory:
    """Look-ups of one project; thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reader = Reader(session.transport, session.project)
        self._known: dict[Address, CachedResource] = {}
        self._of_everybody: dict[Address, Address] = {}
        """What a set does not have and Shared does, by the address it would have in the set."""
        self._losses: Counter[Owner] = Counter()

    def losses(self, owner: Owner) -> int:
        """How often something of this set turned out to be gone."""
        return self._losses[owner]

    def warm(self) -> int:
        """Read the whole project in one go; how many resources it has."""
        live = self._session.read(Desired(self._session.project), Scope())
        self._known = {record.address: record for record in remembered(live)}
        return len(self._known)

    def cached(self, address: Address) -> CachedResource | None:
        """What is known without asking the server."""
        known = self._known.get(address)
        if known is None and self._session.cache is not None:
            try:
                known = self._session.cache.get(address)
            except CacheError:
                return None
            if known is not None:
                self._known[address] = known
        return known

    def find(self, address: Address) -> CachedResource:
        """What is known, or what the server says; NotThere when it has no such thing."""
        return self.cached(address) or self._ask(address)

    def group(self, address: Address) -> CachedResource:
        """A group with all it is made of, as the set was last written; NotThere when it has no such thing.

        One request for the number of that write; the set is read where another one is known, or none.
        """
        record = self._record(address.owner)
        known = self.cached(address)
        document = known.document if known is not None else None
        if known is None or document is None or record is None or document.get("serial") != record.serial:
            self.forget([address])
            known = self._ask(address)
        return known

    def meant(self, address: Address) -> Address:
        """What a block or a source of this name is, as in manifests: that of the set, else that of Shared.

        NotThere when neither has one.
        """
        if address in self._of_everybody and self.cached(address) is None:
            return self._of_everybody[address]
        shared = replace(address, owner=Owner())
        try:
            self.find(address)
        except NotThere:
            if address.owner.is_shared:
                raise
            with suppress(NotThere):
                self.find(shared)
                self._of_everybody[address] = shared
                return shared
            raise
        return address

    def check_own(self, address: Address) -> None:
        """NotAllowed where a name of a set means what every user has: that is written by its whole name."""
        meant = self.meant(address)
        if meant != address:
            raise NotAllowed(
                f"there is no {address}; {meant} is what every user has",
                why="what is written there, all users see",
                hint=f"if that is meant, ask for 'shared/{address.name}'",
            )

    def use(self, address: Address, call: Callable[[str], T]) -> T:
        """Call with the id; once more with a new one when the server no longer knows it."""
        known = self.find(address)
        try:
            return call(known.server_id)
        except RemoteError as error:
            if error.status != _GONE:
                raise
            gone = error
        found = self.heal(address)
        if found.server_id == known.server_id:
            raise gone  # it is there: something else was not found
        return call(found.server_id)

    def heal(self, address: Address) -> CachedResource:
        """Forget what was known and ask the server."""
        self._losses[address.owner] += 1
        self.forget([address])
        return self._ask(address)

    def learn(self, live: Live) -> None:
        """Take over what was just read."""
        self._known.update((record.address, record) for record in remembered(live))

    def remember(self, records: Iterable[CachedResource]) -> None:
        """Keep these in memory and in the cache."""
        found = list(records)
        self._known.update((record.address, record) for record in found)
        if self._session.cache is not None:
            try:
                self._session.cache.remember(found)
            except CacheError:
                return  # memory has them; the next process asks the server

    def hold(self, record: CachedResource) -> None:
        """Keep this in memory only: the cache is for what a plan manages."""
        self._known[record.address] = record

    def has_record(self, owner: Owner) -> bool:
        """Whether the server remembers the set; one request."""
        return self._record(owner) is not None

    def _record(self, owner: Owner) -> SetRecord | None:
        session = self._session
        return records_of(session.transport, session.project, {owner}).records.get(owner)

    def forget(self, addresses: Iterable[Address]) -> None:
        """Drop these from memory and cache."""
        gone = list(addresses)
        for address in gone:
            self._known.pop(address, None)
        if self._session.cache is not None:
            try:
                self._session.cache.forget(gone)
            except CacheError:
                return

    def lose(self, owner: Owner) -> None:
        """Drop everything of a set that has ended."""
        self._losses[owner] += 1
        self.forget([address for address in list(self._known) if address.owner == owner])

    def read_set(self, owner: Owner) -> list[CachedResource]:
        """Read one user's set in one go."""
        live = self._session.read(Desired(self._session.project), Scope((Selector(str(owner)),)))
        self.learn(live)
        found = [each for each in remembered(live) if each.address.owner == owner]
        self._drop_gone(owner, ("agent", "group"), found)
        return found

    def _drop_gone(self, owner: Owner, kinds: Iterable[str], there: Iterable[CachedResource]) -> None:
        """Forget agents and groups that the set has no more. A block may be one that a program made at run
        time, which no list of the set names."""
        known = {*self._known, *self._cached_of(owner)} - {each.address for each in there}
        self.forget(each for each in known if each.owner == owner and each.kind in kinds)

    def all_of(self, owner: Owner, kind: str) -> list[CachedResource]:
        """Everything of one kind in one set, by name, without what is private to an agent.

        The record of the set tells in one request; a set that has none is read.
        """
        record = self._record(owner)
        if record is None:
            found = self.read_set(owner)
        else:
            found = [CachedResource(each, known.id) for each, known in record.known.items()]
        mine = [each for each in found if each.address.kind == kind and not each.address.agent]
        if kind in ("agent", "group"):
            self._drop_gone(owner, (kind,), mine)
        if kind == "agent":  # of these the id is all that is ever asked for
            self._known.update((each.address, each) for each in mine if self.cached(each.address) is None)
        return sorted(mine, key=lambda each: each.address.order)

    def _ask(self, address: Address) -> CachedResource:
        record = self._ask_for_group(address) if address.kind == "group" else self._look_up(address)
        if record is None:
            self._raise_renamed(address)
            raise NotThere(
                f"there is no {address}",
                why="neither the cache nor the server know it",
                hint=self._meant(address) or f"check the name, or make it: provision({address.owner.user!r})",
            )
        self.remember([record])
        return record

    def _meant(self, address: Address) -> str:
        """The name that was meant, where the set has one that looks like it. The set is read where nothing of
        it is known, which only happens on the way to an error."""
        if not self._siblings(address):
            with suppress(RemoteError):
                self.read_set(address.owner)
        close = difflib.get_close_matches(address.name, self._siblings(address), n=1)
        return f"did you mean {close[0]!r}?" if close else ""

    def _siblings(self, address: Address) -> list[str]:
        """Names of what memory and cache know beside it."""
        known = {*self._known, *self._cached_of(address.owner)}
        return sorted(each.name for each in known if replace(each, name=address.name) == address)

    def _cached_of(self, owner: Owner) -> list[Address]:
        if self._session.cache is None:
            return []
        try:
            return self._session.cache.addresses_of(owner)
        except CacheError:
            return []

    def _raise_renamed(self, address: Address) -> None:
        """NotThere that says what became of it, when an apply renamed or deleted what is asked for."""
        record = self._record(address.owner)
        if record is None:
            return
        if address in record.former:
            new = record.former[address]
            raise NotThere(
                f"{address} is called {new} since an apply renamed it",
                why="the manifests here are older than the last apply, or the name is",
                hint=f"ask for {new.name!r}",
            )
        if address in record.removed:
            raise NotThere(
                f"there is no {address}",
                why="an apply deleted it: the manifests no longer have it",
                hint="bring the manifests here up to date",
            )

    def _ask_for_group(self, address: Address) -> CachedResource | None:
        """Its members are known by address only beside the rest of the set."""
        self.read_set(address.owner)
        return self._known.get(address)

    def _look_up(self, address: Address) -> CachedResource | None:
        found = self._reader.lookup(address)
        if len(found) > 1:
            raise Conflict(
                f"{len(found)} resources on the server carry the marker of {address}",
                why="one was copied from the other; nothing tells which is right",
                hint="reconciler plan lists them; delete the copy",
            )
        return remembered(Live({address: found[0]}))[0] if found else None
