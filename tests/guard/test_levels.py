"""A project turns levels, and can never make a rule give way that stops a run."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from reconciler.errors import Diagnostic, Severity, UnsafePlan
from reconciler.guard import check
from reconciler.plan import Limits, Plan, PlanOptions, make_plan
from reconciler.rules import CHOICES, DATA_LOSS, RULES, Allowance, Level, Rule, Turns
from reconciler.rules.notices import RENAME, UNKNOWN_TOOL
from reconciler.values import Live, Scope
from tests.plan.worlds import AGENT, applied, team

STOPS = (Level.FIRM, Level.CONSENT, Level.LIMIT, Level.ERROR)


def finding(rule: Rule, severity: Severity | None = None) -> Diagnostic:
    return Diagnostic("it is so", code=rule.code, rule=rule.name, severity=severity or rule.severity)


def saying(*found: Diagnostic, **levels: Level) -> Plan:
    turned = Turns({name.replace("_", "-"): level for name, level in levels.items()})
    return Plan("demo", limits=Limits(rules=turned)).saying(*found)


@pytest.mark.parametrize(
    ("rule", "level"),
    [(rule, level) for rule, level in product(RULES.values(), Level) if level not in CHOICES[rule.level]],
    ids=lambda each: each.name if isinstance(each, Rule) else each.value,
)
def test_nobody_can_give_a_rule_another_level_than_its_choices(rule: Rule, level: Level) -> None:
    with pytest.raises(ValueError, match=f"the rule '{rule.name}' cannot be '{level.value}'"):
        Turns({rule.name: level})


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.level in STOPS], ids=lambda r: r.name
)
def test_what_stops_a_run_can_only_stop_it_more_firmly(rule: Rule) -> None:
    assert set(CHOICES[rule.level]) <= {Level.FIRM, Level.ERROR}


def test_what_is_said_is_as_loud_as_the_project_wants_it() -> None:
    said = finding(RENAME)
    assert saying(said).diagnostics == (said,)
    assert saying(said, rename=Level.NOTE).diagnostics[0].severity is Severity.NOTE
    assert saying(said, rename=Level.ERROR).has_errors


def test_what_is_silent_is_kept_for_who_applies_the_plan() -> None:
    plan = saying(finding(RENAME), rename=Level.SILENT)
    assert not plan.diagnostics
    elsewhere = replace(plan, limits=Limits(rules=Turns({"rename": Level.ERROR}))).saying()
    assert elsewhere.has_errors
    assert not elsewhere.silent


def test_an_error_that_a_file_calls_a_warning_is_an_error_again() -> None:
    forged = Plan("demo", diagnostics=(finding(UNKNOWN_TOOL, Severity.WARNING),))
    assert forged.saying().has_errors


def test_a_finding_without_a_rule_stays_as_it_is() -> None:
    found = Diagnostic("somebody says so", severity=Severity.WARNING)
    assert saying(found, rename=Level.ERROR).diagnostics == (found,)


def spoken() -> tuple[Plan, Live]:
    """A plan that ends an agent which has said something."""
    live = applied(team())
    agent = replace(live.resources[AGENT], messages=3)
    live = replace(live, resources={**live.resources, AGENT: agent})
    return make_plan(team(), live, Scope(), PlanOptions(destroy=True)), live


@pytest.mark.parametrize("allowance", [Allowance(), Allowance.of(DATA_LOSS), Allowance.of(*RULES.values())])
def test_nobody_can_allow_what_the_project_made_firm(allowance: Allowance) -> None:
    plan, live = spoken()
    check(plan, live, Allowance.of(DATA_LOSS))
    firm = replace(plan, limits=Limits(rules=Turns({"data-loss": Level.FIRM})))
    with pytest.raises(UnsafePlan) as refused:
        check(firm, live, allowance)
    assert "R103 data-loss: " in refused.value.summary
    assert "no --allow helps: the project says safety.rules.data-loss: firm" in refused.value.summary
    assert "allow it with" not in refused.value.summary


def test_a_rule_that_is_firm_takes_no_number_either() -> None:
    plan, live = spoken()
    limits = Limits(max_deletes=0, rules=Turns({"deletes": Level.FIRM}))
    with pytest.raises(UnsafePlan, match="R106 deletes: it ends 1 user's set, the limit is 0"):
        check(replace(plan, limits=limits), live, Allowance.of(*RULES.values()))
