"""A project with two users, and real MCP clients that reach it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from reconciler import Constellations
from tests.live.project import Project
from tests.runtime import team


@pytest.fixture
def project(letta_url: str, tmp_path: Path) -> Project:
    """Users 42 and 43 have everything."""
    folder = team.write(tmp_path / "project")
    made = Project(folder, letta_url, tmp_path / "cache.db")
    with Constellations(folder, base_url=letta_url, cache=made.cache) as constellations:
        constellations.provision("42", parameters={"partner": "Ada"})
        constellations.provision("43", parameters={"partner": "Eve"})
    return made


@pytest.fixture
def command(project: Project) -> list[str]:
    """Starts the server for user 42."""
    arguments = ["mcp", "--user", "42", "--manifests", str(project.root)]
    return [sys.executable, "-m", "reconciler", *arguments]


@pytest.fixture
def environ(project: Project) -> dict[str, str]:
    """What the server is started with."""
    return {**os.environ, "LETTA_BASE_URL": project.url, "RECONCILER_CACHE": str(project.cache)}
