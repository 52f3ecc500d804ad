"""Every plain field from the manifest to the server and back, on a simulated server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.kinds import AGENT
from reconciler.values import UNSET
from tests.cli.conftest import Run
from tests.plain_fields import PlainField, plain_fields
from tests.simulated import SimulatedLetta

BODY = {"model": "letta/letta-free", "embedding": "letta/letta-free"}


def declare(project: Path, **fields: Any) -> None:
    api = {"apiVersion": "reconciler/v1"}
    documents = [
        {**api, "kind": "Project", "name": "demo"},
        {**api, "kind": "Shared", "agents": {"one": {**BODY, **fields}}},
    ]
    (project / "all.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")


def planned(run: Run) -> list[str]:
    """The paths that a plan would write."""
    result = run("plan", "--json")
    assert result.exit_code == 0, result.output
    return [
        field["path"]
        for change in json.loads(result.stdout)["changes"]
        for field in change["fields"]
        if field["effect"] == "write"
    ]


@pytest.fixture
def apply(run: Run, project: Path, simulated: SimulatedLetta, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Declare some fields, apply, and see that nothing is left to do; the live agent."""
    monkeypatch.setenv("LETTA_BASE_URL", "http://letta.test")

    def applied(**fields: Any) -> dict[str, Any]:
        declare(project, **fields)
        result = run("apply", "--yes")
        assert result.exit_code == 0, result.output
        assert planned(run) == []
        (agent,) = simulated.world.agents
        return agent

    return applied


@pytest.mark.parametrize("field", plain_fields("agent"), ids=lambda field: field.name)
def test_a_plain_field_settles_changes_is_watched_and_unset(
    field: PlainField, apply: Any, run: Run, project: Path
) -> None:
    agent = apply(**{field.name: field.first})
    assert agent[field.name] == field.first

    agent[field.name] = field.by_hand
    assert planned(run) == [field.name], "drift"
    assert apply(**{field.name: field.first})[field.name] == field.first

    declare(project, **{field.name: field.second})
    assert planned(run) == [field.name]
    assert apply(**{field.name: field.second})[field.name] == field.second

    cleared = AGENT.by_name[field.name].cleared
    assert apply()[field.name] == (field.second if cleared is UNSET else cleared)
