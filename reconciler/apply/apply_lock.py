"""The right to write, the one object that carrying out a plan demands.

In: the state, the server and terms. Out: an ApplyLock while the block lasts; what a run left behind that died
before is cleared up first. It must not write resources.

    a whole run, or a shard     a lease in the state file for the whole run, and a lock on the server from the
                                moment something is to be made or deleted (`locked_for_run`)
    one user's set              the lock of that set on the server, and that of the project where an apply may
                                be at the same set: held before the plan is made (`locked_for_set`)

The order is fixed by the types: only a lock makes a Claimed of a plan, and only a Claimed can be carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from reconciler.apply.journal_entries import NO_RECORDS, JournalRecords, Records
from reconciler.apply.proposal import Proposal
from reconciler.apply.recheck import check_nothing_came
from reconciler.apply.recovery import settle
from reconciler.apply.write_records import check_unmoved
from reconciler.database.optional import without_file
from reconciler.errors import Diagnostic, Severity, StateError
from reconciler.lock import Lock, LockTerms, held
from reconciler.lock.in_state_file import lease, lease_terms
from reconciler.lock.names import project_lock, project_locks, set_lock, shard_lock, wait_for_rivals
from reconciler.lock.on_server import server_lock, take_away
from reconciler.plan import Plan
from reconciler.remote import Reader, Transport
from reconciler.remote.marks.record_blocks import Records as SetRecords
from reconciler.remote.write.safe_create import Doubt
from reconciler.state import Journal, State
from reconciler.values import Owner

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
Warn = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run makes sure that it is the only one."""

    lease: LockTerms = field(default_factory=lease_terms)
    server: LockTerms | None = None
    """None: there is no lock on the server."""
    shard: str = ""
    """Such as `2/5`: only the users of this part are worked on, and others at the other parts."""

    def name(self, project: str) -> str:
        """Name of the lock on the server."""
        return shard_lock(project, self.shard) if self.shard else project_lock(project)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A plan that nobody else disturbs while it is carried out. Only an ApplyLock makes one."""

    plan: Plan
    lock: ApplyLock
    records: SetRecords | None = None
    """The records of sets as they were read under the lock; None where that was not needed."""


class ApplyLock:
    """What a run that writes holds against everybody else."""

    def __init__(
        self, on_server: Collection[Lock] = (), lease: Lock | None = None, journal: Journal | None = None
    ) -> None:
        """All of these are held. A plan that is made while the locks on the server are needs no other."""
        self._on_server = list(on_server)
        self._lease = lease
        self._journal = journal

    @property
    def is_lost(self) -> bool:
        """Whether somebody took a lock away: nothing more may be started."""
        return any(lock is not None and lock.is_lost for lock in (self._lease, *self._on_server))

    @property
    def still_to_send(self) -> int:
        """Requests the end of the run will take."""
        return sum(not lock.is_abandoned for lock in self._on_server)

    def abandon(self) -> None:
        """Keep other machines out beyond this run: something is still under way on the server."""
        for lock in self._on_server:
            lock.abandon()

    def records(self, failed: Callable[[StateError], None]) -> Records:
        """The notes of this run, when there is a file to keep them in."""
        return JournalRecords(self._journal, failed) if self._journal else NO_RECORDS

    def claim(self, proposal: Proposal) -> Claimed:
        """The plan, once nobody else can disturb it.

        LockHeld when somebody else is at it; StalePlan when somebody was, after the plan was made.
        """
        return Claimed(proposal.plan, self)


class RunLock(ApplyLock):
    """Of a plan that is made before the lock on the server is taken."""

    def __init__(
        self,
        transport: Transport,
        project: str,
        terms: Terms,
        stack: ExitStack,
        lease: Lock | None,
        journal: Journal | None,
    ) -> None:
        super().__init__(lease=lease, journal=journal)
        self._transport = transport
        self._project = project
        self._terms = terms
        self._stack = stack
        self._records: SetRecords | None = None

    def claim(self, proposal: Proposal) -> Claimed:
        """Take the lock on the server where the plan makes or deletes something, then re-check the plan."""
        server = self._terms.server
        if server is None or not proposal.plan.needs_lock:
            return Claimed(proposal.plan, self, self._records)
        if not self._on_server:
            self._take(server, proposal.written_sets)
            self._records = check_unmoved(self._transport, proposal.plan)
            self._check_nothing_came(proposal, is_news=True)
        else:
            self._announce(server, proposal.written_sets)
            self._check_nothing_came(proposal, is_news=False)
        return Claimed(proposal.plan, self, self._records)

    def _take(self, server: LockTerms, sets: Collection[Owner]) -> None:
        name = self._terms.name(self._project)
        names = tuple(map(str, sets))
        self._on_server.append(self._stack.enter_context(server_lock(self._transport, name, server, names)))
        self._wait_for_rivals(server, sets)

    def _announce(self, server: LockTerms, sets: Collection[Owner]) -> None:
        """A plan that was made again may write more sets."""
        if self._on_server[0].announce(tuple(map(str, sets))):
            self._wait_for_rivals(server, sets)

    def _wait_for_rivals(self, server: LockTerms, sets: Collection[Owner]) -> None:
        # Of a shard and a whole run that hold theirs and see each other, the shard gives way.
        patient = replace(server, patience=0.0) if self._terms.shard else server
        wait_for_rivals(self._transport, self._project, self._terms.name(self._project), patient, sets)

    def _check_nothing_came(self, proposal: Proposal, *, is_news: bool) -> None:
        pruned = proposal.pruned_sets()
        if is_news or pruned:
            unknown = proposal.plan.looked_up if is_news else {}
            check_nothing_came(self._transport, self._project, unknown, pruned)


@contextmanager
def locked_for_run(
    state: State | None, transport: Transport, project: str, terms: Terms, doubt: Doubt, warn: Warn
) -> Iterator[ApplyLock]:
    """The lock of one run of the whole project, or of a shard; LockHeld when somebody else applies."""
    with ExitStack() as stack:
        journal, died_before, own = None, False, None
        try:
            if state is not None:
                own = stack.enter_context(held(lease(state, terms.lease)))
                journal = Journal(state, own.owner)
                unsettled = settle(journal, Reader(transport, project), doubt, state.now)
                died_before = own.took_over or bool(unsettled)
        except StateError as error:
            warn(without_file(error))
        if terms.server is None and own is None:
            warn(_UNLOCKED)
        if terms.server is not None and died_before:
            _clear_up(transport, project, terms.server)
        yield RunLock(transport, project, terms, stack, own, journal)


@contextmanager
def locked_for_set(transport: Transport, project: str, owner: Owner, terms: LockTerms) -> Iterator[ApplyLock]:
    """The lock of one user's set, which no apply can be at; LockHeld when somebody else makes it."""
    with server_lock(transport, set_lock(project, owner), terms) as lock:
        yield ApplyLock([lock])


@contextmanager
def locked_for_set_beside_applies(
    transport: Transport, project: str, owner: Owner, terms: LockTerms
) -> Iterator[ApplyLock]:
    """The same for a set that an apply may be at: the lock of the project as well, and no shard at work."""
    name, writes = project_lock(project), (str(owner), str(Owner()))
    with (
        server_lock(transport, name, terms, writes) as whole,
        server_lock(transport, set_lock(project, owner), terms) as own,
    ):
        wait_for_rivals(transport, project, name, terms)
        yield ApplyLock([whole, own])


def _clear_up(transport: Transport, project: str, terms: LockTerms) -> None:
    """Take away what runs of this machine left when they died."""
    for holder in project_locks(transport, project).values():
        if terms.is_dead(holder.signature.process):
            take_away(transport, holder)
