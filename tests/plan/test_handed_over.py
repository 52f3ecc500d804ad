"""What somebody else took over is theirs once nothing here declares it; until then a person has to say."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from reconciler.errors import Diagnostic, Severity
from reconciler.plan import PlanOptions, make_plan
from reconciler.plan.file.document import to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.plan.records.next_record import with_records
from reconciler.values import (
    Address,
    Desired,
    HandedOver,
    Known,
    Live,
    Owner,
    Ownership,
    Policy,
    Renames,
    Scope,
    Selector,
    SetRecord,
)

from .worlds import ADA, AGENT, GROUP, PERSONA, STATE, applied, team

OTHER = "project 'other'"
OLD = Address(ADA, "agent", "old")


def handed(*addresses: Address) -> Live:
    """The applied team, of which these are somebody else's by now."""
    live = applied(team())
    known = {address: Known(each.id) for address, each in live.resources.items()}
    known |= {address: Known(f"id-of-{address.name}") for address in addresses if address not in known}
    return replace(
        live,
        resources={address: each for address, each in live.resources.items() if address not in addresses},
        records={ADA: SetRecord("demo", ADA, 1, known=known)},
        refused={each: Diagnostic("is theirs", address=str(each)) for each in addresses},
        handed_over={each: HandedOver(known[each].id, OTHER) for each in addresses},
    )


def without(desired: Desired, *addresses: Address) -> Desired:
    kept = {address: each for address, each in desired.resources.items() if address not in addresses}
    return replace(desired, resources=kept)


def severities(desired: Desired, live: Live, scope: Scope = Scope(), **options: bool) -> list[Severity]:
    return [each.severity for each in make_plan(desired, live, scope, PlanOptions(**options)).diagnostics]


def remembered(desired: Desired, live: Live, scope: Scope = Scope(), **options: bool) -> set[Address]:
    """What the record of the set knows once the plan is carried out."""
    made = with_records(make_plan(desired, live, scope, PlanOptions(**options)), live)
    (change,) = made.records or (None,)
    return set(change.after.known if change else live.records[ADA].known)


def test_while_it_is_declared_it_is_refused_and_stays_remembered() -> None:
    live = handed(STATE)
    assert Severity.REFUSED in severities(team(), live)
    assert STATE in remembered(team(), live)


def test_what_nothing_declares_is_one_line_and_forgotten() -> None:
    live = handed(AGENT, PERSONA)
    wanted = without(team(), AGENT, PERSONA, GROUP)
    assert severities(wanted, live) == [Severity.WARNING]
    assert not {AGENT, PERSONA} & remembered(wanted, live)


def test_what_must_not_exist_is_not_wanted_either() -> None:
    live, wanted = handed(OLD), team()
    leaves = {"name": "old"}
    absent = replace(wanted.resources[AGENT], address=OLD, leaves=leaves, policy=Policy(Ownership.ABSENT))
    wanted = replace(wanted, resources={**wanted.resources, OLD: absent})
    assert severities(wanted, live) == [Severity.WARNING]
    assert OLD not in remembered(wanted, live)


def test_what_was_renamed_is_still_wanted() -> None:
    old = Address(Owner(), "agent", "old")
    renames = Renames({"team": {old: replace(old, name="helper")}})
    wanted = replace(without(team(), AGENT, PERSONA, GROUP), renames=renames)
    live = handed(OLD)
    assert Severity.REFUSED not in severities(wanted, live)
    assert Severity.REFUSED in severities(replace(team(), renames=renames), live)


def test_beyond_the_run_nothing_is_said_or_forgotten() -> None:
    live, elsewhere = handed(OLD), Scope((Selector("team/ada/block/state"),))
    assert severities(team(), live, elsewhere) == []
    assert OLD in remembered(team(), live, elsewhere)


def test_a_program_lets_go_of_nothing_and_does_not_stumble() -> None:
    live = handed(OLD)
    assert severities(team(), live, by_program=True) == []
    assert OLD in remembered(team(), live, by_program=True)


@pytest.mark.parametrize("is_back", [False, True])
def test_a_saved_plan_lets_go_of_what_is_still_theirs_when_it_is_applied(is_back: bool) -> None:
    live = handed(STATE)
    wanted = without(team(), STATE, AGENT, PERSONA, GROUP)
    saved = from_json(
        to_json(with_records(make_plan(wanted, live, Scope(), PlanOptions()), live)), os.environ
    )
    now = replace(live, handed_over={}) if is_back else live
    (change,) = with_records(saved, now).records or (None,)
    known = change.after.known if change else live.records[ADA].known
    assert (STATE in known) is is_back
