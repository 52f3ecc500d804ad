"""The right to write: leases that keep another apply out, and the journal that goes with them.

In: the cache, the server and the terms. Out: a Hold while the block lasts; a run that died before is cleared
up first. It must not write resources. Without a cache and without a lock on the server nothing keeps a second
apply out; that is said, and the apply goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from reconciler.cache import Cache, Journal, Lease, LeaseTerms, held
from reconciler.errors import CacheError, Diagnostic, Severity
from reconciler.execute.records import NO_RECORDS, JournalRecords, Records
from reconciler.execute.recovery import settle
from reconciler.remote import Reader, Transport
from reconciler.remote.certain import Doubt
from reconciler.remote.lock import RemoteLock, RemoteTerms, remotely_held

LOST = Diagnostic(
    "the lock was taken away while this apply ran; nothing more was started",
    why="somebody ran `reconciler unlock`, or this process stood still longer than its lease",
    hint="make sure no other apply runs, then run this again",
)
_UNLOCKED = Diagnostic(
    "without its cache nothing keeps a second apply of this project out",
    hint="make sure nobody else applies at the same time, or use --remote-lock",
    severity=Severity.WARNING,
)

CacheFailed = Callable[[CacheError], None]


@dataclass(frozen=True, slots=True)
class Hold:
    """What this run holds."""

    locks: tuple[Lease | RemoteLock, ...] = ()
    journal: Journal | None = None

    @property
    def is_lost(self) -> bool:
        """Whether somebody took a lock away: nothing more may be started."""
        return any(lock.is_lost for lock in self.locks)

    def records(self, failed: CacheFailed) -> Records:
        """The notes of this run, when there is a cache to keep them in."""
        return JournalRecords(self.journal, failed) if self.journal else NO_RECORDS


NO_HOLD = Hold()


@contextmanager
def exclusively(
    cache: Cache | None,
    transport: Transport,
    project: str,
    terms: tuple[LeaseTerms, RemoteTerms | None, Doubt],
    warn: Callable[[Diagnostic], None],
    failed: CacheFailed,
) -> Iterator[Hold]:
    """Hold everything for the time of the block; LockHeld when somebody else does."""
    lease_terms, remote_terms, doubt = terms
    locks: list[Lease | RemoteLock] = []
    journal = None
    with ExitStack() as stack:
        try:
            if cache is not None:
                lease = stack.enter_context(held(cache, lease_terms))
                locks.append(lease)
                journal = Journal(cache, lease.owner)
                settle(journal, Reader(transport, project), doubt, cache.now)
        except CacheError as error:
            failed(error)
        if remote_terms is not None:
            locks.append(stack.enter_context(remotely_held(transport, project, remote_terms)))
        if not locks:
            warn(_UNLOCKED)
        yield Hold(tuple(locks), journal)
