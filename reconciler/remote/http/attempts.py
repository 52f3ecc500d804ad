"""The attempts of one request: each one, the pauses between them, and the end of the time there is.

In: how to try once, and the policy. Out: what an attempt gave, or the error that is raised for good. What is
awaited is told as it goes on. It must not send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.errors import RemoteError, TimedOut, UnknownOutcome
from reconciler.remote.http.retry import Failed, RetryPolicy, Safety, Stage
from reconciler.waits import Waiting

T = TypeVar("T")


@dataclass
class Attempts:
    """One request, tried until it is done or hopeless."""

    task: str
    safety: Safety
    server: str
    waiting: Waiting
    may_have_happened: bool = False
    """Whether a write was sent and not answered."""

    def run(self, attempt: Callable[[], object], policy: RetryPolicy) -> object:
        """What the attempt gives; RemoteError when none does."""
        from reconciler.remote.http.errors import error_of

        try:
            return policy.pausing(self._pause).run(lambda: self._try(attempt), self.safety)
        except Failed as failed:
            error: RemoteError = error_of(failed.trouble, self.task, self.safety, self.server)
        except TimedOut as late:
            error = self._cut_off(late)
        raise error

    def once(self, send: Callable[[], T]) -> T:
        """What one call of the network gives, within the time there is."""
        self.waiting.check()
        try:
            return self.waiting.within(send)
        except TimedOut:
            self.may_have_happened = True
            raise

    def of_an_answer(self, read: Callable[[], T]) -> T:
        """A piece of an answer that has begun; RemoteError when there is no time to wait for it."""
        try:
            return self.waiting.within(read)
        except TimedOut as late:
            self.may_have_happened = True
            raise self._cut_off(late) from late

    def _try(self, attempt: Callable[[], object]) -> object:
        self.waiting.check()
        try:
            return attempt()
        except Failed as failed:
            self.may_have_happened |= failed.trouble.stage is Stage.LOST
            self.waiting.tries_again(str(failed.trouble))
            raise

    def _pause(self, seconds: float, sleep: Callable[[float], object]) -> None:
        self.waiting.pause(seconds, sleep)

    def _cut_off(self, late: TimedOut) -> RemoteError:
        if self.safety is Safety.READ or not self.may_have_happened:
            return late
        return UnknownOutcome(f"{late.summary}, which may have happened", why=late.why, hint=late.hint)
