"""One group in use: say something to it and hear who answers.

In: texts. Out: answers. What a group is made of comes from the cache, after one request that tells whether
the set was written since. Turns of one step run side by side; each is sent once, and a turn that fails ends
the conversation with everything said so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from reconciler.errors import ReconcilerError
from reconciler.remote.talk.said import UserMessage
from reconciler.runtime.agent import AgentHandle
from reconciler.runtime.answers import Exchange, Message
from reconciler.runtime.errors import AgentFailed, NotThere
from reconciler.runtime.group_turns import Circle, Turn, Turns, circle_of, turns_of
from reconciler.runtime.send import TIMEOUT, Streamed, answer_of
from reconciler.runtime.services import Parts
from reconciler.values import Address

_SIDE_BY_SIDE = 8
_Ask = Callable[[str, str], Exchange]


class GroupHandle:
    """A group of one user."""

    def __init__(self, parts: Parts, address: Address) -> None:
        self._parts = parts
        self.address = address

    def __repr__(self) -> str:
        return f"<GroupHandle {self.address}>"

    def send(self, text: str, *, timeout: float = TIMEOUT) -> str:
        """What the members answer, each under its name when several speak; `timeout` is for one turn."""
        exchange = self.exchange(text, timeout=timeout)
        speakers = {message.speaker for message in exchange.messages if message.text}
        if len(speakers) < 2:
            return answer_of(exchange, self.address.name)
        answer_of(exchange, self.address.name)
        said = (m for m in exchange.messages if m.kind.value == "assistant" and m.text)
        return "\n".join(f"{message.speaker}: {message.text}" for message in said)

    def exchange(self, text: str, *, timeout: float = TIMEOUT) -> Exchange:
        """Everything all members said and did; what only steered the conversation is left out."""
        circle, messages, last = self._circle(), list[Message](), Exchange()
        tokens = 0
        for exchange in self._turns(circle, text, lambda ref, said: self._ask(ref, said, timeout), messages):
            messages += exchange.messages
            tokens += exchange.tokens
            last = exchange
        return Exchange(tuple(messages), last.stop_reason or "end_turn", last.otid, tokens)

    def stream(self, text: str, *, timeout: float = TIMEOUT) -> Iterator[Message]:
        """Pieces as they are made, each with its speaker; leaving the loop early ends what is under way."""
        turns = turns_of(self._circle(), text)
        answers: Mapping[str, str] | None = None
        while (turn := _next(turns, answers)) is not None:
            found = {}
            for ref, said in turn.texts.items():
                if turn.is_aside:
                    found[ref] = self._ask(ref, said, timeout).text
                    continue
                streamed = self._streamed(ref, said, timeout)
                yield from streamed
                found[ref] = answer_of(streamed.exchange, streamed.speaker)
            answers = found

    def _turns(self, circle: Circle, text: str, ask: _Ask, so_far: list[Message]) -> Iterator[Exchange]:
        turns = turns_of(circle, text)
        answers: Mapping[str, str] | None = None
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="group") as pool:
            while (turn := _next(turns, answers)) is not None:
                futures = {ref: pool.submit(ask, ref, said) for ref, said in turn.texts.items()}
                try:
                    exchanges = {ref: future.result() for ref, future in futures.items()}
                except NotThere as error:
                    if not so_far:
                        raise
                    raise _broken_off(self.address, error, so_far) from error
                except ReconcilerError as error:
                    raise _broken_off(self.address, error, so_far) from error
                answers = {ref: exchange.text for ref, exchange in exchanges.items()}
                if not turn.is_aside:
                    yield from exchanges.values()

    def _circle(self) -> Circle:
        record = self._parts.directory.group(self.address)
        circle = circle_of((record.document or {}).get("fields") or {})
        if not circle.members and not circle.manager:
            raise NotThere(f"{self.address} has no members", hint="reconciler plan shows what it should have")
        return circle

    def _ask(self, ref: str, text: str, timeout: float) -> Exchange:
        address = _address(ref)
        if address is not None:
            return AgentHandle(self._parts, address).exchange(text, timeout=timeout)
        return self._parts.talk.exchange(ref, ref, UserMessage(text), timeout)

    def _streamed(self, ref: str, text: str, timeout: float) -> Streamed:
        address = _address(ref)
        if address is not None:
            return AgentHandle(self._parts, address).stream(text, timeout=timeout)
        return self._parts.talk.stream(lambda: ref, ref, UserMessage(text), timeout)


def _next(turns: Turns, answers: Mapping[str, str] | None) -> Turn | None:
    try:
        return next(turns) if answers is None else turns.send(answers)
    except StopIteration:
        return None


def _address(ref: str) -> Address | None:
    """Members of ours are named by address, others by server id."""
    try:
        return Address.parse(ref)
    except ValueError:
        return None


def _broken_off(address: Address, error: ReconcilerError, so_far: list[Message]) -> AgentFailed:
    return AgentFailed(
        f"the conversation of {address} broke off after {len(so_far)} messages",
        Exchange(tuple(so_far), "error"),
        why=error.summary,
        hint=error.hint or "what was said so far is in .exchange; it stays in the agents' memory",
    )
