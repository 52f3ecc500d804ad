"""A setting that the server takes and does not keep is an error once, and no drift for ever.

The simulated server shows temperature and length of answers, and drops all other settings of a model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.simulated import SimulatedLetta

from .conftest import Run

PLAIN = "model: letta/letta-free,"
DROPPED = f"{PLAIN} model_settings: {{temperature: 0.5, strict: true}},"


def rewrite(project: Path, old: str, new: str) -> None:
    path = project / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def planned(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("plan", "--json").stdout)
    return found


def test_apply_says_it_as_an_error(run: Run, project: Path, letta: SimulatedLetta) -> None:
    rewrite(project, PLAIN, DROPPED)
    result = run("apply", "--yes")
    assert result.exit_code == 3
    assert "error: pair/1/agent/one: the server does not keep model_settings.strict" in result.stdout
    assert "temperature" not in result.stdout.partition("not keep")[2]


def test_the_next_plan_warns_of_it_in_one_line_and_sends_nothing(
    run: Run, project: Path, letta: SimulatedLetta
) -> None:
    rewrite(project, PLAIN, DROPPED)
    run("apply", "--yes")
    plan = planned(run)
    assert (plan["changes"], plan["drift"], plan["sets"]) == ([], [], [])
    (only,) = plan["diagnostics"]
    assert only["severity"] == "warning"
    assert only["summary"] == "the server does not keep model_settings.strict"
    assert only["where"].startswith("all.yaml:12:")
    assert "applied to 2" in only["why"]
    assert run("drift").exit_code == 0
    assert run("apply", "--yes").exit_code == 0


def test_it_is_found_when_it_is_written_later(run: Run, project: Path, letta: SimulatedLetta) -> None:
    run("apply", "--yes")
    rewrite(project, PLAIN, DROPPED)
    assert json.loads(run("apply", "--yes", "--json").stdout)["not_kept"] == [
        {"address": f"pair/{user}/agent/one", "paths": ["model_settings.strict"]} for user in "12"
    ]
    assert planned(run)["changes"] == []


def test_another_value_is_sent_again(run: Run, project: Path, letta: SimulatedLetta) -> None:
    rewrite(project, PLAIN, DROPPED)
    run("apply", "--yes")
    rewrite(project, "strict: true", "strict: false")
    changes = planned(run)["changes"]
    assert [[field["path"] for field in each["fields"]] for each in changes] == [
        ["model_settings.strict"]
    ] * 2


def test_who_takes_it_out_of_the_manifest_hears_no_more_of_it(
    run: Run, project: Path, letta: SimulatedLetta
) -> None:
    rewrite(project, PLAIN, DROPPED)
    run("apply", "--yes")
    rewrite(project, ", strict: true", "")
    assert run("apply", "--yes").exit_code == 0
    plan = planned(run)
    assert (plan["changes"], plan["diagnostics"], plan["sets"]) == ([], [], [])
