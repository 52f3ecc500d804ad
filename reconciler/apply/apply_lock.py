"""The right to write: what keeps another apply out, and the journal that goes with it.

In: the state, the server and the terms. Out: a Hold while the block lasts; a run that died before is cleared
up first. It must not write resources.

    lease in the state      keeps out whoever shares the file, for the whole run
    lock on the server      keeps out everybody else, from the moment something is to be made or deleted
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TypeVar

from reconciler.apply.journal_entries import NO_RECORDS, JournalRecords, Records
from reconciler.apply.recovery import settle
from reconciler.errors import CacheError, Diagnostic, Severity, StateError
from reconciler.remote import Reader, Transport
from reconciler.remote.lock.lock_names import project_lock, project_locks, shard_lock, wait_for_rivals
from reconciler.remote.lock.mutex import RemoteLock, RemoteTerms, Signature, remotely_held, take_away
from reconciler.remote.marks.record_blocks import Records as SetRecords
from reconciler.remote.write.safe_create import PATIENCE, Doubt
from reconciler.state import Journal, Lease, LeaseTerms, State, held
from reconciler.state.process import Process, is_dead, this_process
from reconciler.values import Owner
from reconciler.waits import Waits

LOST = Diagnostic(
    "the lock was taken away while this apply ran; nothing more was started",
    why="somebody ran `reconciler unlock`, or this process stood still longer than its lease",
    hint="make sure no other apply runs, then run this again",
)
OUT_OF_TIME = Diagnostic(
    "the time that this run may wait (--timeout) is up; nothing more was started",
    why="the server did not answer in time",
    hint="run the same command again: it looks first and does the rest",
)
_UNLOCKED = Diagnostic(
    "without its state file and a lock on the server nothing keeps a second apply of this project out",
    hint="make sure nobody else applies at the same time, or leave out --no-remote-lock",
    severity=Severity.WARNING,
)

F = TypeVar("F")
StateFailed = Callable[[StateError], None]


class Hold:
    """What a run holds; the lock on the server is taken when it is claimed."""

    def __init__(
        self,
        lease: Lease | None = None,
        journal: Journal | None = None,
        take: Callable[[Collection[Owner]], RemoteLock] | None = None,
        look: Callable[[Collection[Owner]], None] = lambda sets: None,
        *,
        owns_shared: bool = True,
    ) -> None:
        self._lease = lease
        self._journal = journal
        self._take = take
        self._look = look
        self.records_read: SetRecords | None = None
        """What was read of the records once the lock was ours."""
        self.owns_shared = owns_shared
        """Whether the run is the one that writes what is shared."""
        self._remote: RemoteLock | None = None

    @property
    def is_lost(self) -> bool:
        """Whether somebody took a lock away: nothing more may be started."""
        return any(lock is not None and lock.is_lost for lock in (self._lease, self._remote))

    @property
    def is_claimed(self) -> bool:
        """Whether the lock on the server is ours."""
        return self._remote is not None

    def claim(self, sets: Collection[Owner]) -> bool:
        """Take the lock on the server for a run that writes these sets; whether that is news.

        LockHeld when somebody else has it, or provisions one of the sets.
        """
        if self._take is None:
            return False
        if self._remote is None:
            self._remote = self._take(sets)
            return True
        if self._remote.announce(tuple(map(str, sets))):
            self._look(sets)
        return False

    @property
    def still_to_send(self) -> int:
        """Requests the end of the run will take."""
        return int(self._remote is not None and not self._remote.is_abandoned)

    def abandon(self) -> None:
        """Keep other machines out beyond this run: something is still under way on the server."""
        if self._remote is not None:
            self._remote.abandon()

    def records(self, failed: StateFailed) -> Records:
        """The notes of this run, when there is a file to keep them in."""
        return JournalRecords(self._journal, failed) if self._journal else NO_RECORDS


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run makes sure that it is the only one."""

    lease: LeaseTerms = field(default_factory=LeaseTerms)
    remote: RemoteTerms | None = None
    """None: there is no lock on the server."""
    shard: str = ""
    """Such as `2/5`: only the users of this part are worked on, and others at the other parts."""

    @property
    def owns_shared(self) -> bool:
        """Whether the run is about the shared set, too."""
        return not self.shard or self.shard.startswith("1/")

    def lock(self, project: str) -> str:
        """Name of the lock on the server."""
        return shard_lock(project, self.shard) if self.shard else project_lock(project)


@contextmanager
def exclusively(
    state: State | None,
    transport: Transport,
    project: str,
    terms: Terms,
    doubt: Doubt,
    warn: Callable[[Diagnostic], None],
) -> Iterator[Hold]:
    """Hold what keeps others out for the time of the block; LockHeld when somebody else does."""
    lease = journal = None
    died_before = False
    with ExitStack() as stack:
        try:
            if state is not None:
                lease = stack.enter_context(held(state, terms.lease))
                journal = Journal(state, lease.owner)
                unsettled = settle(journal, Reader(transport, project), doubt, state.now)
                died_before = lease.took_over or bool(unsettled)
        except StateError as error:
            warn(without_file(error))
        remote, name = terms.remote, terms.lock(project)
        if remote is None:
            if lease is None:
                warn(_UNLOCKED)
            yield Hold(lease, journal)
            return
        if died_before:
            _clear_up(transport, project, remote)

        def take(sets: Collection[Owner]) -> RemoteLock:
            lock = stack.enter_context(remotely_held(transport, name, remote, tuple(map(str, sets))))
            look(sets)
            return lock

        def look(sets: Collection[Owner]) -> None:
            # Of a shard and a whole run that hold theirs and see each other, the shard gives way.
            patient = replace(remote, patience=0.0) if terms.shard else remote
            wait_for_rivals(transport, project, name, patient, sets)

        yield Hold(lease, journal, take, look, owns_shared=terms.owns_shared)


def signed(
    patience: float = 0.0,
    unlock_command: str = "reconciler unlock --remote-lock",
    settle: float = PATIENCE,
    waits: Waits | None = None,
) -> RemoteTerms:
    """Terms of a lock on the server, signed by this process; `patience` and `settle` in seconds."""
    me = this_process()
    signature = Signature(
        f"{me.who} on {me.host}, process {me.pid}", {key: str(value) for key, value in asdict(me).items()}
    )
    return RemoteTerms(
        signature,
        patience=patience,
        unlock_command=unlock_command,
        settle=settle,
        is_dead=_is_dead,
        waits=waits or Waits(),
    )


def without_file(error: CacheError) -> Diagnostic:
    """What to say when a run goes on without its cache, or its state."""
    missing = "the state file" if isinstance(error, StateError) else "the cache"
    why = "; ".join(part for part in (error.why, f"going on without {missing}") if part)
    return Diagnostic(error.summary, why=why, hint=error.hint, severity=Severity.WARNING)


def or_without(open_file: Callable[[], F], warn: Callable[[Diagnostic], None]) -> F | None:
    """What opens, or None where that file cannot be used, which is said."""
    try:
        return open_file()
    except CacheError as error:
        warn(without_file(error))
        return None


def _clear_up(transport: Transport, project: str, terms: RemoteTerms) -> None:
    """Take away what runs of this machine left when they died."""
    for holder in project_locks(transport, project).values():
        if terms.is_dead(holder.signature.process):
            take_away(transport, holder)


def _is_dead(process: Mapping[str, str]) -> bool:
    """Whether a process that signed a lock is known to be gone."""
    try:
        known = {name: process[name] for name in ("who", "host", "machine", "started")}
        return is_dead(Process(**known, pid=int(process["pid"])))
    except (KeyError, ValueError):
        return False
