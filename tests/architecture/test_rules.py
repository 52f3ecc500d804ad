"""The table of rules: stable codes, and no consent beside it."""

from __future__ import annotations

import click
import pytest

from reconciler.rules import RULES, Allowance, Grant, Level, Rule, grant_of
from tests.cli.test_empty_values import every_command

CODES = {
    "R101": "errors",
    "R102": "protected",
    "R103": "data-loss",
    "R104": "cascade",
    "R105": "in-use",
    "R106": "deletes",
    "R107": "overwrites",
    "R108": "change-percent",
    "R109": "prune-all",
    "R110": "history-loss",
    "R111": "empty",
    "R112": "crossing",
    "R114": "background-agent",
    "R115": "rebuilt",
    "R116": "restored",
    "R201": "unreadable-record",
    "R202": "duplicates",
    "R203": "in-doubt",
    "R204": "stranger",
    "R205": "handed-over",
    "R206": "let-go",
    "R207": "copied-mark",
    "R208": "second-copy",
    "R209": "namesake",
    "R210": "same-group",
    "R211": "run-time-block",
    "R212": "rename",
    "R213": "other-constellation",
    "R214": "block-elsewhere",
    "R215": "lost-mark",
    "R221": "needs-excluded",
    "R222": "needs-refused",
    "R223": "needs-absent",
    "R224": "needs-missing",
    "R225": "names-replaced",
    "R226": "unknown-tool",
    "R231": "old-server",
    "R232": "git-memory",
    "R233": "unsupported",
    "R234": "skipped",
    "R235": "name-taken",
    "R236": "name-in-use",
    "R237": "name-circle",
    "R238": "hanging-run",
    "R241": "limit-below-value",
    "R242": "file-paths-stay",
    "R243": "files-stay-closed",
    "R244": "over-limit",
    "R245": "not-kept",
    "R246": "cannot-be-made",
}
"""Written down once and for all: a code is never given another meaning."""


def test_codes_and_names_are_what_they_were() -> None:
    assert {rule.code: name for name, rule in RULES.items()} == CODES
    assert [rule.code for rule in RULES.values()] == sorted(CODES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_says_how_to_allow_it(rule: Rule) -> None:
    assert rule.summary
    assert (rule.consent.startswith(f"--allow {rule.name}")) is (rule.level in (Level.CONSENT, Level.LIMIT))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_what_is_said_can_be_typed(rule: Rule) -> None:
    for word in (rule.name, rule.code, rule.code.lower()):
        if not rule.consent:
            with pytest.raises(ValueError, match="cannot be allowed"):
                grant_of(word)
        else:
            assert grant_of(word) == Grant(rule.name)


def test_a_limit_takes_the_largest_number_given() -> None:
    rule = RULES["deletes"]
    allowed = Allowance((grant_of("deletes=7"), grant_of("deletes=9")))
    assert allowed.limit(rule, 5) == 9
    assert Allowance().limit(rule, 5) == 5
    assert Allowance((grant_of("deletes"),)).limit(rule, 5) is None


@pytest.mark.parametrize("text", ["deletes=", "deletes=x", "deletes=-1", "deletes=1.5", "deletes=١"])
def test_a_number_is_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        grant_of(text)


def test_no_option_consents_beside_the_one_door() -> None:
    """`--force`, `--allow-data-loss` and `--without-history` are other names for it."""
    words = {
        option
        for command in every_command()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith(("--allow", "--force", "--without", "--accept-", "--ignore"))
    }
    assert words == {"--allow", "--allow-data-loss", "--force", "--without-history"}
