"""Agents are saved whole, for their owner only, and never over each other."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply.agent_files import Archive, folder_of
from reconciler.errors import ReconcilerError
from reconciler.remote.write.agent_export import ExportedAgent
from reconciler.values import Address, Owner

AGENT = Address(Owner("pattern", "ada/../@example.com"), "agent", "flux")
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def archive(folder: Path, agent: ExportedAgent | None = None) -> Archive:
    exported = agent or ExportedAgent({"agents": [{"name": "flux"}]}, [{"id": "message-1"}], [])
    return Archive(folder, lambda address, server_id: exported, lambda: NOON)


def test_both_files_are_private_and_stay_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "exports" / "demo"
    saved = Path(archive(folder).save(AGENT, "agent-1"))
    assert saved.parent == folder
    assert saved.name == "pattern_ada_2F.._2F@example.com_agent_flux-20260102T120000Z.af"
    assert json.loads(saved.read_text()) == {"agents": [{"name": "flux"}]}
    beside = json.loads(saved.with_suffix(".messages.json").read_text())
    assert (beside["address"], beside["id"]) == (str(AGENT), "agent-1")
    assert beside["messages"] == [{"id": "message-1"}]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_saves_in_one_second_do_not_meet(tmp_path: Path) -> None:
    paths = {archive(tmp_path).save(AGENT, "agent-1") for _ in range(3)}
    assert len(paths) == 3
    assert len(list(tmp_path.iterdir())) == 6


def test_what_is_gone_already_needs_no_file(tmp_path: Path) -> None:
    nothing = Archive(tmp_path, lambda address, server_id: None)
    assert nothing.save(AGENT, "agent-1") == ""
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ReconcilerError, match="could not be saved first"):
        archive(tmp_path).save(AGENT, "agent-1")
    assert not list(tmp_path.iterdir())


def test_a_project_name_cannot_leave_the_folder_of_exports() -> None:
    assert folder_of("../../etc", Path("exports")).parent == Path("exports")
