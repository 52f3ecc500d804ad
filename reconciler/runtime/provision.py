"""Get-or-create of one user's whole set, at once from as many places as there are.

In: manifests, an owner and its parameters. Out: what was done. Nothing is asked when memory or the cache know
every resource of the set and the same parameters. Else the server is asked once, and only when something is
missing the set is locked, read again, planned and carried out like any apply.

    nothing of the set is there     its own lock: users do not wait for each other
    anything else is to be made     the lock of the project as well, as an apply may be at the same set
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.apply import Outcome, Result
from reconciler.apply.apply_lock import ApplyLock, locked_for_set, locked_for_set_beside_applies
from reconciler.apply.proposal import Proposal
from reconciler.cache import CachedResource, group_document
from reconciler.errors import Diagnostic, ManifestError, ReconcilerError, Severity, UnsafePlan
from reconciler.guard.restored import restored
from reconciler.lock import LockTerms
from reconciler.lock.names import is_being_applied
from reconciler.lock.on_server import server_terms
from reconciler.manifest import Manifests
from reconciler.manifest.run_time_users import with_users
from reconciler.plan import Limits, PlanOptions
from reconciler.plan.by_program import differs, restrained
from reconciler.plan.model import Plan
from reconciler.plan.notices.identity.second_copy import second_copies
from reconciler.plan.records.next_record import with_records
from reconciler.project import planning
from reconciler.project.applying import carry_out
from reconciler.project.files import file_below
from reconciler.project.planned import Silent
from reconciler.record import has_left, is_tombstone, set_digest
from reconciler.rules import BEYOND_LIMITS, RESTORED, Allowance
from reconciler.runtime.errors import UserLeft
from reconciler.runtime.services import Parts
from reconciler.values import (
    SHARED,
    Address,
    Desired,
    DesiredResource,
    Live,
    Owner,
    Scope,
    Selector,
    digest,
)

PATIENCE = 120.0
"""Seconds to wait for whoever makes the same set, or applies to it."""
_Call = tuple[Owner, str, int, bool]
"""For whom, the parameters, how often something of the set was found missing, and whether to rejoin."""
_PARAMETERS = "parameters"
"""Beside the fields of a resource in the cache: what a program gave its user."""
_ALLOWED = BEYOND_LIMITS.plus(Allowance.of(RESTORED))
"""A new user waits for nobody who could look at a plan; that a server was set back is a warning."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What became of one user's set."""

    owner: Owner
    changes: int = 0
    """Resources made or brought up to date; 0 when all was there."""
    reads: int = 0
    writes: int = 0
    differs_from_last_apply: bool = False
    """Whether the set was last written from other manifests, or with other settings, than those here. What an
    apply wrote stays as it is then."""
    warnings: tuple[str, ...] = ()
    """What was asked for and not done, such as parameters of a user whom a document names; what another
    project has already; and users who only look different from this one."""


class Provisioning:
    """Provisions users of one project; thread-safe."""

    def __init__(self, parts: Parts, manifests: Manifests, terms: LockTerms | None = None) -> None:
        self._parts = parts
        self._manifests = manifests
        self._terms = terms or server_terms(PATIENCE, waits=parts.session.transport.waits)
        self._done: dict[Owner, tuple[_Call, Provisioned]] = {}
        self._locks: dict[Owner, threading.Lock] = {}
        self._guard = threading.Lock()

    def provision(self, owner: Owner, parameters: Mapping[str, Any], *, rejoin: bool = False) -> Provisioned:
        """See the module; ManifestError when the parameters do not fit the template.

        UserLeft for one whose set an apply ended, unless `rejoin` says that the user is welcome again. A user
        whom the manifests named when an apply wrote the set, and name no more, is then the program's, too.
        """
        key = (owner, _as_text(parameters), self._parts.directory.losses(owner), rejoin)
        if (done := self._already(owner, key)) is not None:
            return done
        with self._lock_of(owner):
            if (done := self._already(owner, key)) is not None:
                return done
            before = self._parts.session.transport.counts
            desired, scope = self._desired(owner, parameters)
            alike = (each.summary for each in self._manifests.alike(owner))
            warnings = (*alike, *self._overruled(owner, parameters, desired))
            made = Provisioned(owner, warnings=warnings)
            if rejoin or not self._is_known(desired, owner):
                complete = self._complete(desired, scope, owner, rejoin=rejoin)
                made = replace(complete, warnings=(*warnings, *complete.warnings))
            self._done[owner] = (key, replace(made, changes=0))
            after = self._parts.session.transport.counts
            return replace(made, reads=after.reads - before.reads, writes=after.writes - before.writes)

    def _already(self, owner: Owner, key: _Call) -> Provisioned | None:
        """What came of the same call before, when nothing was lost since."""
        known = self._done.get(owner)
        return known[1] if known is not None and known[0] == key else None

    def _desired(self, owner: Owner, parameters: Mapping[str, Any]) -> tuple[Desired, Scope]:
        """What the template makes of this user; the shared set comes along."""
        if owner.constellation not in self._manifests.constellations:
            self._manifests.with_user(owner.constellation, owner.user, {})  # says what there is
        scope = Scope((Selector(SHARED), Selector(str(owner))))
        if self._manifests.declares(owner):
            return self._named(self._manifests.desired(scope)), scope
        shared = self._manifests.only_users({}).desired(scope)
        return self._named(with_users(self._manifests, shared, {owner: parameters}, scope)), scope

    def _overruled(self, owner: Owner, parameters: Mapping[str, Any], desired: Desired) -> tuple[str, ...]:
        """A document that names the user wins over other parameters than its own, and that is said."""
        if not parameters or not self._manifests.declares(owner):
            return ()
        given = self._manifests.only_users({owner: parameters}).desired(Scope((Selector(str(owner)),)))
        mine = (each for each in desired if each.address.owner == owner)
        if set_digest(each for each in given if each.address.owner == owner) == set_digest(mine):
            return ()
        return (
            f"user {owner.user!r} of {owner.constellation!r} is declared in the manifests, with other "
            "parameters or overrides than the given ones: those of the document count",
        )

    def _named(self, desired: Desired) -> Desired:
        return replace(desired, project=self._parts.session.project)

    def _is_known(self, desired: Desired, owner: Owner) -> bool:
        """Whether every resource has an id in memory or cache; those of a user no document names must have
        been seen with what the parameters make of them."""
        for resource in desired:
            known = self._parts.directory.cached(resource.address)
            if known is None:
                return False
            is_of_program = resource.address.owner == owner and owner in desired.run_time
            if is_of_program and known.base != _applied(resource, desired.run_time[owner]):
                return False
        return True

    def _complete(self, desired: Desired, scope: Scope, owner: Owner, *, rejoin: bool) -> Provisioned:
        """Without a lock when it turns out that nothing is missing, which of a new user is not even asked."""
        taken_over = frozenset({owner} if rejoin else ())
        if owner not in desired.run_time or self._parts.directory.has_record(owner):
            found = self._plan(desired, scope, taken_over)
            if found.plan.is_empty and not _gives(found.plan, owner):
                return self._end(desired, found, owner, None)
        session = self._parts.session
        place = session.transport, session.project, owner, self._terms
        with locked_for_set(*place) as lock:
            found = self._plan(desired, scope, taken_over)
            if not rejoin:
                _check_stayed(found.live, owner)
            if self._is_nobody_elses(found, owner) and not self._is_being_applied(found, owner):
                return self._carry_out(desired, found, owner, lock)
        with locked_for_set_beside_applies(*place) as lock:
            return self._carry_out(desired, self._plan(desired, scope, taken_over), owner, lock)

    def _is_nobody_elses(self, found: Proposal, owner: Owner) -> bool:
        """Whether no apply can be at any of it: a new set that no manifest declares, or nothing at all."""
        return found.plan.is_empty or not (
            self._manifests.declares(owner)
            or any(address.owner == owner for address in found.live.resources)
            or any(change.address.owner.is_shared for change in found.plan.changes)
        )

    def _is_being_applied(self, found: Proposal, owner: Owner) -> bool:
        """Whether an apply is at work that writes this set; asked only where something is written."""
        session = self._parts.session
        is_written = bool(found.plan.changes or found.plan.records)
        return is_written and is_being_applied(session.transport, session.project, owner, self._terms)

    def _plan(self, desired: Desired, scope: Scope, taken_over: frozenset[Owner]) -> Proposal:
        limits = Limits(rules=self._manifests.settings.safety.rules)
        found = planning.plan(self._parts.session, desired, scope, PlanOptions(by_program=True), limits)
        digests = {intent.owner: intent.digest for intent in found.plan.sets}
        plan = restrained(found.plan, found.live, digests, taken_over)
        return replace(found, plan=_of_this_set(with_records(plan, found.live)))

    def _carry_out(self, desired: Desired, proposal: Proposal, owner: Owner, lock: ApplyLock) -> Provisioned:
        plan = proposal.plan
        if plan.has_errors:
            raise ManifestError([each for each in plan.diagnostics if each.severity is Severity.ERROR])
        if plan.has_refusals:
            raise _refused([each for each in plan.diagnostics if each.severity is Severity.REFUSED])
        if plan.is_empty and not plan.records:
            return self._end(desired, proposal, owner, None)
        files = file_below(self._manifests.settings.root)
        proposal.check(_ALLOWED)
        outcome = carry_out(self._parts.session, lock.claim(proposal), Silent(), files)
        made = self._end(desired, proposal, owner, outcome)
        failed = [result for result in outcome.results if result.error is not None]
        if failed or not outcome.is_complete:
            raise _incomplete(failed)
        return made

    def _end(
        self, desired: Desired, proposal: Proposal, owner: Owner, outcome: Outcome | None
    ) -> Provisioned:
        """Keep every id, and of groups what they are made of, so that nothing has to be asked again."""
        ids = {str(address): found for address, found in proposal.live.ids.items()}
        results = outcome.results if outcome else ()
        ids |= {str(result.change.address): result.id for result in results if result.id}
        groups = _groups(desired, proposal.live, outcome)
        self._parts.directory.remember(
            _record(resource, ids[str(address)], desired.run_time.get(address.owner), groups.get(address))
            for address, resource in desired.resources.items()
            if str(address) in ids
        )
        digest = set_digest(each for each in desired if each.address.owner == owner)
        is_done = any(each.change.address.owner == owner for each in results)
        is_other = not is_done and differs(proposal.live, owner, digest)
        copied = second_copies(proposal.plan.changes, self._parts.session.project, proposal.live.namesakes)
        warnings = tuple(f"{each.titled}; {each.hint}" for each in (*copied, *restored(proposal.live)))
        return Provisioned(owner, len(results), differs_from_last_apply=is_other, warnings=warnings)

    def _lock_of(self, owner: Owner) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(owner, threading.Lock())


def _check_stayed(live: Live, owner: Owner) -> None:
    """UserLeft when nothing is there of a user whose set an apply ended."""
    record = live.records.get(owner)
    is_begun = record is not None and not is_tombstone(record)
    is_there = is_begun or any(address.owner == owner for address in live.resources)
    if not is_there and has_left(live.records, owner):
        raise UserLeft(
            f"{owner} left: an apply ended the set",
            why="manifests or a roster of before must not bring a user back",
            hint=f"declare the user and apply; or, if the user came back: reconciler provision {owner.user}"
            f" --constellation {owner.constellation} --rejoin (in a program: rejoin=True)",
        )


def _of_this_set(plan: Plan) -> Plan:
    """The record of the shared set is written by runs that change something shared: those hold its lock."""
    is_shared = any(change.address.owner.is_shared for change in plan.changes)
    records = (each for each in plan.records if is_shared or not each.after.owner.is_shared)
    return replace(plan, records=tuple(records))


def _record(
    resource: DesiredResource,
    server_id: str,
    parameters: Mapping[str, Any] | None,
    document: Mapping[str, Any] | None,
) -> CachedResource:
    applied = _applied(resource, parameters)
    return CachedResource(resource.address, server_id, resource.server_name, applied, document)


def _groups(desired: Desired, live: Live, outcome: Outcome | None) -> dict[Address, Mapping[str, Any]]:
    """What each group is made of now: as it was made here, else as it was read, which manifests of before do
    not say. The set was locked, so that the number of the write of now holds for all of them; what was
    changed here is read again before it is used."""
    serials = {owner: record.serial for owner, record in live.records.items()}
    serials |= outcome.serials if outcome else {}
    done = {each.change.address: each for each in outcome.results} if outcome else {}
    found: dict[Address, Mapping[str, Any]] = {}
    for address, resource in desired.resources.items():
        serial = serials.get(address.owner)
        if address.kind != "group":
            continue
        if address in live.resources:
            there = live.resources[address]
            found[address] = group_document(there.id, there.leaves, None if address in done else serial)
        elif address in done:
            found[address] = group_document(done[address].id, resource.leaves, serial)
    return found


def _gives(plan: Plan, owner: Owner) -> bool:
    """Whether the record of the set is to say other parameters than it does."""
    mine = (each for each in plan.records if each.after.owner == owner)
    return any(each.after.parameters != (each.before.parameters if each.before else None) for each in mine)


def _applied(resource: DesiredResource, parameters: Mapping[str, Any] | None) -> dict[str, str]:
    """Path to digest of what is declared, beside that of what a program gave the user."""
    base = {path: digest(leaf) for path, leaf in resource.leaves.items()}
    return base if parameters is None else {**base, _PARAMETERS: digest(_as_text(parameters))}


def _as_text(parameters: Mapping[str, Any]) -> str:
    """The same for the same parameters."""
    return json.dumps(dict(parameters), sort_keys=True, default=str)


def _refused(found: list[Diagnostic]) -> ReconcilerError:
    first = found[0]
    more = f"; and {len(found) - 1} more" if found[1:] else ""
    return UnsafePlan(f"{first.address}: {first.titled}{more}", why=first.why, hint=first.hint)


def _incomplete(failed: list[Result]) -> ReconcilerError:
    first = failed[0] if failed else None
    error = first.error if first else None
    return ReconcilerError(
        f"{first.change.address if first else 'the set'} could not be made",
        why=error.summary if error else "the run was stopped",
        hint="provision again: it completes what is there",
    )
