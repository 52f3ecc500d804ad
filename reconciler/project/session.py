"""One project on one server, opened: connections, and the files of this machine.

In: a transport, the name of a project, a cache and a state that may be missing. Out: what the server has, and
the lock that a run needs which writes. It must not plan: `planning` does, and `applying` carries plans out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from reconciler.apply.apply_lock import ApplyLock, Terms, locked_for_run
from reconciler.cache import Cache, remembered
from reconciler.database.optional import without_file
from reconciler.errors import CacheError, Diagnostic, StateError
from reconciler.plan.identity.set_back import set_back
from reconciler.remote import Reader, Survey, Transport
from reconciler.remote.read.offers import Offers
from reconciler.remote.write.safe_create import Doubt
from reconciler.state import Serials, State
from reconciler.values import NO_SERIALS, Address, Desired, Live, Owner, Scope

Warn = Callable[[Diagnostic], None]


class Session:
    """Owns a transport and, where there are some, cache and state; close it, or use it in a `with`."""

    def __init__(
        self,
        transport: Transport,
        project: str,
        cache: Cache | None,
        state: State | None,
        warn: Warn,
        doubt: Doubt | None = None,
        expected: Mapping[Owner, int] = NO_SERIALS,
    ) -> None:
        """`expected` are numbers of the last write that records of sets must have reached."""
        self.transport = transport
        self.project = project
        self.cache = cache
        self.state = state
        self.warn = warn
        self.doubt = doubt or Doubt()
        self.offers = Offers(transport)
        """Models and embeddings of the server, asked for once."""
        self._expected = expected

    @classmethod
    def open(
        cls,
        transport: Transport,
        project: str,
        cache: Callable[[], Cache | None],
        state: Callable[[], State | None],
        warn: Warn,
        doubt: Doubt | None = None,
        expected: Mapping[Owner, int] = NO_SERIALS,
        wait: float | None = None,
    ) -> Self:
        """Open the files beside a connection and wait for the server, for `wait` seconds at most; whatever
        fails, nothing stays open."""
        with ExitStack() as opened:
            opened.callback(transport.close)
            opened.callback(_close, found := cache())
            opened.callback(_close, history := state())
            if wait:
                transport.wait(wait)
            opened.pop_all()
        return cls(transport, project, found, history, warn, doubt, expected)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections and files."""
        self.transport.close()
        for file in (self.cache, self.state):
            _close(file)

    @property
    def reader(self) -> Reader:
        """Reads the server."""
        return Reader(self.transport, self.project)

    def read(self, desired: Desired, scope: Scope) -> Live:
        """What the server has within the scope; the cache is brought up to date with it."""
        known: Mapping[Address, str] = {}
        with self.optional_cache() as cache:
            if cache is not None:
                known = cache.ids()
        live = self.reader.read(desired, scope, known)
        with self.optional_cache() as cache:
            if cache is not None and scope.is_everything:
                cache.replace_all(None, remembered(live))
            elif cache is not None:
                cache.remember(remembered(live))
        return replace(live, set_back=set_back(live.records, self._seen(live, scope), self._expected))

    def believe(self, live: Live) -> None:
        """Go on from the records as they are, though higher numbers were seen: a person has looked."""
        with self.optional_state() as state:
            if state is not None:
                Serials(state).believe(
                    live.records[owner] for owner in live.set_back if owner in live.records
                )

    def survey(self) -> Survey:
        """Everything on the server, ours or not; the cache has no part in it."""
        return self.reader.survey()

    def locked(self, terms: Terms) -> AbstractContextManager[ApplyLock]:
        """The lock of a run of this project while the block lasts; LockHeld when there is another."""
        return locked_for_run(self.state, self.transport, self.project, terms, self.doubt, self.warn)

    @contextmanager
    def optional_cache(self) -> Iterator[Cache | None]:
        """The cache saves requests; without it everything still works."""
        try:
            yield self.cache
        except CacheError as error:
            self.warn(without_file(error))

    @contextmanager
    def optional_state(self) -> Iterator[State | None]:
        """The state keeps what the server does not; without it plans are carried out all the same."""
        try:
            yield self.state
        except StateError as error:
            self.warn(without_file(error))

    def _seen(self, live: Live, scope: Scope) -> Mapping[Owner, int]:
        """Higher numbers of writes than those of the records, as far as the state remembers one."""
        with self.optional_state() as state:
            if state is not None:
                return Serials(state).learn(live.records, is_everything=scope.is_everything)
        return {}


def _close(file: Cache | State | None) -> None:
    if file is not None:
        file.close()
