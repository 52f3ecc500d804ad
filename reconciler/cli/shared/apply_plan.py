"""From a plan to its outcome: shown, guarded, confirmed, done, accounted for. `apply` and `destroy` share it.

In: a plan and what the person allowed. Out: the exit status. An errored or unsafe plan is shown and refused.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.core import ParameterSource

from reconciler.cli.shared.confirm import confirm
from reconciler.cli.shared.output import say
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.show_plan import show
from reconciler.errors import REFUSED, Diagnostic, OutputLost, Severity, StalePlan
from reconciler.rules import REBUILT, RESTORED, Allowance
from reconciler.values import Selector, without_password

if TYPE_CHECKING:
    from reconciler.apply.outcome import Outcome
    from reconciler.cli.shared.project import Opened
    from reconciler.plan import Plan
    from reconciler.project.planned import Planned

Account: TypeAlias = Callable[["Outcome"], Mapping[str, Any]]
PARTIAL = 3
"""Something planned was not done."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person said beforehand, and how to say it again."""

    allowance: Allowance
    is_given: bool
    """--yes"""
    parallel: int
    verb: str
    again: str
    """The same command."""
    anew: str = ""
    """What makes a saved plan anew; empty where the same command plans anew."""

    @property
    def goes_on(self) -> str:
        """The command that goes on after a failure."""
        return self.anew or (f"{self.again} --yes" if self.is_given else self.again)

    @property
    def settles(self) -> str:
        """What does the rest, without a question."""
        return f"{self.anew}, then {self.again} --yes" if self.anew else f"{self.again} --yes"


def carry_out(
    opened: Opened,
    consent: Consent,
    screen: Screen,
    display: Callable[[], None] | None = None,
    account: Account | None = None,
) -> int:
    """Everything between a plan and the exit status.

    `display` shows more than the plan itself; `account` does and says what follows from the outcome, and
    gives what the JSON is to hold beside it.
    """
    from reconciler.project.planned import refuse_errors

    firm = opened.planned.plan.limits.rules.firm
    consent = replace(consent, allowance=consent.allowance.without(firm))
    trusted = consent.allowance.covers(REBUILT)
    planned = opened.planned.trusted() if trusted else opened.planned
    plan, place = planned.plan, opened.place
    screen.place(place.project, place.url)
    if display is None:
        show(plan, screen)
    else:
        display()
    refuse_errors(plan)
    planned.check(consent.allowance)
    if not (plan.is_empty or consent.is_given):
        say(err=True)
        confirm(f"{consent.verb} on {place.url}?", f"{consent.again} --yes")
    try:
        outcome = _applied(planned, consent, screen)
    except StalePlan as stale:
        if plan.is_empty:  # somebody else has just written the records
            outcome = _nothing_to_do()
        elif consent.is_given and planned.again is not None:
            screen.warn(_planned_again(stale))
            planned = replace(planned.again(), again=None)
            return carry_out(replace(opened, planned=planned), consent, screen, display, account)
        else:
            raise
    return _accounted(outcome, plan, consent, screen, account)


def _applied(planned: Planned, consent: Consent, screen: Screen) -> Outcome:
    """What came of the plan. Where nobody said yes, and nothing was asked as nothing is to be done, the
    records stay as they are, too."""
    if planned.is_empty and not consent.is_given:
        if consent.allowance.covers(RESTORED):
            planned.session.believe(planned.live)
        return _nothing_to_do()
    return planned.apply(
        consent.allowance,
        watch=lambda plan: screen.watching(len(plan.changes)),
        parallel=consent.parallel,
        recheck=not consent.is_given,  # a person took a while: the server may have moved meanwhile
    )


def _accounted(
    outcome: Outcome, plan: Plan, consent: Consent, screen: Screen, account: Account | None
) -> int:
    """Say what became of the plan; the exit status."""
    from reconciler.apply.outcome import Status
    from reconciler.report.text.words import count

    try:
        _finish(outcome, consent, screen, account)
    except OutputLost as lost:
        done = sum(result.status is Status.DONE for result in outcome.results)
        of = f"{done:,} of {count(len(outcome.results), 'change')}"
        screen.warn(Diagnostic(f"{of} done, but the report could not be written", why=lost.why))
        return outcome.exit_code if outcome.interrupted else PARTIAL
    return _with_deferred(outcome.exit_code, plan, consent, screen)


def _planned_again(stale: StalePlan) -> Diagnostic:
    return Diagnostic(f"{stale.summary}: planned again", why=stale.why, hint="", severity=Severity.WARNING)


def _with_deferred(status: int, plan: Plan, consent: Consent, screen: Screen) -> int:
    """An apply that left something for later is partial."""
    from reconciler.plan import Action
    from reconciler.report.text.words import LEFT_OUT, count

    deferred = [change for change in plan.kept if change.action is Action.DEFER]
    left_out = [change for change in deferred if change.reason in LEFT_OUT]
    busy = len(deferred) - len(left_out)
    if busy:
        screen.warn(
            Diagnostic(
                f"{count(busy, 'change')} left for later: agents have a run in flight",
                hint=f"{consent.again} --wait, or run it again when they are done",
                severity=Severity.WARNING,
            )
        )
    if left_out:
        screen.warn(
            Diagnostic(
                f"{count(len(left_out), 'change')} left out: the server moved since the plan was made",
                why=", ".join(str(change.address) for change in left_out),
                hint=f"review what they would be now: {consent.anew or consent.again}",
                severity=Severity.WARNING,
            )
        )
    return status or (PARTIAL if deferred else REFUSED if plan.has_refusals else 0)


def _nothing_to_do() -> Outcome:
    from reconciler.apply.outcome import Outcome

    return Outcome(())


def _finish(outcome: Outcome, consent: Consent, screen: Screen, account: Account | None) -> None:
    """Say what became of it; a reader that went away must not hide the exit status."""
    for owner, error in outcome.unrecorded.items():
        screen.warn(
            Diagnostic(
                f"the record of {owner} was not written: {error.summary}",
                why=error.why,
                hint=f"what was done stays done; this writes it: {consent.settles}",
                severity=Severity.WARNING,
            )
        )
    from reconciler.report.json_documents import outcome_document, to_text
    from reconciler.report.outcome import outcome_lines
    from reconciler.report.text.lines import BLANK

    with contextlib.suppress(BrokenPipeError):
        if outcome.results:
            screen.result([BLANK, *outcome_lines(outcome, consent.goes_on, screen.caps)])
        more = account(outcome) if account is not None else {}
        screen.document(lambda: to_text({**outcome_document(outcome, consent.goes_on), **more}))


def typed(ctx: click.Context) -> str:
    """The command line that does the same again, for a person to paste; it never asks for a yes."""
    words = list(ctx.command_path.split())
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(parameter.name or "")
        if source is ParameterSource.COMMANDLINE and parameter.name not in ("yes", "as_json", "json_into"):
            value = ctx.params[parameter.name or ""]
            words += _words(parameter, without_password(value) if parameter.name == "url" else value)
    return shlex.join(words)


def _words(parameter: click.Parameter, value: Any) -> list[str]:
    values = value if parameter.multiple or parameter.nargs == -1 else [value]
    texts = [each.pattern if isinstance(each, Selector) else _text(each) for each in values]
    if isinstance(parameter, click.Argument):
        return texts
    name = max(parameter.opts, key=len)
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return [name]
    return [word for text in texts for word in (name, text)]


def _text(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)
