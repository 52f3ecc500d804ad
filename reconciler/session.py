"""One project on one server: read it, plan, carry plans out, remember.

In: a transport, the name of a project, a cache and a state that may be missing. Out: plans with everything
needed to apply them, and outcomes. The command line and programs both go through here: there is one flow.
Planning is never handed anything that can write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from reconciler.apply import Executor, Observer, Outcome, Status, base_texts
from reconciler.apply.agent_files import Archive, default_folder
from reconciler.apply.apply_lock import LOST, OUT_OF_TIME, Hold, Terms, exclusively, without_file
from reconciler.apply.backups import Vault, follow_moves
from reconciler.apply.file_processing import until_processed, with_sent_files
from reconciler.apply.recheck import check_nothing_came
from reconciler.apply.wait_for_idle import Patience, hanging_runs, in_flight, until_idle
from reconciler.apply.write_records import Remembered, Remembering, check_unmoved
from reconciler.cache import Cache, CachedResource, remembered
from reconciler.compare import BaseText, no_base_text
from reconciler.errors import CacheError, Diagnostic, Severity, StalePlan, StateError, TimedOut
from reconciler.guard import Allowance, check
from reconciler.manifest.run_time_users import wants_more_secrets
from reconciler.plan import Action, Limits, Plan, PlanOptions, Reason, held_at_run_time, make_plan
from reconciler.plan.consequences.background_agents import members_in_doubt, with_background
from reconciler.plan.consequences.context_windows import needs_windows
from reconciler.plan.consequences.unseen_losses import silent, with_losses
from reconciler.plan.consequences.used_elsewhere import taken, with_users
from reconciler.plan.deferred import defer
from reconciler.plan.file.claims import counts_all, with_facts
from reconciler.plan.file.staleness import check_fresh, moved, taken_over, without_moved
from reconciler.plan.identity.set_back import set_back
from reconciler.plan.read_again import files_in_doubt, looked_at, scope_of
from reconciler.plan.records.next_record import trusted, with_records
from reconciler.remote import Reader, Survey, Transport, Writer
from reconciler.remote.marks.applied_values import Bases
from reconciler.remote.read.attached import Attached
from reconciler.remote.read.running_agents import Runs
from reconciler.remote.read.server_facts import FilesOfFolders
from reconciler.remote.read.what_agents_hold import Said
from reconciler.remote.write.agent_export import export_agent
from reconciler.remote.write.safe_create import CertainWriter, Doubt
from reconciler.state import History, Serials, State, Texts
from reconciler.values import (
    NO_SERIALS,
    Address,
    Desired,
    FileContent,
    Live,
    Owner,
    Scope,
    serials_of,
)

Warn = Callable[[Diagnostic], None]
Grow = Callable[[Live], Desired]
"""What is desired, once the server was read: users a program provisioned are known only there."""
Files = Callable[[FileContent], bytes]
"""The bytes of a file of the project."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the world it was made in."""

    plan: Plan
    live: Live

    def check(self, allowance: Allowance) -> None:
        """UnsafePlan when the guards object."""
        check(self.plan, self.live, allowance)

    def trusted(self) -> Planned:
        """The same with records that are believed again, though they were made anew from marks."""
        return replace(self, plan=trusted(self.plan, self.live))

    def pruned_sets(self) -> dict[Owner, int]:
        """Users of whom nothing is declared any more and everything goes, with the number of the last write
        of their record, 0 where there is none."""
        going = {change.address for change in self.plan.changes if change.reason is Reason.NOT_DECLARED}
        staying = {address.owner for address in self.live.resources.keys() - going}
        pruned = {address.owner for address in going} - staying - {Owner()}
        return serials_of(self.live.records, sorted(pruned, key=str))


class Session:
    """Owns a transport and, where there are some, cache and state; close it, or use it in a `with`."""

    def __init__(
        self,
        transport: Transport,
        project: str,
        cache: Cache | None,
        state: State | None,
        warn: Warn,
        doubt: Doubt | None = None,
        expected: Mapping[Owner, int] = NO_SERIALS,
    ) -> None:
        """`expected` are numbers of the last write that records of sets must have reached."""
        self.transport = transport
        self.project = project
        self.cache = cache
        self.state = state
        self._warn = warn
        self._doubt = doubt or Doubt()
        self._hold = Hold()
        self._expected = expected

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections and files."""
        self.transport.close()
        for file in (self.cache, self.state):
            if file is not None:
                file.close()

    def read(self, desired: Desired, scope: Scope) -> Live:
        """What the server has within the scope; the cache is brought up to date with it."""
        known: Mapping[Address, str] = {}
        with self._optional_cache() as cache:
            if cache is not None:
                known = cache.ids()
        live = Reader(self.transport, self.project).read(desired, scope, known)
        with self._optional_cache() as cache:
            if cache is not None and scope.is_everything:
                cache.replace_all(None, remembered(live))
            elif cache is not None:
                cache.remember(remembered(live))
        return replace(live, set_back=set_back(live.records, self._seen(live, scope), self._expected))

    def believe(self, live: Live) -> None:
        """Go on from the records as they are, though higher numbers were seen: a person has looked."""
        with self._optional_state() as state:
            if state is not None:
                Serials(state).believe(
                    live.records[owner] for owner in live.set_back if owner in live.records
                )

    def _seen(self, live: Live, scope: Scope) -> Mapping[Owner, int]:
        """Higher numbers of writes than those of the records, as far as the state remembers one."""
        with self._optional_state() as state:
            if state is not None:
                return Serials(state).learn(live.records, is_everything=scope.is_everything)
        return {}

    def survey(self) -> Survey:
        """Everything on the server, ours or not; the cache has no part in it."""
        return Reader(self.transport, self.project).survey()

    def plan(
        self,
        desired: Desired,
        scope: Scope,
        options: PlanOptions = PlanOptions(),
        limits: Limits = Limits(),
        grow: Grow | None = None,
        wait: Patience | None = None,
    ) -> Planned:
        """Read and compare; `grow` adds what only the server knows to be wanted.

        What would disturb an agent with a run in flight is deferred, after waiting for it if `wait` is given.
        """
        before = self.transport.counts.reads
        planned = self._compare(desired, scope, options, grow)
        runs = Runs(self.transport)
        found = in_flight(planned.plan, runs)
        if found.running and wait is not None:
            found = until_idle(planned.plan, runs, wait)
            planned = self._compare(desired, scope, options, grow)
        said = (*planned.plan.diagnostics, *hanging_runs(planned.plan, found))
        plan = defer(replace(planned.plan, diagnostics=said), found.running)
        plan = with_records(plan, planned.live)
        plan = self._with_losses(plan, planned.live)
        reads = self.transport.counts.reads - before
        plan = replace(plan, limits=limits, server=self.transport.server, reads=reads)
        return replace(planned, plan=plan)

    def _compare(self, desired: Desired, scope: Scope, options: PlanOptions, grow: Grow | None) -> Planned:
        live = self.read(desired, scope)
        if grow is not None:
            wanted = grow(live)
            if wants_more_secrets(desired, wanted):
                live = self.read(wanted, scope)
            desired = wanted
        live = self._with_whole_blocks(live, held_at_run_time(desired, live, scope))
        if needs_windows(desired, live):
            live = replace(live, windows=Reader(self.transport, self.project).windows())
        base_text = self._base_text(desired, live)
        plan = make_plan(desired, live, scope, options, base_text=base_text)
        if plan.reaches_everybody and not scope.is_everything:
            live = replace(self.read(desired, Scope()), windows=live.windows)
            live = self._with_whole_blocks(live, held_at_run_time(desired, live, scope))
            plan = make_plan(desired, live, scope, options, base_text=base_text)
        if folders := files_in_doubt(plan):
            live = self._with_texts(live, folders)
            plan = make_plan(desired, live, scope, options, base_text=base_text)
        return Planned(plan, live)

    def _with_texts(self, live: Live, folders: Collection[str]) -> Live:
        """Live with these sources as they are when the texts of their files are read, too."""
        whole = Reader(self.transport, self.project).sources(folders)
        bases = Bases(live.records)
        found = {
            address: bases.of(whole[each.id]) if each.id in whole else each
            for address, each in live.resources.items()
        }
        return replace(live, resources=found)

    def _with_whole_blocks(self, live: Live, ids: Collection[str]) -> Live:
        """Live with these unmanaged blocks as they are when they are read one by one, tags included."""
        if not ids:
            return live
        whole = Reader(self.transport, self.project).blocks(ids)
        return replace(live, unmanaged=tuple(whole.get(each.id, each) for each in live.unmanaged))

    def _with_losses(self, plan: Plan, live: Live) -> Plan:
        """The plan that says what others, and agents that seem silent, would lose by it."""
        beside = members_in_doubt(plan, live)
        found = Reader(self.transport, self.project).agents(beside) if beside else {}
        plan = with_background(plan, live, found)
        ending, deleted = silent(plan, live), taken(plan)
        if ending:
            plan = with_losses(plan, Said(self.transport).holdings(ending))
        return with_users(plan, live, Attached(self.transport).to(deleted)) if deleted else plan

    def resume(
        self, plan: Plan, wait: Patience | None = None, limits: Limits | None = None, skip_moved: bool = False
    ) -> Planned:
        """A saved plan, checked against the server as it is now, under the limits of its project.

        StalePlan when what the plan writes or relies on moved, or runs; `skip_moved` leaves that out instead,
        with what needs it.
        """
        live = self.read(looked_at(plan), scope_of(plan))
        if blocks := taken_over(plan):
            live = self._with_whole_blocks(live, blocks.values())
        if folders := files_in_doubt(plan, is_saved=True):
            live = self._with_texts(live, folders)
        if skip_moved:
            plan = without_moved(plan, moved(plan, live))
        else:
            check_fresh(plan, live)
        if limits is not None:
            plan = self._with_facts(plan, live, limits)
        runs = Runs(self.transport)
        found = until_idle(plan, runs, wait) if wait else in_flight(plan, runs)
        for hanging in hanging_runs(plan, found):
            self._warn(hanging)
        running = found.running
        if running and not skip_moved:
            raise StalePlan(
                f"{len(running)} agent{'' if len(running) == 1 else 's'} of this plan are running right now",
                why=", ".join(sorted(running)),
                hint="wait for them (--wait), or make a new plan, which leaves them for later",
            )
        return Planned(self._with_losses(with_records(defer(plan, running), live), live), live)

    def _with_facts(self, plan: Plan, live: Live, limits: Limits) -> Plan:
        """What guards ask about the plan, from the server and the project instead of from its file."""
        if counts_all(plan, limits, len(live.resources)):
            live = self.read(looked_at(plan), Scope())
        return with_facts(plan, live, limits)

    def execute(
        self,
        plan: Plan,
        observer: Observer,
        files: Files,
        parallel: int = 8,
        *,
        without_history: bool = False,
    ) -> Outcome:
        """Carry the plan out and note the new ids. What would end is put aside first; `without_history` goes
        on where the state cannot take an old value. The outcome counts all requests of this session."""
        writer = Writer(self.transport, self.project, files)
        certain = CertainWriter(writer, Reader(self.transport, self.project), self._doubt)
        hold, waits = self._hold, self.transport.waits
        executor = Executor(
            certain,
            observer,
            parallel,
            records=hold.records(self._go_on_without),
            safe=self._vault(without_history),
            may_go_on=lambda: not (hold.is_lost or waits.is_spent),
            left_behind=hold.abandon,
        )
        remembering = Remembering(
            self.transport, self._doubt, writer.made_at, hold.owns_shared, under_lock=hold.records_read
        )
        plan = remembering.begin(plan)
        outcome = executor.execute(plan)
        remembered_sets = remembering.end(plan, outcome) if not outcome.left_running else Remembered()
        if hold.is_lost:
            self._warn(LOST)
        elif waits.is_spent and not outcome.is_complete:
            self._warn(OUT_OF_TIME)
        with self._optional_cache() as cache:
            if cache is not None:
                _note(cache, outcome)
        with self._optional_state() as state:
            if state is not None:
                base_texts.note(Texts(state), outcome)
                follow_moves(History(state), outcome)
                Serials(state).believe(remembered_sets.written)
        counts = self.transport.counts
        writes = counts.writes + hold.still_to_send
        outcome = replace(
            outcome,
            reads=counts.reads,
            writes=writes,
            unrecorded=remembered_sets.failed,
            serials={each.owner: each.serial for each in remembered_sets.written},
            closed=writer.closed(),
        )
        return with_sent_files(outcome)

    def wait_for_files(self, outcome: Outcome, patience: Patience) -> Outcome:
        """Until the server has processed what was sent, or there is no time left; says what it could not."""
        try:
            waited = until_processed(outcome, FilesOfFolders(self.transport), patience)
        except TimedOut as late:
            self._warn(Diagnostic(late.summary, why=late.why, severity=Severity.WARNING))
            return outcome
        return replace(waited, reads=self.transport.counts.reads)

    @contextmanager
    def exclusive(self, terms: Terms) -> Iterator[None]:
        """The one apply of this project while the block lasts; LockHeld when there is another."""
        with exclusively(
            self.state, self.transport, self.project, terms, self._doubt, self._warn
        ) as self._hold:
            try:
                yield
            finally:
                self._hold = Hold()

    def claim(self, planned: Planned) -> None:
        """Keep everybody out, also from other machines, before anything is made or deleted.

        LockHeld when somebody else is at it; StalePlan when somebody was, after this plan was made.
        """
        if not planned.plan.needs_lock:
            return
        pruned = planned.pruned_sets()
        is_news = self._hold.claim({each.after.owner for each in planned.plan.records} - {*pruned})
        if is_news:
            self._hold.records_read = check_unmoved(self.transport, planned.plan)
        if is_news or (self._hold.is_claimed and pruned):
            unknown = planned.plan.looked_up if is_news else {}
            check_nothing_came(self.transport, self.project, unknown, pruned)

    def _go_on_without(self, error: StateError) -> None:
        self._warn(without_file(error))

    def _base_text(self, desired: Desired, live: Live) -> BaseText:
        """Where three-way merges start from, as far as a record or the state knows."""
        known: BaseText = no_base_text
        with self._optional_state() as state:
            if state is not None:
                texts = Texts(state)
                base_texts.learn(texts, desired, live)
                known = base_texts.remembering(texts, desired, lambda error: self._warn(without_file(error)))
        return base_texts.recorded(desired, live, known)

    def _vault(self, without_history: bool) -> Vault:
        """Where values and agents go before they end."""
        history = History(self.state) if self.state is not None else None
        archive = Archive(
            default_folder(self.project),
            lambda address, server_id: export_agent(self.transport, address, server_id),
        )
        return Vault(history, archive, without_history)

    @contextmanager
    def _optional_cache(self) -> Iterator[Cache | None]:
        """The cache saves requests; without it everything still works."""
        try:
            yield self.cache
        except CacheError as error:
            self._warn(without_file(error))

    @contextmanager
    def _optional_state(self) -> Iterator[State | None]:
        """The state keeps what the server does not; without it plans are carried out all the same."""
        try:
            yield self.state
        except StateError as error:
            self._warn(without_file(error))


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
