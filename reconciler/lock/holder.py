"""Who holds a lock, and until when that counts.

In: what a taker says of itself. Out: records that a store writes down and reads again. It must not know where
the lock lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from reconciler.process import Process, is_dead, this_process

_MOST_NAMES = 1_000
"""A lock that covers more names than that covers anything: 15 kB of metadata are enough."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who asks, in words, and which process on which machine that is."""

    who: str
    process: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, process: Process) -> Self:
        """The signature of this process."""
        words = f"{process.who} on {process.host}, process {process.pid}"
        return cls(words, {key: str(value) for key, value in asdict(process).items()})

    @classmethod
    def mine(cls) -> Self:
        """The signature of the process that asks."""
        return cls.of(this_process())


@dataclass(frozen=True, slots=True)
class Entry:
    """What a taker writes down where the lock lies."""

    owner: str
    """A word of its own for each attempt to hold the lock."""
    signature: Signature
    since: datetime
    expires: datetime
    writes: frozenset[str] | None = None
    """What is written under the lock, by `short_name`; None is anything."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, dead or alive, as its store tells."""

    id: str
    """What takes the lock away from this holder, and from no other."""
    owner: str
    """Empty where what bears the name of the lock is no lock of ours."""
    signature: Signature
    since: str
    """A time, as it is shown."""
    expires: datetime
    writes: frozenset[str] | None = None
    """As in Entry."""

    def __str__(self) -> str:
        return f"{self.signature.who or 'somebody'}, since {self.since or 'an unknown time'}"

    def may_write(self, name: str) -> bool:
        """Whether the holder may write what is called this."""
        return self.writes is None or short_name(name) in self.writes

    @property
    def is_a_lock(self) -> bool:
        """Whether it is a lock at all, and not something that only has its name."""
        return bool(self.owner)


def short_name(name: str) -> str:
    """What a lock says of a name: a thousand of them must fit."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def short_names(names: Collection[str] | None) -> frozenset[str] | None:
    """None for more than a lock can name."""
    if names is None or len(names) > _MOST_NAMES:
        return None
    return frozenset(map(short_name, names))


def is_known_dead(process: Mapping[str, str]) -> bool:
    """Whether a process that signed a lock is known to be gone; False where nobody can know."""
    try:
        known = {name: process[name] for name in ("who", "host", "machine", "started")}
        return is_dead(Process(**known, pid=int(process["pid"])))
    except (KeyError, ValueError):
        return False
