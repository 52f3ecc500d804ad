"""Fixtures of tests that need the packages of `make clients`; without these they are skipped, and say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of the installed programs."""
    found = HERE / "node_modules" / ".bin"
    if shutil.which("node") is None or not found.is_dir():
        pytest.skip("not run: make clients installs and runs these")
    return found
