"""A plan, and all that is needed to apply it.

In: a proposal and the session it was made in. Out: what can be asked of it, and the Outcome of applying it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from reconciler.apply import Observer, Outcome, Result
from reconciler.apply.apply_lock import ApplyLock, Terms
from reconciler.apply.proposal import Proposal
from reconciler.apply.wait_for_idle import Patience
from reconciler.drift import Baseline, DriftReport, drift_of
from reconciler.errors import ReconcilerError
from reconciler.lock.on_server import server_terms
from reconciler.manifest import Safety
from reconciler.plan import Change, Limits, Plan
from reconciler.plan.file.document import to_json
from reconciler.project import resuming
from reconciler.project.applying import carry_out, wait_for_files
from reconciler.project.files import Files
from reconciler.project.session import Session
from reconciler.rules import HISTORY_LOSS, REBUILT, RESTORED, Allowance
from reconciler.values import Live, Scope

NOTHING = Allowance()
EVERYTHING = Scope()
Watch = Callable[[Plan], AbstractContextManager[Observer]]
"""Who follows an apply, for the time of its writes."""


class Silent:
    """Follows an apply without a word."""

    def started(self, change: Change) -> None:
        """Nobody watches."""

    def finished(self, result: Result) -> None:
        """Nobody watches."""

    def stopping(self, running: int) -> None:
        """Nobody watches."""


@contextmanager
def silently(plan: Plan) -> Iterator[Observer]:
    """Nobody follows."""
    del plan
    yield Silent()


def with_lock_on_server() -> Terms:
    """Terms of a run that waits for nobody: a lease where there is a state file, and a lock on the server."""
    return Terms(server=server_terms())


@dataclass(frozen=True)
class Planned:
    """A plan of one project on one server, which `apply` carries out."""

    proposal: Proposal
    session: Session
    files: Files
    """Reads what the plan uploads."""
    scope: Scope = EVERYTHING
    """What the run is about."""
    lock: ApplyLock | None = None
    """Held since before the plan was made; without one `apply` takes its own."""
    terms: Terms = field(default_factory=with_lock_on_server)
    """Of the lock that `apply` takes."""
    wait: Patience | None = None
    """How long to wait until the server has processed the files it got."""
    again: Callable[[], Planned] | None = None
    """Plans anew; a saved plan cannot be."""

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.proposal.plan

    @property
    def live(self) -> Live:
        """The live state the plan was made from."""
        return self.proposal.live

    @property
    def changes(self) -> tuple[Change, ...]:
        """What an apply would change, in its order."""
        return self.plan.changes

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to change."""
        return self.plan.is_empty

    def to_json(self) -> str:
        """The plan as `plan -o` saves it and `apply FILE` reads it."""
        return to_json(self.plan)

    def drift(self, known: Baseline | None = None) -> DriftReport:
        """What moved on the server without the manifests, but for what a baseline knows."""
        return drift_of(self.plan, self.live, self.scope, known)

    def check(self, allowance: Allowance = NOTHING) -> None:
        """UnsafePlan when a rule objects that the allowance does not cover."""
        self.proposal.check(allowance)

    def trusted(self) -> Planned:
        """The same with records that are believed again, though they were made anew from marks."""
        return replace(self, proposal=self.proposal.trusted())

    def apply(
        self,
        allowance: Allowance = NOTHING,
        *,
        watch: Watch = silently,
        parallel: int = 8,
        recheck: bool = False,
    ) -> Outcome:
        """Check the rules, take the lock, re-check what the plan assumed, and carry it out.

        `parallel` is the number of changes at once, at most. `recheck` compares everything the plan writes
        or relies on with the server again, as after a person took a while. Raises UnsafePlan when a rule
        objects, ReconcilerError for a plan with errors, LockHeld when somebody else applies, StalePlan when
        somebody did since the plan was made; a change that fails is told in the Outcome.
        """
        allowance = allowance.without(self.plan.limits.rules.firm)
        planned = self.trusted() if allowance.covers(REBUILT) else self
        proposal, plan = planned.proposal, planned.plan
        refuse_errors(plan)
        proposal.check(allowance)
        if allowance.covers(RESTORED):
            self.session.believe(self.live)
        if plan.is_empty and not plan.records:
            return Outcome(())
        with self._locked() as lock:
            claimed = lock.claim(proposal)
            if recheck:
                resuming.resume(self.session, plan)
            with watch(plan) as observer:
                without_history = allowance.covers(HISTORY_LOSS)
                outcome = carry_out(
                    self.session, claimed, observer, self.files, parallel, without_history=without_history
                )
                return wait_for_files(self.session, outcome, self.wait) if self.wait else outcome

    def _locked(self) -> AbstractContextManager[ApplyLock]:
        return nullcontext(self.lock) if self.lock is not None else self.session.locked(self.terms)


def refuse_errors(plan: Plan) -> None:
    """ReconcilerError for a plan with errors, which is never applied."""
    if plan.has_errors:
        raise ReconcilerError(
            "nothing was applied: the plan has errors",
            why="they are listed with the plan",
            hint="mend the manifests, then run this again",
        )


def limits_of(safety: Safety) -> Limits:
    """What a project says under `safety`, as plans are held to it."""
    return Limits(safety.max_deletes, safety.max_overwrites, safety.max_change_percent, safety.rules)
