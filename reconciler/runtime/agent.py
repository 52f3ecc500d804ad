"""One agent in use: talk to it, look into its memory.

In: texts. Out: answers. The agent is found in memory, in the cache or on the server, in this order; an agent
that was made anew under another id is found again.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from reconciler.errors import ReconcilerError
from reconciler.remote.talk.said import ApprovalAnswer, Image, Said, UserMessage
from reconciler.runtime.answers import Exchange, Kind, Message, message_of
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.memory import AgentMemory, CoreMemory
from reconciler.runtime.send import TIMEOUT, Streamed, answer_of
from reconciler.runtime.services import Parts
from reconciler.values import Address


class AgentHandle:
    """An agent of one user."""

    def __init__(self, parts: Parts, address: Address) -> None:
        self._parts = parts
        self.address = address

    def __repr__(self) -> str:
        return f"<AgentHandle {self.address}>"

    @property
    def id(self) -> str:
        """The server id, asked for when it is not known."""
        return self._parts.directory.find(self.address).server_id

    def send(self, text: str, *, images: Sequence[Image] = (), timeout: float = TIMEOUT) -> str:
        """What the assistant answers; AgentFailed when it gives no answer."""
        return answer_of(self.exchange(text, images=images, timeout=timeout), self.address.name)

    def exchange(self, text: str, *, images: Sequence[Image] = (), timeout: float = TIMEOUT) -> Exchange:
        """Everything that follows a message: answers, tool calls and returns, reasoning, errors.

        Where a tool asks for approval the exchange ends with the request: `exchange.approval`.
        """
        return self._exchange(UserMessage(text, tuple(images)), timeout)

    def approve(self, request: Message, reason: str = "", *, timeout: float = TIMEOUT) -> Exchange:
        """Let the tool calls of a request for approval run; everything that follows."""
        return self._exchange(ApprovalAnswer(_calls_of(request), True, reason), timeout)

    def deny(self, request: Message, reason: str = "", *, timeout: float = TIMEOUT) -> Exchange:
        """Refuse the tool calls of a request for approval, with the reason told to the agent."""
        return self._exchange(ApprovalAnswer(_calls_of(request), False, reason), timeout)

    def pending_approval(self) -> Message | None:
        """The request for approval that the agent waits with, also one of before this process began."""
        row = self._parts.directory.use(self.address, self._parts.talk.messages.pending)
        return message_of(row, self.address.name) if row is not None else None

    def messages(self, limit: int = 50, *, before: str = "") -> list[Message]:
        """What was said last, oldest first: at most `limit` messages (1 to 1,000), each of which may be
        several here, as what was thought and what was said. `before` the id of one gives those before it.
        """
        latest, name = self._parts.talk.messages.latest, self.address.name
        rows = self._parts.directory.use(self.address, lambda agent_id: latest(agent_id, limit, before))
        return [message for row in rows if (message := message_of(row, name)) is not None]

    def reset_messages(self) -> None:
        """Empty the agent's context but for its system prompt and blocks: it starts afresh.

        Nothing is deleted: `messages()` still shows what was said, and its tool conversation_search finds it.
        """
        self._parts.directory.use(self.address, self._parts.talk.messages.reset)

    def stream(self, text: str, *, images: Sequence[Image] = (), timeout: float = TIMEOUT) -> Streamed:
        """The answer as it is made; iterate what this returns, and `cancel()` it to stop."""
        directory = self._parts.directory
        return self._parts.talk.stream(
            lambda: self.id,
            self.address.name,
            UserMessage(text, tuple(images)),
            timeout,
            lambda: directory.heal(self.address).server_id,
        )

    def cancel(self) -> None:
        """End whatever the agent is at; the server stops before its next step."""
        self._parts.directory.use(self.address, self._parts.talk.messages.cancel)

    @property
    def memory(self) -> AgentMemory:
        """Everything the agent remembers: the blocks in its context, and what it put aside for good."""
        return AgentMemory(self._parts, self.address)

    def block(self, label: str) -> BlockHandle:
        """A block private to this agent, as the manifests declare it; deprecated: `memory.block(label)`."""
        _is_now("agent.block(label)", "agent.memory.block(label)")
        return BlockHandle(self._parts, Address(self.address.owner, "block", label, agent=self.address.name))

    @property
    def core_memory(self) -> CoreMemory:
        """Blocks by label; deprecated: `memory.blocks()` and `memory.block(label)`."""
        _is_now("agent.core_memory", "agent.memory.blocks() and agent.memory.block(label)")
        return CoreMemory(self.memory)

    def _exchange(self, said: Said, timeout: float) -> Exchange:
        talk, name = self._parts.talk, self.address.name
        return self._parts.directory.use(
            self.address, lambda agent_id: talk.exchange(agent_id, name, said, timeout)
        )


def _calls_of(request: Message) -> tuple[str, ...]:
    """Ids of the calls a request is about."""
    if request.kind is not Kind.APPROVAL:
        raise ReconcilerError(
            f"a message of kind {request.kind.value} asks for no approval",
            hint="exchange.approval, or pending_approval(), is the request",
        )
    return tuple(call.id for call in request.tool_calls)


def _is_now(old: str, new: str) -> None:
    warnings.warn(f"{old} is deprecated: write {new}", DeprecationWarning, stacklevel=3)
