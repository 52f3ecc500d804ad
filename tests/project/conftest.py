"""A project on disk and a whole server in memory, opened as a program opens them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler import Project
from tests.simulated import SimulatedLetta

MANIFEST = """
apiVersion: reconciler/v1
kind: Project
name: demo
---
apiVersion: reconciler/v1
kind: Constellation
name: pair
blocks:
  mood: {value: "{mood}", limit: 100, ownership: enforced}
agents:
  one: {model: letta/letta-free, embedding: letta/letta-free, shared_blocks: [mood]}
---
apiVersion: reconciler/v1
kind: Users
constellation: pair
users: [{id: "1"}, {id: "2"}]
"""
Open = Callable[..., Project]


def declare(folder: Path, mood: str = "calm") -> None:
    """Write the manifests, with this text in the block of each user."""
    (folder / "all.yaml").write_text(MANIFEST.replace("{mood}", mood), encoding="utf-8")


@pytest.fixture
def letta(monkeypatch: pytest.MonkeyPatch) -> SimulatedLetta:
    """The server behind every connection of the test."""
    made = SimulatedLetta()
    client = httpx.Client(transport=httpx.MockTransport(made))
    monkeypatch.setattr("reconciler.remote.http.transport.own_client", lambda *_: client)
    return made


@pytest.fixture
def folder(tmp_path: Path, letta: SimulatedLetta, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The manifests of two users."""
    for name in ("LETTA_BASE_URL", "LETTA_API_KEY", "LETTA_PROJECT", "RECONCILER_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    made = tmp_path / "project"
    made.mkdir()
    declare(made)
    return made


@pytest.fixture
def opened(folder: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens the project; each `machine` has files of its own."""
    made: list[Project] = []

    def open_project(machine: str = "here", **more: Any) -> Project:
        cache = tmp_path / machine / "cache.db"
        made.append(Project.open(folder, cache=cache, state=tmp_path / machine, **more))
        return made[-1]

    yield open_project
    for project in made:
        project.close()
