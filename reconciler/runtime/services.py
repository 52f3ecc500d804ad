"""Everything handles work with, made once and shared by all of them.

In: a session. Out: one record. It must not do anything itself.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from reconciler.lock.lock import Lock
from reconciler.lock.names import block_lock
from reconciler.lock.on_server import server_lock, server_terms
from reconciler.project.session import Session
from reconciler.remote.talk.knowledge import Knowledge
from reconciler.remote.talk.memory import Memory
from reconciler.remote.talk.messages import Messages
from reconciler.runtime.send import Patience, Talk
from reconciler.runtime.server_ids import Directory
from reconciler.state import History
from reconciler.values import Address

_STRIPES = 64
_BLOCK_TERMS = replace(
    server_terms(patience=90.0, settle=0.0), seconds=30.0, beat=10.0, pause=0.02, longest_pause=0.3
)
"""A block is locked for a few requests: who finds it locked tries again soon, and who died is not waited for
long."""


@dataclass(frozen=True)
class Parts:
    """The parts of one runtime."""

    session: Session
    directory: Directory
    talk: Talk
    memory: Memory
    knowledge: Knowledge
    history: History | None
    _writing: tuple[threading.Lock, ...] = field(
        default_factory=lambda: tuple(threading.Lock() for _ in range(_STRIPES))
    )

    def writing(self, address: Address) -> threading.Lock:
        """Held by whoever reads something of this owner and then writes it; others rarely wait for it."""
        return self._writing[hash(address.owner) % _STRIPES]

    def alone_at(self, block_id: str) -> AbstractContextManager[Lock]:
        """Holds the lock of a block on the server: no program anywhere appends to it meanwhile, nor writes it
        on a condition. Two writes; LockHeld when others keep it for a minute and a half."""
        session = self.session
        return server_lock(session.transport, block_lock(session.project, block_id), _BLOCK_TERMS)


def parts_of(session: Session, patience: Patience | None = None) -> Parts:
    """The parts for a session."""
    transport = session.transport
    return Parts(
        session,
        Directory(session),
        Talk(Messages(transport), patience or Patience()),
        Memory(transport),
        Knowledge(transport),
        History(session.state) if session.state is not None else None,
    )
