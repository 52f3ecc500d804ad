"""Sends one message to one agent and waits for what becomes of it; never twice.

In: an agent's id and what is said. Out: an exchange, or its pieces as they come. A message whose answer was
lost is looked for by its otid: one that arrived is answered from the agent's own messages, of any other
nobody can say whether it will still arrive, which is UnknownOutcome. It must not know addresses.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from reconciler.errors import RemoteError, TimedOut, UnknownOutcome
from reconciler.remote.talk.messages import Messages
from reconciler.remote.talk.said import Said
from reconciler.runtime.answers import (
    Exchange,
    Message,
    exchange_of,
    joined,
    message_of,
    stop_reason_of,
    tokens_of,
)
from reconciler.runtime.errors import AgentFailed

Find: TypeAlias = Callable[[], str]
"""Gives the id of an agent; may ask the server."""
_GONE, _FAILED = 404, 500
TIMEOUT = 120.0
"""Seconds for a whole answer, tools included."""


@dataclass(frozen=True)
class Patience:
    """How long to look for a message whose answer was lost; tests inject the clock."""

    seconds: float = 20.0
    pause: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Talk:
    """Sending, for any agent; thread-safe."""

    messages: Messages
    patience: Patience = field(default_factory=Patience)

    def exchange(self, agent_id: str, speaker: str, said: Said, timeout: float = TIMEOUT) -> Exchange:
        """Send, and wait for everything that follows."""
        otid = new_otid()
        try:
            answer = self.messages.send(agent_id, said, otid, timeout)
        except UnknownOutcome as lost:
            if lost.status == _FAILED and not self._is_busy_or_done(agent_id, otid):
                raise _failed(speaker, otid, lost) from lost
            return self._recovered(agent_id, speaker, otid, lost)
        return exchange_of(answer, speaker, otid)

    def stream(
        self, find: Find, speaker: str, said: Said, timeout: float = TIMEOUT, heal: Find | None = None
    ) -> Streamed:
        """Send, and hand on what follows as it is made; nothing is sent before it is iterated.

        `find` gives the agent's id, `heal` the new one when the server does not know that.
        """
        return Streamed(self, find, speaker, said, timeout, heal)

    def _is_busy_or_done(self, agent_id: str, otid: str) -> bool:
        """Whether there is anything to wait for after the server said that it failed."""
        return bool(self.messages.running(agent_id) or self.messages.received(agent_id, otid))

    def _recovered(self, agent_id: str, speaker: str, otid: str, lost: UnknownOutcome) -> Exchange:
        """The answer to a message that did arrive; else what is known of it is said."""
        patience = self.patience
        deadline, fate = patience.clock() + patience.seconds, "the agent's messages cannot be read"
        while True:
            try:
                mine = {str(row.get("run_id")) for row in self.messages.received(agent_id, otid)}
                running = self.messages.running(agent_id)
                if mine and not mine & running:
                    # Read again: what was read before the run was seen to have ended may lack its end.
                    rows = self.messages.received(agent_id, otid)
                    answer = {"messages": [row for row in rows if row.get("otid") != otid]}
                    found = exchange_of(answer, speaker, otid, was_recovered=True)
                    return replace(found, stop_reason="end_turn" if found.text else "unknown")
                fate = "the agent is still at work" if running else "the agent has not received it so far"
            except TimedOut:
                deadline = patience.clock()
            except RemoteError:
                pass
            if patience.clock() >= deadline:
                raise UnknownOutcome(
                    lost.summary,
                    why=f"{lost.why or 'the answer was lost'}; {fate}",
                    hint=f"do not send it again before looking: the message has otid {otid}",
                    status=lost.status,
                )
            patience.sleep(patience.pause)


class Streamed:
    """One answer as it is made: iterate it once; `cancel` from any thread ends it."""

    def __init__(
        self, talk: Talk, find: Find, speaker: str, said: Said, timeout: float, heal: Find | None
    ) -> None:
        self._talk = talk
        self._heal = heal
        self._find = find
        self._agent_id = ""
        self.speaker = speaker
        self._said = said
        self._timeout = timeout
        self._pieces: list[Message] = []
        self._stop_reason = ""
        self._tokens = 0
        self._has_begun = False
        self._is_cancelled = False
        self._is_stopped = False
        self.otid = new_otid()

    def __repr__(self) -> str:
        return f"<Streamed {self.speaker}>"

    def __iter__(self) -> Iterator[Message]:
        """Pieces; the text of one message comes in many. Leaving the loop early ends what the agent is at."""
        if self._is_cancelled:
            return
        self._agent_id, self._has_begun = self._find(), True
        deadline = self._talk.patience.clock() + self._timeout
        events = self._events()
        try:
            for row in events:
                self._stop_reason = stop_reason_of(row) or self._stop_reason
                self._tokens += tokens_of(row)
                message = message_of(row, self.speaker)
                if message:
                    self._pieces.append(message)
                    yield message
                if self._is_cancelled:
                    if not self._is_stopped:
                        self._stop()  # the server had not begun when it was told
                    return
                if self._talk.patience.clock() > deadline:
                    self.cancel()
                    raise self._too_long()
        except GeneratorExit:
            self.cancel()
            raise
        finally:
            close = getattr(events, "close", None)
            if close:
                close()

    def _events(self) -> Iterator[Mapping[str, Any]]:
        """The server's events; an agent it does not know has received nothing."""
        try:
            yield from self._opened()
        except RemoteError as error:
            if error.status != _GONE or self._heal is None or self._pieces:
                raise
            gone, found = error, self._heal()
        else:
            return
        if found == self._agent_id:
            raise gone
        self._agent_id = found
        yield from self._opened()

    def _opened(self) -> Iterator[Mapping[str, Any]]:
        return self._talk.messages.stream(self._agent_id, self._said, self.otid, self._timeout)

    def cancel(self) -> None:
        """Stop listening, and tell the server to stop the agent before its next step.

        Before it is iterated there is nothing to stop, and what the agent is at is somebody else's.
        """
        if not self._is_cancelled and not self._stop_reason:
            self._is_cancelled, self._stop_reason = True, "cancelled"
            if self._has_begun:
                self._stop()

    def _stop(self) -> None:
        with suppress(RemoteError):
            self._talk.messages.cancel(self._agent_id)
            self._is_stopped = True

    @property
    def exchange(self) -> Exchange:
        """Everything so far, the pieces put together."""
        return Exchange(joined(self._pieces), self._stop_reason, self.otid, self._tokens)

    def _too_long(self) -> UnknownOutcome:
        return UnknownOutcome(
            f"{self.speaker} took longer than {self._timeout:g} s",
            why="it received the message and was told to stop; what it did until then stays done",
            hint="give it more time: timeout=",
        )


def _failed(speaker: str, otid: str, error: UnknownOutcome) -> AgentFailed:
    """letta 0.16.8 answers 500 when the model fails, and keeps nothing of the message (measured)."""
    return AgentFailed(
        f"{speaker} could not answer; the server kept nothing of the message",
        Exchange(stop_reason="error", otid=otid),
        why=error.why,
        hint="check the model and its provider: reconciler doctor",
    )


def answer_of(exchange: Exchange, speaker: str) -> str:
    """The assistant's text; AgentFailed when there is none because something went wrong."""
    if exchange.has_answer:
        return exchange.text
    trouble = [m.text for m in exchange.messages if m.is_error and m.text]
    waits = exchange.approval is not None
    raise AgentFailed(
        f"{speaker} gave no answer (stop reason: {exchange.stop_reason})",
        exchange,
        why=trouble[-1][:300] if trouble else "a tool call waits for approval" if waits else "",
        hint="answer it: approve(error.exchange.approval), or deny"
        if waits
        else "exchange() shows every message",
    )


def new_otid() -> str:
    """A name no other message has."""
    return str(uuid.uuid4())
