"""A plan announces the requests that an apply sends: those for records are counted once for each record."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.simulated import SimulatedLetta

from .conftest import Run

SHARED = """
---
apiVersion: reconciler/v1
kind: Shared
blocks: {rules: {value: Be kind.}}
"""


@pytest.fixture
def server(simulated: SimulatedLetta, monkeypatch: pytest.MonkeyPatch) -> SimulatedLetta:
    """One that outlives a command."""
    monkeypatch.setattr(
        "reconciler.remote.http.transport.own_client",
        lambda *_: httpx.Client(transport=httpx.MockTransport(simulated)),
    )
    return simulated


def announced_and_sent(text: str) -> tuple[int, int]:
    """Both sums of what a command printed."""
    said = [line for line in text.splitlines() if line.startswith("Requests: ")]
    plan, outcome = (sum(map(int, re.findall(r"(\d+) ", line.partition(", in ")[0]))) for line in said)
    return plan, outcome


@pytest.mark.usefixtures("server")
def test_a_first_apply_sends_what_was_announced(run: Run, project: Path) -> None:
    announced, sent = announced_and_sent(run("apply", "--yes").stdout)
    assert announced == sent


@pytest.mark.usefixtures("server")
def test_the_record_that_remembers_who_came_back_is_counted_once(run: Run, project: Path) -> None:
    run("apply", "--yes")
    run("destroy", "pair/*", "--yes")
    with (project / "all.yaml").open("a") as manifest:
        manifest.write(SHARED)
    announced, sent = announced_and_sent(run("apply", "--yes").stdout)
    assert announced == sent


@pytest.mark.usefixtures("server")
def test_what_is_looked_at_again_before_it_goes_is_announced(run: Run, project: Path) -> None:
    run("apply", "--yes")
    announced, sent = announced_and_sent(run("destroy", "pair/*", "--yes").stdout)
    assert announced == sent


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("more", ["metadata: {a: b}", "tags: [new]", "description: new"])
def test_what_is_sent_whole_is_read_before_which_is_announced(more: str, run: Run, project: Path) -> None:
    run("apply", "--yes")
    manifest = project / "all.yaml"
    manifest.write_text(manifest.read_text().replace("shared_blocks:", f"{more}, shared_blocks:"))
    announced, sent = announced_and_sent(run("apply", "--yes").stdout)
    assert announced == sent


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("words", [(), ("-o", "there")])
def test_an_export_where_no_manifest_names_the_project_says_how_to_name_it(
    words: tuple[str, ...], run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    result = run("export", "--all", *words)
    assert result.exit_code == 1
    assert "--project NAME" in result.stderr
    assert run("export", "--all", "--project", "new").exit_code == 1  # nothing there
