"""A saved plan, brought before the server as it is now.

In: a session and a plan from a file. Out: a Proposal, or StalePlan. It must not write to the server, and
believes nothing of the file that the server or the project can tell.
"""

from __future__ import annotations

from reconciler.apply import hanging_run
from reconciler.apply.hanging_run import Running
from reconciler.apply.proposal import Proposal
from reconciler.apply.wait_for_idle import Patience, in_flight, until_idle
from reconciler.errors import Diagnostic, StalePlan
from reconciler.plan import Limits, Plan
from reconciler.plan.deferred import defer
from reconciler.plan.file.claims import counts_all, with_facts
from reconciler.plan.file.staleness import check_fresh, moved, taken_over, without_moved
from reconciler.plan.read_again import files_in_doubt, looked_at, scope_of
from reconciler.plan.records.next_record import with_records
from reconciler.project.planning import with_texts, with_what_is_lost, with_whole_blocks
from reconciler.project.session import Session
from reconciler.remote.read.running_agents import Runs
from reconciler.rules import Level
from reconciler.values import Live, Scope


def resume(
    session: Session,
    plan: Plan,
    wait: Patience | None = None,
    limits: Limits | None = None,
    skip_moved: bool = False,
) -> Proposal:
    """The plan, checked against the server as it is now, under the limits of its project.

    StalePlan when what the plan writes or relies on moved, or runs; `skip_moved` leaves that out instead,
    with what needs it.
    """
    live = session.read(looked_at(plan), scope_of(plan))
    if blocks := taken_over(plan):
        live = with_whole_blocks(session, live, blocks.values())
    if folders := files_in_doubt(plan, is_saved=True):
        live = with_texts(session, live, folders)
    if skip_moved:
        plan = without_moved(plan, moved(plan, live))
    else:
        check_fresh(plan, live)
    if limits is not None:
        plan = _with_facts(session, plan, live, limits)
    runs = Runs(session.transport)
    found = until_idle(plan, runs, wait) if wait else in_flight(plan, runs)
    for hanging in hanging_run.judge(Running(plan, found)):
        plan = _told(session, plan, hanging)
    running = found.running
    if running and not skip_moved:
        raise StalePlan(
            f"{len(running)} agent{'' if len(running) == 1 else 's'} of this plan are running right now",
            why=", ".join(sorted(running)),
            hint="wait for them (--wait), or make a new plan, which leaves them for later",
        )
    plan = with_records(defer(plan, running), live)
    return Proposal(with_what_is_lost(session, plan, live), live)


def _told(session: Session, plan: Plan, found: Diagnostic) -> Plan:
    """What came up about a plan that was shown: said now, or an error of the plan where it is one."""
    rules = plan.limits.rules
    if rules.says(found) is Level.ERROR:
        return plan.saying(found)
    if not rules.is_silent(found):
        session.warn(rules.levelled(found))
    return plan


def _with_facts(session: Session, plan: Plan, live: Live, limits: Limits) -> Plan:
    """What guards ask about the plan, from the server and the project instead of from its file."""
    if counts_all(plan, limits, len(live.resources)):
        live = session.read(looked_at(plan), Scope())
    return with_facts(plan, live, limits).saying()
