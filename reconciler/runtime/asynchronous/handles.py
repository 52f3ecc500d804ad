"""The async class for each sync one: the same methods with the same parameters.

In and out: as in the sync classes, awaited; what sends nothing is called as it is. There is one
implementation, the sync one. A property that may ask the server is awaited as well: `await agent.id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from types import TracebackType
from typing import Self, cast

from reconciler.manifest import Manifests
from reconciler.project.asynchronous import AsyncProject
from reconciler.project.place import Where
from reconciler.project.project import Source, Warn
from reconciler.project.session import Session
from reconciler.remote import RetryPolicy
from reconciler.runtime.agent import AgentHandle
from reconciler.runtime.answers import Exchange, Message
from reconciler.runtime.asynchronous.threads import (
    Face,
    Threads,
    at_once,
    awaited,
    awaited_as,
    awaited_list,
    handed,
)
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.constellations import Constellations
from reconciler.runtime.group import GroupHandle
from reconciler.runtime.memory import AgentMemory
from reconciler.runtime.send import TIMEOUT, Patience, Streamed
from reconciler.runtime.source import SourceHandle
from reconciler.runtime.user_set import UserSet
from reconciler.values import Address, Owner
from reconciler.waits import Waits

_THREADS = 32


class AsyncBlock(Face[BlockHandle]):
    """A block of one user, shared by agents or private to one."""

    @property
    def address(self) -> Address:
        """Where it stands in the manifests."""
        return self.sync.address

    read = awaited(BlockHandle.read)
    write = awaited(BlockHandle.write)
    append = awaited(BlockHandle.append)


class AsyncSource(Face[SourceHandle]):
    """A source of one user."""

    @property
    def address(self) -> Address:
        """Where it stands in the manifests."""
        return self.sync.address

    add = awaited(SourceHandle.add)
    search = awaited(SourceHandle.search)
    files = awaited(SourceHandle.files)
    remove = awaited(SourceHandle.remove)


class AsyncMemory(Face[AgentMemory]):
    """Everything one agent remembers."""

    @property
    def address(self) -> Address:
        """That of the agent."""
        return self.sync.address

    blocks = awaited(AgentMemory.blocks)
    block = handed(AgentMemory.block, AsyncBlock)
    insert = awaited(AgentMemory.insert)
    search = awaited(AgentMemory.search)


class AsyncStreamed(Face[Streamed]):
    """One answer as it is made: iterate it once; leaving the loop early, or `cancel`, stops the agent."""

    @property
    def exchange(self) -> Exchange:
        """Everything so far, the pieces put together."""
        return self.sync.exchange

    @property
    def otid(self) -> str:
        """The name this message goes by."""
        return self.sync.otid

    @property
    def speaker(self) -> str:
        """The agent, as the manifests call it."""
        return self.sync.speaker

    async def __aiter__(self) -> AsyncIterator[Message]:
        async for piece in _pieces(self._threads, iter(self.sync), self.sync.cancel):
            yield piece

    cancel = awaited(Streamed.cancel)


class AsyncAgent(Face[AgentHandle]):
    """An agent of one user; cancelling a task that waits for an answer stops the agent."""

    @property
    def address(self) -> Address:
        """Where it stands in the manifests."""
        return self.sync.address

    @property
    def id(self) -> Awaitable[str]:
        """The server id, asked for when it is not known: `await agent.id`."""
        return self._threads.run(lambda: self.sync.id)

    @property
    def memory(self) -> AsyncMemory:
        """Everything the agent remembers."""
        return AsyncMemory(self._threads, self.sync.memory)

    send = awaited(AgentHandle.send, AgentHandle.cancel)
    exchange = awaited(AgentHandle.exchange, AgentHandle.cancel)
    stream = handed(AgentHandle.stream, AsyncStreamed)
    cancel = awaited(AgentHandle.cancel)
    approve = awaited(AgentHandle.approve, AgentHandle.cancel)
    deny = awaited(AgentHandle.deny, AgentHandle.cancel)
    pending_approval = awaited(AgentHandle.pending_approval)
    messages = awaited(AgentHandle.messages)
    reset_messages = awaited(AgentHandle.reset_messages)


class AsyncGroup(Face[GroupHandle]):
    """A group of one user."""

    @property
    def address(self) -> Address:
        """Where it stands in the manifests."""
        return self.sync.address

    send = awaited(GroupHandle.send)
    exchange = awaited(GroupHandle.exchange)

    async def stream(self, text: str, *, timeout: float = TIMEOUT) -> AsyncIterator[Message]:
        """Pieces as they are made, each with its speaker."""
        async for piece in _pieces(self._threads, self.sync.stream(text, timeout=timeout), None):
            yield piece


class AsyncUserSet(Face[UserSet]):
    """Everything one user has."""

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return self.sync.owner

    agent = handed(UserSet.agent, AsyncAgent)
    group = handed(UserSet.group, AsyncGroup)
    block = handed(UserSet.block, AsyncBlock)
    source = handed(UserSet.source, AsyncSource)
    agents = awaited_list(UserSet.agents, AsyncAgent)
    groups = awaited_list(UserSet.groups, AsyncGroup)
    blocks = awaited_list(UserSet.blocks, AsyncBlock)
    sources = awaited_list(UserSet.sources, AsyncSource)
    agent_cached = at_once(UserSet.agent_cached)
    group_cached = at_once(UserSet.group_cached)
    update_shared_memory = awaited(UserSet.update_shared_memory)


class AsyncConstellations(Face[Constellations]):
    """All constellations of one project on one server, for an `async with`."""

    def __init__(
        self,
        paths_or_manifests: Source = ".",
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        project: str | None = None,
        cache: Where = None,
        state: Where = None,
        wait_for_server: float | None = None,
        parallel: int = 32,
        warn: Warn | None = None,
        patience: Patience | None = None,
        retries: RetryPolicy | None = None,
        waits: Waits | None = None,
        threads: int = _THREADS,
    ) -> None:
        """As Constellations, opened by the `async with`; at most `threads` calls run at once."""
        self._threads = Threads(threads)
        self._made: Constellations | None = None
        self._make = partial(
            Constellations,
            paths_or_manifests,
            base_url=base_url,
            api_key=api_key,
            project=project,
            cache=cache,
            state=state,
            wait_for_server=wait_for_server,
            parallel=parallel,
            warn=warn,
            patience=patience,
            retries=retries,
            waits=waits,
        )

    async def __aenter__(self) -> Self:
        self._made = await self._threads.run(self._make)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncConstellations of {self._made!r}>" if self._made else "<AsyncConstellations, not open>"

    async def close(self) -> None:
        """Let go of connections and files, after what still runs has ended."""
        await asyncio.to_thread(self._threads.pool.shutdown)
        if self._made is not None:
            await asyncio.to_thread(self._made.close)

    @property
    def sync(self) -> Constellations:
        """The one this is a face of."""
        if self._made is None:
            raise RuntimeError("use it in an `async with`")
        return self._made

    @property
    def manifests(self) -> Manifests:
        """What they were opened with."""
        return self.sync.manifests

    @property
    def project(self) -> str:
        """The namespace everything here belongs to."""
        return self.sync.project

    @property
    def requests(self) -> tuple[int, int]:
        """Reads and writes sent so far."""
        return self.sync.requests

    @property
    def opened_project(self) -> AsyncProject:
        """Plan, apply and drift of the same project, over the same connections."""
        return AsyncProject(self.sync.opened_project)

    @property
    def session(self) -> Session:
        """What commands work with; its methods hold up the event loop."""
        return self.sync.session

    @property
    def shared(self) -> AsyncUserSet:
        """What every user has: blocks and sources of the Shared document; nothing is sent."""
        return AsyncUserSet(self._threads, self.sync.shared)

    user = handed(Constellations.user, AsyncUserSet)
    warm = awaited(Constellations.warm)
    wait_for_server = awaited(Constellations.wait_for_server)
    provision = awaited_as(Constellations.provision, AsyncUserSet)
    provision_report = awaited(Constellations.provision_report)
    deprovision = awaited(Constellations.deprovision)
    update_shared_memory = awaited(Constellations.update_shared_memory)


async def _pieces(
    threads: Threads, pieces: Iterator[Message], cancel: Callable[[], object] | None
) -> AsyncIterator[Message]:
    """One piece at a time, each fetched in a thread."""
    end = cast(Message, object())
    try:
        while (piece := await threads.run(lambda: next(pieces, end))) is not end:
            yield piece
    except (GeneratorExit, asyncio.CancelledError):
        if cancel is not None:
            threads.pool.submit(cancel)
        raise
