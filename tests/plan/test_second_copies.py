"""What another project has at the addresses of what is made is said, once for each project."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan import PlanOptions, make_plan
from reconciler.values import Address, Live, Namesake, Scope

from .worlds import AGENT, GROUP, PERSONA, STATE, applied, team


def said(live: Live, **namesakes: tuple[Address, ...]) -> list[tuple[str, str]]:
    found = {address: Namesake("their-id", name) for name, each in namesakes.items() for address in each}
    made = make_plan(team(), replace(live, namesakes=found), Scope(), PlanOptions())
    return [(each.severity.value, each.summary) for each in made.diagnostics]


def test_one_line_for_each_project() -> None:
    lines = said(Live(), old=(AGENT, GROUP), older=(STATE,))
    assert lines == [
        (
            "warning",
            f"project 'old' has {AGENT} already (their-id): this makes a second one, and so of others",
        ),
        ("warning", f"project 'older' has {STATE} already (their-id): this makes a second one"),
    ]


def test_what_is_there_already_is_no_news() -> None:
    assert said(applied(team()), old=(AGENT, GROUP, STATE, PERSONA)) == []
