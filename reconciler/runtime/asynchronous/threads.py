"""Runs methods of the sync classes off the event loop, and makes awaitable methods of them.

In: a method of a sync class. Out: one of the same name and parameters for its async face, typed. A task that
is cancelled tells the server to stop what it began where that can be stopped; any other call ends in its
thread, and its result is dropped. It must not know what the methods do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial, wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from reconciler.errors import RemoteError

S = TypeVar("S")
P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F")
_PAUSE = 0.2
"""Seconds between attempts to stop what the server has not begun with yet."""


class Threads:
    """A pool that calls run in, so that a slow agent never holds up the event loop."""

    def __init__(self, count: int) -> None:
        self.pool = ThreadPoolExecutor(count, thread_name_prefix="constellations")

    async def run(self, call: Callable[[], T], on_cancel: Callable[[], object] | None = None) -> T:
        """What the call gives; `on_cancel` is called when the task is cancelled while the call runs."""
        future = self.pool.submit(call)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            has_begun = not future.cancel() and not future.done()
            if has_begun and on_cancel is not None:  # else it would end what another task waits for
                self.pool.submit(_stop, future, on_cancel)
            raise


class Face(Generic[S]):
    """What every async class is: a sync one, and threads to call it in."""

    def __init__(self, threads: Threads, sync: S) -> None:
        self._threads = threads
        self._sync = sync

    @property
    def sync(self) -> S:
        """The one this is a face of."""
        return self._sync

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.sync!r}>"


Made = Callable[[Threads, T], F]
"""The async class for something sync."""


def awaited(
    method: Callable[Concatenate[S, P], T], stop: Callable[[S], object] | None = None
) -> Callable[Concatenate[Face[S], P], Coroutine[Any, Any, T]]:
    """The method, to be awaited; `stop` ends on the server what a cancelled task has begun."""

    @wraps(method)
    async def call(self: Face[S], /, *args: P.args, **kwargs: P.kwargs) -> T:
        on_cancel = None if stop is None else partial(_called, self.sync, stop)
        return await self._threads.run(lambda: _called(self.sync, method, *args, **kwargs), on_cancel)

    return call


def awaited_as(
    method: Callable[Concatenate[S, P], T], made: Made[T, F]
) -> Callable[Concatenate[Face[S], P], Coroutine[Any, Any, F]]:
    """The method, to be awaited; what it gives in its async form."""

    @wraps(method)
    async def call(self: Face[S], /, *args: P.args, **kwargs: P.kwargs) -> F:
        found = await self._threads.run(lambda: _called(self.sync, method, *args, **kwargs))
        return made(self._threads, found)

    return call


def awaited_list(
    method: Callable[Concatenate[S, P], list[T]], made: Made[T, F]
) -> Callable[Concatenate[Face[S], P], Coroutine[Any, Any, list[F]]]:
    """The method, to be awaited; each thing it gives in its async form."""

    @wraps(method)
    async def call(self: Face[S], /, *args: P.args, **kwargs: P.kwargs) -> list[F]:
        found = await self._threads.run(lambda: _called(self.sync, method, *args, **kwargs))
        return [made(self._threads, each) for each in found]

    return call


def handed(method: Callable[Concatenate[S, P], T], made: Made[T, F]) -> Callable[Concatenate[Face[S], P], F]:
    """A method that sends nothing, called at once; what it gives in its async form."""

    @wraps(method)
    def call(self: Face[S], /, *args: P.args, **kwargs: P.kwargs) -> F:
        return made(self._threads, _called(self.sync, method, *args, **kwargs))

    return call


def at_once(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[Face[S], P], T]:
    """A method that never sends a request, as it is."""

    @wraps(method)
    def call(self: Face[S], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return _called(self.sync, method, *args, **kwargs)

    return call


def _called(subject: S, method: Callable[Concatenate[S, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As Python calls a method: by its name, so that what a subclass or a test put in its place is found."""
    found: Callable[P, T] = getattr(subject, method.__name__)
    return found(*args, **kwargs)


def _stop(call: Future[Any], on_cancel: Callable[[], object]) -> None:
    """Tell the server to stop what a call began: it refuses until it has begun with it, too."""
    while not call.done():
        with suppress(RemoteError):
            on_cancel()
            return
        wait([call], _PAUSE)
