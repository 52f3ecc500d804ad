"""Everything handles work with, made once and shared by all of them.

In: a session. Out: one record. It must not do anything itself.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from reconciler.project.session import Session
from reconciler.remote.talk.knowledge import Knowledge
from reconciler.remote.talk.memory import Memory
from reconciler.remote.talk.messages import Messages
from reconciler.runtime.send import Patience, Talk
from reconciler.runtime.server_ids import Directory
from reconciler.state import History
from reconciler.values import Address

_STRIPES = 64


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
