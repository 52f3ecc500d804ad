"""Carries a claimed plan out and remembers what became of it: records, cache, history.

In: a session, and a plan that a lock has claimed. Out: an Outcome that accounts for every change. It must not
plan, and it never runs without the lock.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.apply import Executor, Observer, Outcome, Status, base_texts
from reconciler.apply.agent_files import Archive, folder_of
from reconciler.apply.apply_lock import LOST, OUT_OF_TIME, Claimed
from reconciler.apply.backups import Forgetting, Vault, follow_moves
from reconciler.apply.file_processing import until_processed, with_sent_files
from reconciler.apply.wait_for_idle import Patience
from reconciler.apply.write_records import Remembered, Remembering
from reconciler.cache import Cache, CachedResource
from reconciler.database.optional import without_file
from reconciler.errors import Diagnostic, Severity, TimedOut
from reconciler.plan import Action
from reconciler.project.files import Files
from reconciler.project.session import Session
from reconciler.remote import Writer
from reconciler.remote.read.server_facts import FilesOfFolders
from reconciler.remote.write.agent_export import export_agent
from reconciler.remote.write.safe_create import CertainWriter
from reconciler.state import History, Serials, Texts, exports_beside, is_usual


def carry_out(
    session: Session,
    claimed: Claimed,
    observer: Observer,
    files: Files,
    parallel: int = 8,
    *,
    without_history: bool = False,
) -> Outcome:
    """Carry the plan out and note the new ids. What would end is put aside first; `without_history` goes on
    where the state cannot take an old value. The outcome counts all requests of this session."""
    lock, waits = claimed.lock, session.transport.waits
    vault = _vault(session, without_history)
    safe = Forgetting() if claimed.plan.erases else vault
    writer = Writer(session.transport, session.project, files)
    executor = Executor(
        CertainWriter(writer, session.reader, session.doubt),
        observer,
        parallel,
        records=lock.records(lambda error: session.warn(without_file(error))),
        safe=safe,
        may_go_on=lambda: not (lock.is_lost or waits.is_spent),
        left_behind=lock.abandon,
    )
    remembering = Remembering(session.transport, session.doubt, writer.made_at, under_lock=claimed.records)
    plan = remembering.begin(claimed.plan)
    outcome = replace(executor.execute(plan), not_kept=writer.not_kept())
    remembered = remembering.end(plan, outcome) if not outcome.left_running else Remembered()
    if lock.is_lost:
        session.warn(LOST)
    elif waits.is_spent and not outcome.is_complete:
        session.warn(OUT_OF_TIME)
    _remember_here(session, outcome, remembered)
    _say_where(session, vault)
    counts = session.transport.counts
    outcome = replace(
        outcome,
        reads=counts.reads,
        writes=counts.writes + lock.still_to_send,
        unrecorded=remembered.failed,
        serials={each.owner: each.serial for each in remembered.written},
        closed=writer.closed(),
    )
    return with_sent_files(outcome)


def wait_for_files(session: Session, outcome: Outcome, patience: Patience) -> Outcome:
    """Until the server has processed what was sent, or there is no time left; says what it could not."""
    try:
        waited = until_processed(outcome, FilesOfFolders(session.transport), patience)
    except TimedOut as late:
        session.warn(Diagnostic(late.summary, why=late.why, severity=Severity.WARNING))
        return outcome
    return replace(waited, reads=session.transport.counts.reads)


def _remember_here(session: Session, outcome: Outcome, remembered: Remembered) -> None:
    """What the files of this machine keep of a run."""
    with session.optional_cache() as cache:
        if cache is not None:
            _note(cache, outcome)
    with session.optional_state() as state:
        if state is not None:
            base_texts.note(Texts(state), outcome)
            follow_moves(History(state), outcome)
            Serials(state).believe(remembered.written)


def _vault(session: Session, without_history: bool) -> Vault:
    """Where values and agents go before they end."""
    history = History(session.state) if session.state is not None else None
    archive = Archive(
        folder_of(session.project, exports_beside(session.state.path if session.state else None)),
        lambda address, server_id: export_agent(session.transport, address, server_id),
    )
    return Vault(history, archive, without_history)


def _say_where(session: Session, vault: Vault) -> None:
    """A run in CI ends with its machine, and so does what it put aside."""
    if vault.kept and session.state is not None and is_usual(session.state.path):
        session.warn(
            Diagnostic(
                "old values and saved agents are on this machine only; RECONCILER_STATE says where else",
                why=f"history and restore read them from {session.state.path}",
                severity=Severity.NOTE,
            )
        )


def _note(cache: Cache, outcome: Outcome) -> None:
    done = [result for result in outcome.results if result.status is Status.DONE]
    gone = {r.change.address for r in done if r.change.action in (Action.DELETE, Action.FORGET)}
    cache.forget(gone)
    known = cache.ids()
    cache.remember(
        CachedResource(result.change.address, result.id, result.change.server_name)
        for result in done
        if result.change.address not in gone and result.id and known.get(result.change.address) != result.id
    )
