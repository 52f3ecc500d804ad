"""What cannot be opened in full lets go of what was opened before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler import Project
from reconciler.errors import ReconcilerError

NOBODY = "http://127.0.0.1:1"


def open_files() -> list[Path]:
    """Of this process, as Linux tells."""
    return [path.resolve() for path in Path("/proc/self/fd").iterdir()]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="Linux tells which files are open")
@pytest.mark.parametrize(
    ("state", "more"),
    [(None, {"base_url": NOBODY, "wait_for_server": 0.01}), (" ", {"base_url": NOBODY})],
    ids=["no server", "no place for the state"],
)
def test_neither_cache_nor_state(
    state: str | None, more: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = tmp_path / "project.yaml"
    manifests.write_text("{apiVersion: reconciler/v1, kind: Project, name: demo}\n", encoding="utf-8")
    if state is not None:
        monkeypatch.setenv("RECONCILER_STATE", state)
    with pytest.raises(ReconcilerError):
        Project.open(manifests, cache=tmp_path / "cache.db", **more)
    assert not [path for path in open_files() if path.is_relative_to(tmp_path)]
