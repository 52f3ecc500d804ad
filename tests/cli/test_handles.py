"""Handles of models and embeddings that a plan writes are those the server offers, or nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import AccessDenied, RemoteError
from tests.simulated import SimulatedLetta

from .conftest import Run, World, boom


def rewrite(project: Path, old: str, new: str) -> None:
    path = project / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def problems(run: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("plan", "--json", *words).stdout)["diagnostics"]
    return found


@pytest.mark.parametrize("field", ["model", "embedding"])
def test_a_handle_the_server_does_not_offer_is_an_error_of_the_plan(
    field: str, run: Run, project: Path, letta: SimulatedLetta
) -> None:
    rewrite(project, f"{field}: letta/letta-free", f"{field}: letta/leta-free")
    (only,) = problems(run)
    assert only["severity"] == "error"
    assert only["summary"] == f"the server offers no {field} 'letta/leta-free'"
    assert only["where"].startswith("all.yaml:12:")
    assert only["address"] == "pair/1/agent/one"
    assert only["why"].startswith("2 resources would get it; it offers letta/letta-free, openai")
    assert only["hint"] == "did you mean 'letta/letta-free'?"


def test_apply_writes_nothing_then(run: Run, project: Path, letta: SimulatedLetta) -> None:
    rewrite(project, "model: letta/letta-free", "model: letta/leta-free")
    result = run("apply", "--yes")
    assert result.exit_code == 1
    assert "letta/leta-free" in result.stdout + result.stderr
    rewrite(project, "model: letta/leta-free", "model: letta/letta-free")
    assert json.loads(run("plan", "--json").stdout)["summary"]["create"] == 3 + 1


def test_the_model_of_summaries_is_only_a_warning(run: Run, project: Path, letta: SimulatedLetta) -> None:
    rewrite(
        project,
        "model: letta/letta-free",
        "model: letta/letta-free, compaction_settings: {model: letta/none, mode: all}",
    )
    (only,) = problems(run)
    assert (only["severity"], only["summary"]) == (
        "warning",
        "the server offers no model 'letta/none' for summaries",
    )


@pytest.mark.parametrize("error", [AccessDenied("not for you", status=403), RemoteError("boom", status=503)])
def test_a_server_that_does_not_list_them_stops_nothing(
    error: RemoteError, run: Run, project: Path, world: World
) -> None:
    world.on_models = boom(error)
    assert [each["severity"] for each in problems(run)] == ["warning", "warning"]
    assert run("apply", "--yes").exit_code == 0


def test_who_writes_no_handle_asks_for_none(run: Run, project: Path, letta: SimulatedLetta) -> None:
    first = json.loads(run("plan", "--json").stdout)["requests"]["reads"]
    run("apply", "--yes")
    assert json.loads(run("plan", "--json").stdout)["requests"]["reads"] == first - 2
    rewrite(project, '{id: "2"}', '{id: "2"}, {id: "3"}')
    changed = json.loads(run("plan", "--json").stdout)
    assert changed["summary"]["create"] > 0
    assert changed["requests"]["reads"] == first - 2, "what one of ours has is offered"
