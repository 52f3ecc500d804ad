"""Ends one user's whole set, as somebody asks who leaves: planned, guarded and carried out like a destroy.

In: manifests, an owner and what the caller allows. Out: what was deleted, and the files it was saved to. The
project and the set are locked meanwhile, also against other machines. It must not touch other users' sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.apply import Outcome, Status
from reconciler.apply.apply_lock import Terms
from reconciler.apply.wait_for_idle import Patience
from reconciler.errors import Diagnostic, ReconcilerError, Refused, Severity, StalePlan, UnsafePlan
from reconciler.lock.in_state_file import lease_terms
from reconciler.lock.on_server import server_terms
from reconciler.manifest import Manifests
from reconciler.plan import PlanOptions
from reconciler.plan.model import Action, Plan
from reconciler.project.planned import Planned
from reconciler.project.project import Project
from reconciler.rules import Allowance, grant_of
from reconciler.runtime.provision import PATIENCE
from reconciler.runtime.services import Parts
from reconciler.values import Address, Desired, Owner, Scope, Selector

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

    def __init__(self, parts: Parts, manifests: Manifests, patience: float = PATIENCE) -> None:
        """`patience` is in seconds: for whoever applies, and for agents in the middle of a run."""
        self._parts = parts
        self._manifests = manifests
        self._patience = patience

    def deprovision(self, owner: Owner, allowance: Allowance) -> Deprovisioned:
        """See the module; UnsafePlan, with every objection, for what the rules do not let pass."""
        session = self._parts.session
        before = session.transport.counts
        with session.locked(Terms(lease_terms(self._patience), server_terms(self._patience))) as lock:
            planned, outcome = self._ended(Project(self._manifests, session, lock=lock), owner, allowance)
        after = session.transport.counts
        return Deprovisioned(
            owner,
            tuple(each.change.address for each in outcome.results if each.status is Status.DONE),
            tuple(Path(each.saved_at) for each in outcome.results if each.saved_at),
            after.reads - before.reads,
            after.writes - before.writes,
            (*self._of_documents(owner), *_warnings(planned.plan)),
        )

    def _ended(self, project: Project, owner: Owner, allowance: Allowance) -> tuple[Planned, Outcome]:
        """Plan the end of everything in this one set, declared or not, and carry it out; planned again where
        the world moved before the lock on the server was taken."""
        if owner.constellation not in self._manifests.constellations:
            self._check_known(owner)
        project = replace(project, wait=Patience(self._patience))
        planned = project.plan(Scope((Selector(str(owner)),)), _DESTROY, allowance)
        try:
            return planned, self._applied(planned, owner, allowance)
        except StalePlan:
            if planned.again is None:
                raise
            planned = planned.again()
            return planned, self._applied(planned, owner, allowance)

    def _applied(self, planned: Planned, owner: Owner, allowance: Allowance) -> Outcome:
        _check_whole(planned.plan, owner)
        try:
            outcome = planned.apply(allowance)
        finally:
            self._parts.directory.lose(owner)
        if not outcome.is_complete:
            raise _incomplete(owner, outcome)
        return outcome

    def _check_known(self, owner: Owner) -> None:
        """A set of which nothing is on the server, and whose constellation nobody declares, is a typo."""
        session = self._parts.session
        live = session.read(Desired(session.project), Scope((Selector(str(owner)),)))
        if not live.resources and owner not in live.records:
            self._manifests.with_user(owner.constellation, owner.user, {})  # says what there is

    def _of_documents(self, owner: Owner) -> tuple[str, ...]:
        is_named = owner.constellation in self._manifests.constellations and self._manifests.declares(owner)
        text = f"a document still declares user {owner.user!r}: the next apply makes the set again"
        return (text,) if is_named else ()


def _check_whole(plan: Plan, owner: Owner) -> None:
    """Refused where part of the set would stay."""
    refused = [each for each in plan.diagnostics if each.severity is Severity.REFUSED]
    if refused:
        first = refused[0]
        raise UnsafePlan(f"{first.address or owner}: {first.titled}", why=first.why, hint=first.hint)
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
    return "; ".join(part for part in (found.titled, found.hint) if part)


def _incomplete(owner: Owner, outcome: Outcome) -> ReconcilerError:
    failed = next((each for each in outcome.results if each.error is not None), None)
    done = sum(each.status is Status.DONE for each in outcome.results)
    return ReconcilerError(
        f"{failed.change.address if failed else owner} could not be deleted",
        why=failed.error.summary if failed and failed.error else "the run was stopped",
        hint=f"{done} of {len(outcome.results)} are gone; deprovision again: it deletes what is left",
    )
