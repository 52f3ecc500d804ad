"""A lock in the state file of this machine: a row that says who applies, also called the lease.

In: the state. Out: the store of one lock. It keeps apart whoever shares the file; machines with files of
their own meet at a lock on the server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.errors import LockHeld
from reconciler.lock.holder import Entry, Holder, Signature
from reconciler.lock.lock import Lock, LockTerms, Refused
from reconciler.process import Process
from reconciler.state import State
from reconciler.waits import Waits

SECONDS = 60.0
BEAT = 15.0
_COLUMNS = "owner, who, host, machine, pid, started, since, expires"


@dataclass(frozen=True)
class InStateFile:
    """The store."""

    state: State
    task = "take the lock on this machine"
    rival = "another apply of this project to end"

    def take(self, entry: Entry) -> Refused | None:
        """None once the row is ours; else who has it."""
        with self.state.transaction() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM lease").fetchall()
            if rows:
                return Refused(_holder(rows[0]))
            process = entry.signature.process
            connection.execute(
                f"INSERT INTO lease (one, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    entry.owner,
                    *(process.get(name, "") for name in ("who", "host", "machine")),
                    int(process.get("pid") or 0),
                    process.get("started", ""),
                    entry.since.isoformat(),
                    entry.expires.isoformat(),
                ),
            )
        return None

    def renew(self, entry: Entry) -> bool:
        """False when the row is not ours any more."""
        with self.state.transaction() as connection:
            renewed = connection.execute(
                "UPDATE lease SET expires = ? WHERE owner = ?", (entry.expires.isoformat(), entry.owner)
            )
            return renewed.rowcount > 0

    def give_back(self, owner: str) -> None:
        """Delete the row, if it is still this owner's."""
        with self.state.transaction() as connection:
            connection.execute("DELETE FROM lease WHERE owner = ?", (owner,))

    def holder(self) -> Holder | None:
        """Who has the row, dead or alive."""
        rows = self.state.rows(f"SELECT {_COLUMNS} FROM lease")
        return _holder(rows[0]) if rows else None

    def take_away(self, holder: Holder) -> None:
        """A run that is still at work notices and stops."""
        self.give_back(holder.owner)

    def refusal(self, holder: Holder) -> LockHeld:
        """Somebody who shares this file applies."""
        return LockHeld(
            f"another apply of this project is running: {holder}",
            why=f"two at once would make things twice; its lease lasts until "
            f"{holder.expires.astimezone().isoformat(' ', 'seconds')} and is renewed while it runs",
            hint="wait for it (--lock-timeout SECONDS); if that process is gone: ",
        )


def lease(state: State, terms: LockTerms) -> Lock:
    """The lock in this file; the clock of the file counts."""
    return Lock(InStateFile(state), replace(terms, now=state.now))


def lease_terms(
    patience: float = 0.0, unlock_command: str = "reconciler unlock", waits: Waits | None = None
) -> LockTerms:
    """Terms of a lease; `patience` in seconds."""
    return LockTerms(
        seconds=SECONDS,
        beat=BEAT,
        patience=patience,
        unlock_command=unlock_command,
        waits=waits or Waits(),
    )


def holder_of(state: State) -> Holder | None:
    """Who holds the lease, dead or alive."""
    return InStateFile(state).holder()


def _holder(row: tuple[object, ...]) -> Holder:
    owner, who, host, machine, pid, started, since, expires = map(str, row)
    signature = Signature.of(Process(who, host, machine, int(pid), started))
    shown = datetime.fromisoformat(since).astimezone().isoformat(" ", "seconds")
    return Holder(owner, owner, signature, shown, datetime.fromisoformat(expires))
