"""Secrets come from the environment and are shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestError, Severity
from reconciler.values import Secret
from tests.manifest.trees import loaded, resources, said, tree

CANARY = "canary-7f3a"
TEAM = "agents: {coach: {model: a/b, secrets: {KEY: {secret_env: TEAM_SECRET}}}}"


def test_a_secret_is_a_secret_leaf(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEAM, environ={"TEAM_SECRET": CANARY})
    agent = resources(manifests)["team/ada/agent/coach"]
    assert agent.leaves["secrets.KEY"] == Secret(CANARY)
    assert "secrets" in agent.named
    assert CANARY not in repr(manifests.desired())


@pytest.mark.parametrize("environ", [{}, {"TEAM_SECRET": ""}])
def test_a_missing_secret_stops_a_plan_but_not_validate(environ: dict[str, str], tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEAM, environ=environ)
    with pytest.raises(ManifestError, match="the environment has no TEAM_SECRET"):
        manifests.desired()
    assert [each.severity for each in said(tmp_path, environ)] == [Severity.WARNING]


def test_an_expression_cannot_show_a_secret(tmp_path: Path) -> None:
    team = TEAM.replace("secrets:", "description: '${{ env.TEAM_SECRET }}', secrets:")
    found = said(tree(tmp_path, team), {"TEAM_SECRET": CANARY})
    assert "is a secret" in found[0].summary
    assert CANARY not in "".join(map(str, found))


def test_a_secret_written_out_is_refused_and_not_repeated(tmp_path: Path) -> None:
    found = said(tree(tmp_path, TEAM.replace("{secret_env: TEAM_SECRET}", CANARY)))
    assert len(found) == 1
    assert CANARY not in str(found[0])


def test_blocks_and_sources_have_no_secrets(tmp_path: Path) -> None:
    found = said(tree(tmp_path, "blocks: {state: {value: {secret_env: TEAM_SECRET}}}"))
    assert any("secret_env" in each.summary for each in found)
