"""From what is desired to a plan: read, compare, look closer where the first reading does not tell.

In: a session, desired resources, a scope and options. Out: a Proposal. It must not write to the server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from reconciler.apply import base_texts, hanging_run
from reconciler.apply.hanging_run import Running
from reconciler.apply.proposal import Proposal
from reconciler.apply.wait_for_idle import Patience, in_flight, until_idle
from reconciler.compare import BaseText, no_base_text
from reconciler.database.optional import without_file
from reconciler.errors import Diagnostic, RemoteError
from reconciler.manifest.run_time_users import wants_more_secrets
from reconciler.plan import Limits, Plan, PlanOptions, held_at_run_time, make_plan
from reconciler.plan.consequences.background_agents import members_in_doubt, with_background
from reconciler.plan.consequences.context_windows import needs_windows
from reconciler.plan.consequences.erasing import with_erasures
from reconciler.plan.consequences.handles import EMBEDDINGS, MODELS, unknown, untold, written
from reconciler.plan.consequences.left_behind import ending_agents, with_leftovers
from reconciler.plan.consequences.unseen_losses import silent, with_losses
from reconciler.plan.consequences.used_elsewhere import taken, with_users
from reconciler.plan.deferred import defer
from reconciler.plan.read_again import files_in_doubt
from reconciler.plan.records.next_record import with_records
from reconciler.project.session import Session
from reconciler.remote.losses.attached import Attached
from reconciler.remote.losses.traces import Traces
from reconciler.remote.losses.what_agents_hold import Said
from reconciler.remote.marks.applied_values import Bases
from reconciler.remote.read.contradiction import contradiction
from reconciler.remote.read.running_agents import Runs
from reconciler.state import Texts
from reconciler.values import Desired, Live, Scope

Grow = Callable[[Live], Desired]
"""What is desired, once the server was read: users a program provisioned are known only there."""


def plan(
    session: Session,
    desired: Desired,
    scope: Scope,
    options: PlanOptions = PlanOptions(),
    limits: Limits = Limits(),
    grow: Grow | None = None,
    wait: Patience | None = None,
) -> Proposal:
    """Read and compare; `grow` adds what only the server knows to be wanted.

    What would disturb an agent with a run in flight is deferred, after waiting for it if `wait` is given.
    """
    before = session.transport.counts.reads
    made = _compare(session, desired, scope, options, grow)
    runs = Runs(session.transport)
    found = in_flight(made.plan, runs)
    if found.running and wait is not None:
        found = until_idle(made.plan, runs, wait)
        made = _compare(session, desired, scope, options, grow)
    hanging = tuple(hanging_run.judge(Running(made.plan, found)))
    planned = defer(made.plan, found.running)
    planned = with_records(planned, made.live)
    planned = with_what_is_lost(session, replace(planned, erases=options.erase), made.live)
    reads = session.transport.counts.reads - before
    planned = replace(planned, limits=limits, server=session.transport.server, reads=reads)
    return replace(made, plan=planned.saying(*hanging))


def with_texts(session: Session, live: Live, folders: Collection[str]) -> Live:
    """Live with these sources as they are when the texts of their files are read, too."""
    whole = session.reader.sources(folders)
    bases = Bases(live.records)
    found = {
        address: bases.of(whole[each.id]) if each.id in whole else each
        for address, each in live.resources.items()
    }
    return replace(live, resources=found)


def with_whole_blocks(session: Session, live: Live, ids: Collection[str]) -> Live:
    """Live with these unmanaged blocks as they are when they are read one by one, tags included."""
    if not ids:
        return live
    whole = session.reader.blocks(ids)
    return replace(live, unmanaged=tuple(whole.get(each.id, each) for each in live.unmanaged))


def _with_held_blocks(session: Session, desired: Desired, live: Live, scope: Scope, looked_at: Scope) -> Live:
    """Live with blocks that a plan may take over as they are; `looked_at` is what was read.

    Where one of these blocks bears our mark the list lacked it: the server is asked again. Refused when the
    list lacks it again.
    """
    live = with_whole_blocks(session, live, held_at_run_time(desired, live, scope))
    if not _unlisted(live):
        return live
    live = session.read(desired, looked_at)
    live = with_whole_blocks(session, live, held_at_run_time(desired, live, scope))
    if unlisted := _unlisted(live):
        raise contradiction(unlisted)
    return live


def _unlisted(live: Live) -> list[str]:
    """Blocks that hang on agents of ours, bear our mark and were in no list of blocks."""
    told = {*live.resources, *live.refused, *live.strangers, *live.copies, *live.duplicates}
    owners = {address.owner for address in live.resources if address.kind == "agent"}
    marks = (each.marker for each in live.unmanaged if each.kind == "block" and each.marker is not None)
    return sorted(
        str(each.address) for each in marks if each.address.owner in owners and each.address not in told
    )


def with_what_is_lost(session: Session, planned: Plan, live: Live) -> Plan:
    """The plan that says what others, and agents that seem silent, would lose by it."""
    beside = members_in_doubt(planned, live)
    found = session.reader.agents(beside) if beside else {}
    planned = with_background(planned, live, found)
    ending, deleted = silent(planned, live), taken(planned)
    said, leaving = Said(session.transport), ending_agents(planned)
    archives = said.archives(leaving) if leaving else {}
    if ending:
        without = frozenset(each for each, found in archives.items() if found == ())
        planned = with_losses(planned, said.holdings(ending, without))
    if leaving and not planned.erases:
        planned = with_leftovers(planned, live, archives)
    if planned.erases:
        planned = _with_erasures(session, planned, live)
    return with_users(planned, live, Attached(session.transport).to(deleted)) if deleted else planned


def _with_erasures(session: Session, planned: Plan, live: Live) -> Plan:
    records = {record.id for record in live.records.values()}
    traces = Traces(session.transport, {*live.ids.values(), *records})
    owners = sorted(
        {change.address.owner for change in planned.changes if not change.address.owner.is_shared}
    )
    ending = ending_agents(planned)
    by_set = {owner: traces.tagged(owner, ending) for owner in owners}
    return with_erasures(planned, traces.of(ending), by_set)


def _compare(
    session: Session, desired: Desired, scope: Scope, options: PlanOptions, grow: Grow | None
) -> Proposal:
    live = session.read(desired, scope)
    if grow is not None:
        wanted = grow(live)
        if wants_more_secrets(desired, wanted):
            live = session.read(wanted, scope)
        desired = wanted
    live = _with_held_blocks(session, desired, live, scope, scope)
    if needs_windows(desired, live):
        live = replace(live, windows=session.offers.windows())
    base_text = _base_text(session, desired, live)
    made = make_plan(desired, live, scope, options, base_text=base_text)
    if made.reaches_everybody and not scope.is_everything:
        whole = _with_held_blocks(session, desired, session.read(desired, Scope()), scope, Scope())
        live = replace(whole, windows=live.windows)
        made = make_plan(desired, live, scope, options, base_text=base_text)
    if folders := files_in_doubt(made):
        live = with_texts(session, live, folders)
        made = make_plan(desired, live, scope, options, base_text=base_text)
    if not options.by_program:
        made = _with_handles_checked(session, made, live, desired)
    return Proposal(made, live, desired)


def _with_handles_checked(session: Session, made: Plan, live: Live, desired: Desired) -> Plan:
    """The plan that says which of the handles it writes the server does not offer."""
    handles = written(made, live)
    found: list[Diagnostic] = []
    for kind in (MODELS, EMBEDDINGS):
        if wanted := handles.named(kind):
            try:
                found += unknown(handles, kind, session.offers.handles(kind, wanted), desired)
            except RemoteError as error:
                found.append(untold(kind, error.summary))
    return made.saying(*found) if found else made


def _base_text(session: Session, desired: Desired, live: Live) -> BaseText:
    """Where three-way merges start from, as far as a record or the state knows."""
    known: BaseText = no_base_text
    with session.optional_state() as state:
        if state is not None:
            texts = Texts(state)
            base_texts.learn(texts, desired, live)
            known = base_texts.remembering(texts, desired, lambda error: session.warn(without_file(error)))
    return base_texts.recorded(desired, live, known)
