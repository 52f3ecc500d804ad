"""One user's constellation: the door to its agents, groups, blocks and sources.

In: names as the manifests have them. Out: handles. Making a handle sends nothing; `agent_cached` and
`group_cached` never do.
"""

from __future__ import annotations

from contextlib import suppress

from reconciler.cache import CachedResource
from reconciler.errors import Conflict
from reconciler.lock.names import set_lock
from reconciler.lock.on_server import server_lock, server_terms
from reconciler.runtime.agent import AgentHandle
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.errors import NotAllowed, NotThere
from reconciler.runtime.group import GroupHandle
from reconciler.runtime.provision import PATIENCE
from reconciler.runtime.services import Parts
from reconciler.runtime.source import SourceHandle
from reconciler.values import Address, Owner

_OF_ALL = "shared/"


class UserSet:
    """Everything one user has."""

    def __init__(self, parts: Parts, owner: Owner) -> None:
        self._parts = parts
        self.owner = owner

    def __repr__(self) -> str:
        return f"<UserSet {self.owner}>"

    def agent(self, name: str) -> AgentHandle:
        """One agent."""
        return AgentHandle(self._parts, Address(self.owner, "agent", name))

    def group(self, name: str) -> GroupHandle:
        """One group."""
        return GroupHandle(self._parts, Address(self.owner, "group", name))

    def block(self, name: str) -> BlockHandle:
        """A block the user's agents share, else one of that name that every user has, to be read.

        `shared/NAME` is the one every user has, to be written as well. A block of a single agent is
        `agent(name).memory.block(label)`.
        """
        return BlockHandle(self._parts, self._named("block", name))

    def source(self, name: str) -> SourceHandle:
        """A source of the user, else one of that name that every user has, to be searched.

        `shared/NAME` is the one every user has, to be added to as well.
        """
        return SourceHandle(self._parts, self._named("source", name))

    def _named(self, kind: str, name: str) -> Address:
        owner = Owner() if name.startswith(_OF_ALL) else self.owner
        return Address(owner, kind, name.removeprefix(_OF_ALL))

    def agents(self) -> list[AgentHandle]:
        """All agents, by name, as the set was last written; one request."""
        return [AgentHandle(self._parts, address) for address in self._all("agent")]

    def groups(self) -> list[GroupHandle]:
        """All groups, by name, as the set was last written; one request."""
        return [GroupHandle(self._parts, address) for address in self._all("group")]

    def blocks(self) -> list[BlockHandle]:
        """All blocks that agents of the user share, by name, as the set was last written; one request.

        Those of a single agent are `agent(name).memory.blocks()`.
        """
        return [BlockHandle(self._parts, address) for address in self._all("block")]

    def sources(self) -> list[SourceHandle]:
        """All sources, by name, as the set was last written; one request."""
        return [SourceHandle(self._parts, address) for address in self._all("source")]

    def _all(self, kind: str) -> list[Address]:
        return [known.address for known in self._parts.directory.all_of(self.owner, kind)]

    def agent_cached(self, name: str) -> CachedResource | None:
        """What memory and cache know of an agent; never a request."""
        return self._parts.directory.cached(Address(self.owner, "agent", name))

    def group_cached(self, name: str) -> CachedResource | None:
        """What memory and cache know of a group, with all it is made of; never a request."""
        return self._parts.directory.cached(Address(self.owner, "group", name))

    def update_shared_memory(self, block: str, content: str) -> None:
        """Write a block all agents of the user share; one that is nowhere is made and attached to all.

        What is made here belongs to the program: it carries Letta's own tags and no marker, so a plan keeps
        it.
        """
        address = Address(self.owner, "block", block)
        try:
            BlockHandle(self._parts, address).write(content)
        except (NotThere, NotAllowed):
            self._write_own(address, content)

    def _write_own(self, address: Address, content: str) -> None:
        session, memory = self._parts.session, self._parts.memory
        agents = self._parts.directory.all_of(self.owner, "agent")
        if not agents:
            raise NotThere(f"{self.owner} has no agents", hint=f"provision({self.owner.user!r}) makes them")
        with server_lock(session.transport, set_lock(session.project, self.owner), server_terms(PATIENCE)):
            found = memory.made_at_run_time(self.owner, address.name)
            if found:
                memory.write(str(found[0]["id"]), content)
                block_id = str(found[0]["id"])
            else:
                block_id = memory.make(self.owner, address.name, content)
            for agent in agents:
                with suppress(Conflict):  # the agent has a block of its own under this label
                    memory.attach(block_id, agent.server_id)
        self._parts.directory.hold(CachedResource(address, block_id, address.name))
