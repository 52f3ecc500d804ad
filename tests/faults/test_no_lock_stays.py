"""Whatever breaks in an apply, and wherever: neither the lock on the server nor the lease stays behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.lock.in_state_file import holder_of
from reconciler.state import State
from tests.live.project import Project
from tests.live.raw import RawServer

MODELS = {"model": "letta/letta-free", "embedding": "openai/text-embedding-3-small"}
EVERYWHERE = [
    "reconciler.lock.lock.Lock.acquire",
    "reconciler.lock.lock.threading.Thread.start",
    "reconciler.cli.shared.apply_plan.show",
    "reconciler.cli.shared.screen.Screen.watching",
    "reconciler.apply.apply_lock.Journal",
    "reconciler.apply.apply_lock.settle",
    "reconciler.apply.apply_lock.wait_for_rivals",
    "reconciler.apply.executor.Crew.hand",
    "reconciler.apply.executor.Crew.__init__",
    "reconciler.apply.executor.Outcome",
    "reconciler.apply.executor.Schedule.done",
    "reconciler.apply.executor.Schedule.ready",
    "reconciler.apply.executor.put_aside",
    "reconciler.apply.journal_entries.JournalRecords.recording",
    "reconciler.lock.on_server.OnServer.holder",
    "reconciler.remote.write.writer.Writer.perform",
    "reconciler.report.outcome.outcome_lines",
    "reconciler.report.progress.Lines.finished",
    "reconciler.report.progress.Lines.started",
    "reconciler.project.applying.base_texts.note",
    "reconciler.project.planned.Planned.check",
    "reconciler.apply.apply_lock.check_nothing_came",
    "reconciler.project.applying.follow_moves",
    "reconciler.project.planning.make_plan",
    "reconciler.apply.apply_lock.RunLock.claim",
    "reconciler.project.planned.carry_out",
    "reconciler.project.applying.Vault",
]
BY_A_PERSON = [
    "reconciler.apply.apply_lock.wait_for_rivals",
    "reconciler.apply.executor.Schedule.ready",
    "reconciler.report.outcome.outcome_lines",
    "reconciler.report.progress.Lines.finished",
    "reconciler.apply.apply_lock.check_nothing_came",
    "reconciler.project.planning.make_plan",
]


@pytest.fixture
def project(letta_url: str, tmp_path: Path) -> Project:
    """Two agents with a block in common."""
    root = tmp_path / "project"
    root.mkdir()
    made = Project(root, letta_url, tmp_path / "cache.db")
    made.write(
        "all.yaml",
        {"kind": "Project", "name": "demo"},
        {
            "kind": "Shared",
            "blocks": {"mood": {"value": "calm"}},
            "agents": {name: {**MODELS, "shared_blocks": ["mood"]} for name in ("one", "two")},
        },
    )
    return made


def locks(project: Project) -> list[str]:
    """Who is kept out: by the server, and by the state file."""
    found = [folder["name"] for folder in RawServer(project.url).list("folders")]
    with State.open(project.state) as state:
        return found + [str(each) for each in [holder_of(state)] if each is not None]


def broken(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("stage", EVERYWHERE)
def test_an_error_of_ours_leaves_no_lock(
    project: Project, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage, broken(RuntimeError("the world is rough")))
        run = project.run("apply", str(project.root), "--yes")
    if run.exit_code:
        assert "the world is rough" in run.output
    assert locks(project) == []
    project.apply()


@pytest.mark.parametrize("stage", BY_A_PERSON)
def test_a_key_pressed_at_any_moment_leaves_no_lock(
    project: Project, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage, broken(KeyboardInterrupt()))
        run = project.run("apply", str(project.root), "--yes")
    assert run.exit_code == 130
    assert locks(project) == []
    project.apply()
