"""The table of rules, the checks and the page of the documentation are about the same rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from reconciler.report.every_check import CHECKS
from reconciler.report.rules import rules_page
from reconciler.rules import RULES, Check

ROOT = Path(__file__).parents[2]


def facts_of(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_rule_has_one_check() -> None:
    assert Counter(check.rule for check in CHECKS) == Counter(RULES.values())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.rule.name)
def test_a_rule_says_what_is_wrong_and_what_to_do(check: Check[Any]) -> None:
    assert check.message
    assert check.fix or check.rule.consent or check.why
    assert check.rule.summary[0].islower() or check.rule.summary.startswith("safety.")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.rule.name)
def test_one_rule_is_one_module_that_begins_with_its_code(check: Check[Any]) -> None:
    module = __import__(check.judge.__module__, fromlist=["judge"])
    assert (module.__doc__ or "").startswith(f"{check.rule.code} `{check.rule.name}`")
    assert module.judge is check.judge


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.rule.name)
def test_findings_bear_the_code_of_their_rule(check: Check[Any]) -> None:
    facts = dict.fromkeys(facts_of(check.message + check.why + check.fix) - {"address"} | {"found"}, 12)
    found = check.finds(address="team/ada/agent/helper", **facts)
    assert (found.code, found.rule, found.severity) == (check.rule.code, check.rule.name, check.rule.severity)
    assert str(found).startswith(f"{found.severity.value}: team/ada/agent/helper: {check.rule.code} ")
    assert bool(found.allow) is bool(check.rule.consent)


def test_the_page_of_the_documentation_is_not_stale() -> None:
    """`reconciler rules --markdown docs/rules.md` writes it anew."""
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page()


def test_what_a_guard_offers_is_what_the_table_says() -> None:
    offered = {check.rule.name: check.rule.consent for check in CHECKS if check.rule.consent}
    assert all(text.startswith(f"--allow {name}") for name, text in offered.items())
