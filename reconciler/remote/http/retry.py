"""Which failures are tried again, and when. The only place that decides this.

In: what went wrong and whether the request may be repeated. Out: a tenacity policy. It must not send.

    failure                              read, repeatable write    create
    never sent (no connection), 429      again                     again
    answered, but not with JSON          again                     look first
    answered with more than is read      no                        look first (UnknownOutcome)
    sent, no answer; 408; 5xx            again                     look first (UnknownOutcome)
    409 that only lost a race            again                     look first
    500 for a bad agent name, rest       no                        no
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

import tenacity


class Safety(Enum):
    """What sending a request twice would do."""

    READ = "read"
    REPEATABLE = "repeatable"
    CREATE = "create"
    """It would make a second resource: the server knows no idempotency key (letta 0.16.8, measured)."""


class Stage(Enum):
    """How far a failed request got."""

    NOT_SENT = "not sent"
    LOST = "lost"
    """Sent at least in part, no answer."""
    ANSWERED = "answered"
    GARBLED = "garbled"
    """Answered with something that is not JSON."""
    UNREAD = "unread"
    """Answered with more than is read, or packed in a way nobody asked for."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed attempt; `text` is the server's explanation, free of secrets."""

    stage: Stage
    status: int = 0
    text: str = ""
    retry_after: float | None = None

    def __str__(self) -> str:
        status = f"status {self.status}" if self.status else ""
        return ": ".join(part for part in (status, self.text) if part) or "no answer"

    @property
    def is_overload(self) -> bool:
        """Whether fewer requests at once might have helped."""
        if self.stage in (Stage.GARBLED, Stage.UNREAD):
            return False
        if self.stage is Stage.ANSWERED:
            return self.status in (408, 429) or (self.status >= 500 and not self.is_permanent)
        return True

    @property
    def is_permanent(self) -> bool:
        """A 500 that says the request itself is wrong (letta 0.16.8, measured: a bad agent name)."""
        return self.status == 500 and any(text in self.text for text in _PERMANENT)

    @property
    def is_lost_race(self) -> bool:
        """A 409 that says two writers met, not that the request is wrong."""
        lowered = self.text.lower()
        return self.status == 409 and any(text in lowered for text in _RACES)

    @property
    def leaves_doubt(self) -> bool:
        """Whether a write may have happened all the same, or in part: blocks before their agent."""
        if self.stage is Stage.ANSWERED:
            is_failure = self.status == 408 or self.status >= 500 or self.is_lost_race
            return is_failure and not self.is_permanent
        return self.stage in (Stage.LOST, Stage.UNREAD)


_PERMANENT = ("Export failed", "contains invalid characters")
_RACES = ("updated by another transaction", "deadlock", "could not serialize", "lock not available")


_FIRST_CONTACT = 3
_GARBLED = 3
"""How often an answer may come garbled: an address that is not a Letta server's is said soon."""


def may_retry(trouble: Trouble, safety: Safety) -> bool:
    """The table above."""
    if trouble.stage is Stage.NOT_SENT or trouble.status == 429:
        return True
    if trouble.stage is Stage.UNREAD:
        return False
    if trouble.stage is Stage.GARBLED:
        return safety is not Safety.CREATE
    return trouble.leaves_doubt and safety is not Safety.CREATE


class Failed(Exception):
    """An attempt failed; carries the trouble through tenacity."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.stage.value)
        self.trouble = trouble


@dataclass(frozen=True)
class RetryPolicy:
    """How long to keep trying; `sleep` and `jitter` are injected by tests."""

    attempts: int = 6
    seconds: float = 90.0
    """Of waiting and trying together."""
    first: float = 0.5
    longest: float = 15.0
    sleep: Callable[[float], object] = time.sleep
    jitter: Callable[[], float] = field(default=random.random)
    unsent_attempts: int = 0
    """How often to try to connect; 0 is as often as everything else."""

    def for_first_contact(self) -> RetryPolicy:
        """Where nothing ever answered the URL is wrong or the server is down: that is said soon."""
        return replace(self, unsent_attempts=min(self.attempts, _FIRST_CONTACT))

    def waiting(self, wait: Callable[[float], object]) -> RetryPolicy:
        """The same, pausing in a way that can be cut short; a pause that was injected stays."""
        return replace(self, sleep=wait) if self.sleep is time.sleep else self

    def pausing(self, pause: Callable[[float, Callable[[float], object]], None]) -> RetryPolicy:
        """The same with pauses that are made so, out of a number of seconds and what sleeps."""
        sleep = self.sleep
        return replace(self, sleep=lambda seconds: pause(seconds, sleep))

    def run(self, attempt: Callable[[], object], safety: Safety) -> object:
        """Call `attempt` until it succeeds or the policy is spent; raises the last Failed."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda e: isinstance(e, Failed) and may_retry(e.trouble, safety)
            ),
            stop=self._is_spent,
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(attempt)

    def _sleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def _is_spent(self, state: tenacity.RetryCallState) -> bool:
        unsent = self.unsent_attempts and _stage(state) is Stage.NOT_SENT
        if unsent and state.attempt_number >= self.unsent_attempts:
            return True
        if state.attempt_number >= _GARBLED and _stage(state) is Stage.GARBLED:
            return True
        spent = max(state.seconds_since_start or 0.0, state.idle_for)
        return state.attempt_number >= self.attempts or spent + self._pause(state) > self.seconds

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.trouble.retry_after if isinstance(error, Failed) else None
        backoff = min(self.longest, self.first * 2.0 ** (state.attempt_number - 1))
        return max(asked or 0.0, backoff * (0.5 + self.jitter() / 2))


def _stage(state: tenacity.RetryCallState) -> Stage | None:
    error = state.outcome.exception() if state.outcome else None
    return error.trouble.stage if isinstance(error, Failed) else None
