"""Fixtures for tests that drive the command line against the real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.project import Project
from tests.live.raw import RawServer


@pytest.fixture
def server(letta_url: str) -> RawServer:
    """The freshly reset server, seen without our own adapter."""
    return RawServer(letta_url)


@pytest.fixture
def project(letta_url: str, tmp_path: Path) -> Project:
    """An empty project directory for the freshly reset server."""
    root = tmp_path / "project"
    root.mkdir()
    made = Project(root, letta_url, tmp_path / "cache" / "cache.db")
    made.write("project.yaml", {"kind": "Project", "name": "demo"})
    return made
