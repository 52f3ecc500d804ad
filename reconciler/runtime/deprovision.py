"""Ends one user's whole set, as somebody asks who leaves: planned, guarded and carried out like a destroy.

In: manifests, an owner and what the caller allows. Out: what was deleted, and the files it was saved to. The
project and the set are locked meanwhile, also against other machines. It must not touch other users' sets.

Each call works in a session of its own on the same connection: what one run holds is nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.apply import Outcome, Result, Status
from reconciler.apply.apply_lock import Terms, signed
from reconciler.apply.wait_for_idle import Patience
from reconciler.errors import Diagnostic, ReconcilerError, Refused, Severity, StalePlan, UnsafePlan
from reconciler.manifest import Manifests
from reconciler.manifest.run_time_users import grown
from reconciler.plan import Limits, PlanOptions
from reconciler.plan.model import Action, Change, Plan
from reconciler.rules import HISTORY_LOSS, REBUILT, RESTORED, Allowance, grant_of
from reconciler.runtime.provision import PATIENCE
from reconciler.runtime.services import Parts
from reconciler.session import Planned, Session, Warn
from reconciler.state import LeaseTerms
from reconciler.values import Address, FileContent, Owner, Scope, Selector

_DESTROY = PlanOptions(destroy=True)


@dataclass(frozen=True, slots=True)
class Deprovisioned:
    """What became of one user's set; nothing deleted where nothing was there."""

    owner: Owner
    deleted: tuple[Address, ...] = ()
    saved: tuple[Path, ...] = ()
    """Files on this machine that hold what agents said and remembered. Where nothing may be kept of the
    person, delete them, and the `.messages.json` beside each."""
    reads: int = 0
    writes: int = 0
    warnings: tuple[str, ...] = ()
    """What the caller should know: a document still declares the user, or something stays on the server."""


def allowance_of(allow: Allowance | Iterable[str]) -> Allowance:
    """What `--allow` would say: `data-loss`, `deletes=12`, a code; ReconcilerError for no such rule."""
    if isinstance(allow, Allowance):
        return allow
    try:
        return Allowance(tuple(map(grant_of, [allow] if isinstance(allow, str) else allow)))
    except ValueError as error:
        raise ReconcilerError(str(error), hint='such as allow=["data-loss"]') from error


class Deprovisioning:
    """Ends sets of one project; thread-safe."""

    def __init__(self, parts: Parts, manifests: Manifests, warn: Warn, patience: float = PATIENCE) -> None:
        """`patience` is in seconds: for whoever applies, and for agents in the middle of a run."""
        self._parts = parts
        self._manifests = manifests
        self._warn = warn
        self._patience = patience

    def deprovision(self, owner: Owner, allowance: Allowance) -> Deprovisioned:
        """See the module; UnsafePlan, with every objection, for what the rules do not let pass."""
        shared = self._parts.session
        session = Session(shared.transport, shared.project, shared.cache, shared.state, self._warn)
        before = session.transport.counts
        with session.exclusive(Terms(LeaseTerms(patience=self._patience), signed(self._patience))):
            planned = self._claimed(session, owner, allowance)
            outcome = self._carried_out(session, planned, owner, allowance)
        after = session.transport.counts
        return Deprovisioned(
            owner,
            tuple(each.change.address for each in outcome.results if each.status is Status.DONE),
            tuple(Path(each.saved_at) for each in outcome.results if each.saved_at),
            after.reads - before.reads,
            after.writes - before.writes,
            (*self._of_documents(owner), *_warnings(planned.plan)),
        )

    def _claimed(self, session: Session, owner: Owner, allowance: Allowance) -> Planned:
        """A plan that the rules let pass, with everybody else kept out; made again where the world moved."""
        planned = self._checked(session, owner, allowance)
        try:
            session.claim(planned)
        except StalePlan:
            planned = self._checked(session, owner, allowance)
            session.claim(planned)
        return planned

    def _checked(self, session: Session, owner: Owner, allowance: Allowance) -> Planned:
        planned = self._plan(session, owner)
        if allowance.covers(REBUILT):
            planned = planned.trusted()
        self._check_known(planned, owner)
        _check_whole(planned.plan, owner)
        planned.check(allowance)
        if allowance.covers(RESTORED):
            session.believe(planned.live)
        return planned

    def _plan(self, session: Session, owner: Owner) -> Planned:
        """The end of everything in this one set, declared or not."""
        scope = Scope((Selector(str(owner)),))
        desired = replace(self._manifests.desired(scope), project=session.project)
        safety = self._manifests.settings.safety
        return session.plan(
            desired,
            scope,
            _DESTROY,
            Limits(safety.max_deletes, safety.max_overwrites, safety.max_change_percent),
            grow=lambda live: grown(self._manifests, desired, live, scope),
            wait=Patience(self._patience),
        )

    def _check_known(self, planned: Planned, owner: Owner) -> None:
        """A set that is on no server and whose constellation nobody declares is a typo."""
        is_there = planned.plan.changes or planned.plan.kept or owner in planned.live.records
        if not is_there and owner.constellation not in self._manifests.constellations:
            self._manifests.with_user(owner.constellation, owner.user, {})  # says what there is

    def _carried_out(self, session: Session, planned: Planned, owner: Owner, allowance: Allowance) -> Outcome:
        plan = planned.plan
        if plan.is_empty and not plan.records:
            return Outcome(())
        try:
            kept = allowance.covers(HISTORY_LOSS)
            outcome = session.execute(plan, _Unwatched(), _no_file, without_history=kept)
        finally:
            self._parts.directory.lose(owner)
        if not outcome.is_complete:
            raise _incomplete(owner, outcome)
        return outcome

    def _of_documents(self, owner: Owner) -> tuple[str, ...]:
        is_named = owner.constellation in self._manifests.constellations and self._manifests.declares(owner)
        text = f"a document still declares user {owner.user!r}: the next apply makes the set again"
        return (text,) if is_named else ()


def _check_whole(plan: Plan, owner: Owner) -> None:
    """Refused where part of the set would stay."""
    refused = [each for each in plan.diagnostics if each.severity is Severity.REFUSED]
    if refused:
        first = refused[0]
        raise UnsafePlan(f"{first.address or owner}: {first.summary}", why=first.why, hint=first.hint)
    busy = [each.address for each in plan.kept if each.action is Action.DEFER]
    if busy:
        raise Refused(
            f"{owner} is in use; nothing was deleted",
            why=f"{', '.join(map(str, busy))} would end in the middle of a run",
            hint="agent.cancel() ends what an agent is at; then try again",
        )


def _warnings(plan: Plan) -> tuple[str, ...]:
    found = (each for each in plan.diagnostics if each.severity is Severity.WARNING)
    return tuple(_line(each) for each in found)


def _line(found: Diagnostic) -> str:
    return "; ".join(part for part in (found.summary, found.hint) if part)


def _incomplete(owner: Owner, outcome: Outcome) -> ReconcilerError:
    failed = next((each for each in outcome.results if each.error is not None), None)
    done = sum(each.status is Status.DONE for each in outcome.results)
    return ReconcilerError(
        f"{failed.change.address if failed else owner} could not be deleted",
        why=failed.error.summary if failed and failed.error else "the run was stopped",
        hint=f"{done} of {len(outcome.results)} are gone; deprovision again: it deletes what is left",
    )


def _no_file(content: FileContent) -> bytes:
    raise ReconcilerError(f"nothing is uploaded where a set ends: {content.path}")


class _Unwatched:
    def started(self, change: Change) -> None:
        """Nobody watches."""

    def finished(self, result: Result) -> None:
        """Nobody watches."""

    def stopping(self, running: int) -> None:
        """Nobody watches."""
