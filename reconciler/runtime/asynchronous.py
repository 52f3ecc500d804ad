"""The same constellations for programs that run on asyncio.

In and out: as in the other modules of this package, awaited. There is one implementation: every call runs in
a thread of a pool of its own, so a slow agent never holds up the event loop. A task that is cancelled while
an agent answers tells the server to stop that agent; a call that cannot be stopped halfway (a write, a
provision) ends in its thread, and its result is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from reconciler.errors import RemoteError
from reconciler.runtime.agent import AgentHandle
from reconciler.runtime.answers import Exchange, Message
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.constellations import Constellations
from reconciler.runtime.group import GroupHandle
from reconciler.runtime.search_hit import Hit
from reconciler.runtime.send import TIMEOUT
from reconciler.runtime.source import SourceHandle
from reconciler.runtime.user_set import UserSet

T = TypeVar("T")
_THREADS = 32
_PAUSE = 0.2


class _Loop:
    """Runs calls of the sync core off the event loop."""

    def __init__(self, threads: int) -> None:
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="constellations")

    async def run(self, call: Callable[[], T], on_cancel: Callable[[], object] | None = None) -> T:
        future = self.pool.submit(call)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            has_begun = not future.cancel() and not future.done()
            if has_begun and on_cancel is not None:  # else it would end what another task waits for
                self.pool.submit(_stop, future, on_cancel)
            raise


def _stop(call: Future[T], on_cancel: Callable[[], object]) -> None:
    """Tell the server to stop what a call began: it refuses until it has begun with it, too."""
    while not call.done():
        with suppress(RemoteError):
            on_cancel()
            return
        wait([call], _PAUSE)


class AsyncConstellations:
    """All constellations of one project; takes the same arguments as Constellations."""

    def __init__(self, *args: Any, threads: int = _THREADS, **kwargs: Any) -> None:
        self._make = partial(Constellations, *args, **kwargs)
        self._loop = _Loop(threads)
        self._made: Constellations | None = None

    async def __aenter__(self) -> Self:
        self._made = await self._loop.run(self._make)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._loop.pool.shutdown)
        await asyncio.to_thread(self.sync.close)

    @property
    def sync(self) -> Constellations:
        """The one this is a face of."""
        if self._made is None:
            raise RuntimeError("use it in an `async with`")
        return self._made

    def user(self, user: str, constellation: str | None = None) -> AsyncUserSet:
        """One user's set; nothing is sent."""
        return AsyncUserSet(self._loop, self.sync.user(user, constellation))

    async def warm(self) -> int:
        """Read the whole project in a few requests."""
        return await self._loop.run(self.sync.warm)

    async def provision(
        self,
        user: str,
        constellation: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        rejoin: bool = False,
    ) -> AsyncUserSet:
        """Make or complete one user's set; see `Constellations.provision`."""
        made = await self._loop.run(
            lambda: self.sync.provision(user, constellation, parameters, rejoin=rejoin)
        )
        return AsyncUserSet(self._loop, made)

    async def update_shared_memory(
        self, user: str, block: str, content: str, constellation: str | None = None
    ) -> None:
        """Write a block of one user, made when it is nowhere."""
        await self._loop.run(lambda: self.sync.update_shared_memory(user, block, content, constellation))


class AsyncUserSet:
    """Everything one user has."""

    def __init__(self, loop: _Loop, sync: UserSet) -> None:
        self._loop = loop
        self.sync = sync

    def agent(self, name: str) -> AsyncAgent:
        """One agent."""
        return AsyncAgent(self._loop, self.sync.agent(name))

    def group(self, name: str) -> AsyncGroup:
        """One group."""
        return AsyncGroup(self._loop, self.sync.group(name))

    def block(self, name: str) -> AsyncBlock:
        """One shared block."""
        return AsyncBlock(self._loop, self.sync.block(name))

    def source(self, name: str) -> AsyncSource:
        """One source."""
        return AsyncSource(self._loop, self.sync.source(name))


class AsyncAgent:
    """An agent of one user."""

    def __init__(self, loop: _Loop, sync: AgentHandle) -> None:
        self._loop = loop
        self.sync = sync

    async def send(self, text: str, *, timeout: float = TIMEOUT) -> str:
        """What the assistant answers; cancelling the task stops the agent."""
        return await self._loop.run(lambda: self.sync.send(text, timeout=timeout), self.sync.cancel)

    async def exchange(self, text: str, *, timeout: float = TIMEOUT) -> Exchange:
        """Everything that follows a message; cancelling the task stops the agent."""
        return await self._loop.run(lambda: self.sync.exchange(text, timeout=timeout), self.sync.cancel)

    async def stream(self, text: str, *, timeout: float = TIMEOUT) -> AsyncIterator[Message]:
        """Pieces as they are made; leaving the loop early, or a cancelled task, stops the agent."""
        streamed = self.sync.stream(text, timeout=timeout)
        async for piece in _pieces(self._loop, iter(streamed), streamed.cancel):
            yield piece


class AsyncGroup:
    """A group of one user."""

    def __init__(self, loop: _Loop, sync: GroupHandle) -> None:
        self._loop = loop
        self.sync = sync

    async def send(self, text: str, *, timeout: float = TIMEOUT) -> str:
        """What the members answer."""
        return await self._loop.run(lambda: self.sync.send(text, timeout=timeout))

    async def exchange(self, text: str, *, timeout: float = TIMEOUT) -> Exchange:
        """Everything all members said and did."""
        return await self._loop.run(lambda: self.sync.exchange(text, timeout=timeout))

    async def stream(self, text: str, *, timeout: float = TIMEOUT) -> AsyncIterator[Message]:
        """Pieces as they are made, each with its speaker."""
        async for piece in _pieces(self._loop, self.sync.stream(text, timeout=timeout), None):
            yield piece


class AsyncBlock:
    """A block of one user."""

    def __init__(self, loop: _Loop, sync: BlockHandle) -> None:
        self._loop = loop
        self.sync = sync

    async def read(self) -> str:
        """The value now."""
        return await self._loop.run(self.sync.read)

    async def write(self, value: str, expect: str | None = None) -> None:
        """Replace the value."""
        await self._loop.run(lambda: self.sync.write(value, expect))

    async def append(self, text: str, separator: str = "\n") -> str:
        """Add to the end and return the whole."""
        return await self._loop.run(lambda: self.sync.append(text, separator))


class AsyncSource:
    """A source of one user."""

    def __init__(self, loop: _Loop, sync: SourceHandle) -> None:
        self._loop = loop
        self.sync = sync

    async def add(self, text: str, name: str | None = None, *, timeout: float = 60.0) -> str:
        """Store a text and wait until it can be found."""
        return await self._loop.run(lambda: self.sync.add(text, name, timeout=timeout))

    async def search(self, query: str, limit: int = 5, *, scores: bool = False) -> list[Hit]:
        """The nearest passages, nearest first."""
        return await self._loop.run(lambda: self.sync.search(query, limit, scores=scores))


async def _pieces(
    loop: _Loop, pieces: Iterator[Message], cancel: Callable[[], object] | None
) -> AsyncIterator[Message]:
    """One piece at a time, each fetched in a thread."""
    end = object()
    try:
        while True:
            piece = await loop.run(lambda: next(pieces, end))
            if not isinstance(piece, Message):
                return
            yield piece
    except (GeneratorExit, asyncio.CancelledError):
        if cancel is not None:
            loop.pool.submit(cancel)
        raise
