"""What can go wrong while a constellation is in use, beside the errors of the server.

In: what went wrong. Out: one message that says what, why and what to do, and an exit code.

    ReconcilerError
    |- AgentFailed        1  the agent ended without an answer; `exchange` holds what it did say
    |- NotThere           1  neither cache nor server have it: a typo, or the user was never provisioned
    |- OverLimit          1  a block would hold more characters than its limit; nothing was written
    |- EmbeddingFailed    1  the server took a file but could not process it
    `- Refused
        |- ValueMoved     4  a block is not what the caller expected; nothing was written
        |- UserLeft       4  an apply ended the user's set, and nobody declared the user since
        `- NotAllowed     4  outside of what this process was started for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import ReconcilerError, Refused

if TYPE_CHECKING:
    from reconciler.runtime.answers import Exchange


class AgentFailed(ReconcilerError):
    """The agent ended without an answer."""

    def __init__(self, summary: str, exchange: Exchange, *, why: str = "", hint: str = "") -> None:
        super().__init__(summary, why=why, hint=hint)
        self.exchange = exchange


class NotThere(ReconcilerError):
    """Neither the cache nor the server have it."""


class OverLimit(ReconcilerError):
    """A block would hold more characters than its limit."""


class EmbeddingFailed(ReconcilerError):
    """The server took a file but could not process it."""


class ValueMoved(Refused):
    """A block is not what the caller expected."""


class UserLeft(Refused):
    """An apply ended the user's set, and nobody declared the user since."""


class NotAllowed(Refused):
    """Outside of what this process was started for."""
