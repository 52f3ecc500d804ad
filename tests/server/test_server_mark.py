"""Who asks for the server bears its mark; who does not bear the mark can neither start nor install one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITE = """
import subprocess, sys
import pytest
from reconciler.server import ServerInstance

@pytest.fixture
def through(letta_url):
    return letta_url

def test_asks_itself(letta_server): ...
def test_asks_through_another(through): ...
def test_asks_for_nothing(): ...
def test_starts_one():
    ServerInstance("sneaky").up()
def test_starts_one_in_a_process():
    subprocess.run([sys.executable, "-m", "reconciler", "server", "up", "--name", "sneaky"], check=True)
def test_asks_at_the_last_moment(request):
    request.getfixturevalue("letta_url")
"""
ASKS = {"test_asks_itself", "test_asks_through_another"}
SNEAKS = {"test_starts_one", "test_starts_one_in_a_process", "test_asks_at_the_last_moment"}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A test file below the hooks and fixtures of this suite."""
    file = tmp_path / "test_suite.py"
    file.write_text(SUITE, encoding="utf-8")
    return file


def play(suite: Path, *options: str) -> tuple[str, list[Path]]:
    """What pytest says about it, and the files that came to be in an empty home."""
    home = suite.parent / "home"
    home.mkdir()
    hooks = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    places = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "LETTA_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *hooks, "--rootdir", str(suite.parent), *options, str(suite)],
        cwd=ROOT,
        env={**places, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout, [path for path in home.rglob("*") if path.is_file()]


def named(output: str, word: str) -> set[str]:
    """The tests whose line has this word, or that are listed."""
    lines = [line for line in output.splitlines() if word in line and "::" in line]
    return {line.split("::")[1].split(" ")[0] for line in lines}


def test_the_mark_is_for_whoever_asks_for_the_server(suite: Path) -> None:
    output, made = play(suite, "-m", "server", "--collect-only")
    assert named(output, "test_") == ASKS, output
    assert made == []


def test_without_the_mark_no_server_is_started_or_installed(suite: Path) -> None:
    output, made = play(suite, "-m", "not server", "-rA")
    assert named(output, "PASSED") == {"test_asks_for_nothing"}, output
    assert named(output, "FAILED") == SNEAKS, output
    assert made == []
