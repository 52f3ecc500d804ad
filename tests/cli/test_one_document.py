"""With --json stdout holds one document, whatever goes wrong: also what goes wrong after the result."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import SimulatedLetta

from .conftest import Run, World, boom

LOADING = importlib.import_module("reconciler.manifest.load")
AFTER = "reconciler.project.session.Session.close"
COMMANDS = [
    ("validate",),
    ("render",),
    ("plan",),
    ("apply", "--yes"),
    ("drift",),
    ("destroy", "pair/1", "--yes"),
    ("state", "list"),
    ("state", "show", "pair/1/agent/one"),
    ("history", "pair/1/block/mood"),
    ("doctor",),
    ("adopt", "--match-names", "--dry-run"),
    ("export", "--learned"),
]


def the_document(text: str) -> dict[str, Any]:
    """The one there is."""
    document, end = json.JSONDecoder().raw_decode(text)
    assert text[end:].strip() == "", "more than one document"
    assert document["format_version"]
    found: dict[str, Any] = document
    return found


@pytest.fixture
def applied(run: Run, project: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everything is there; commands that read all of the server find nothing of others."""
    assert run("apply", "--yes").exit_code == 0
    return world


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_result_is_one_document(words: tuple[str, ...], run: Run, applied: World) -> None:
    the_document(run(*words, "--json").stdout)


def test_provision_prints_one_document(run: Run, project: Path, simulated: SimulatedLetta) -> None:
    words = ("provision", "3", "--constellation", "pair", "--yes", "--json")
    assert the_document(run(*words).stdout)["users"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError("x")], ids=["Ctrl-C", "fault"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_ends_it_early_is_the_document(
    words: tuple[str, ...], error: BaseException, run: Run, applied: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOADING, "discover", boom(error))  # type: ignore[arg-type]
    result = run(*words, "--json")
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    kind = "Stopped" if isinstance(error, KeyboardInterrupt) else "UnexpectedError"
    assert the_document(result.stdout)["error"]["type"] == kind


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), ZeroDivisionError("x"), OSError(28, "full")], ids=repr
)
@pytest.mark.parametrize("words", [words for words in COMMANDS if words[0] in ("apply", "destroy")])
def test_an_error_after_the_result_adds_no_document(
    words: tuple[str, ...], error: BaseException, run: Run, applied: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied.live.clear()
    monkeypatch.setattr(AFTER, boom(error))  # type: ignore[arg-type]
    result = run(*words, "--json")
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert "results" in the_document(result.stdout)
    assert result.stderr.splitlines()[-1].strip()


@pytest.mark.parametrize("option", ["--out", "--markdown"])
def test_a_report_that_cannot_be_written_adds_no_document(option: str, run: Run, applied: World) -> None:
    result = run("plan", "--json", option, "no/such/folder/file")
    assert result.exit_code == 1
    assert "changes" in the_document(result.stdout)
    assert "no/such/folder/file cannot be written" in result.stderr


def test_a_file_that_cannot_be_written_does_not_take_the_result_from_stdout(run: Run, applied: World) -> None:
    result = run("plan", "--json", "--json-into", "no/such/folder/file")
    assert result.exit_code == 1
    assert "changes" in the_document(result.stdout)


def test_a_result_in_a_file_is_not_written_over_by_what_comes_later(
    run: Run, applied: World, project: Path
) -> None:
    result = run("plan", "--json-into", "said.json", "--markdown", "no/such/folder/file")
    assert result.exit_code == 1
    assert "changes" in the_document((project / "said.json").read_text(encoding="utf-8"))


def test_an_outcome_that_cannot_be_written_to_its_file_is_partial(
    run: Run, project: Path, world: World
) -> None:
    result = run("apply", "--yes", "--json-into", "no/such/folder/file")
    assert result.exit_code == 3
    assert "done, but the report could not be written" in result.stderr
    assert world.written


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_gets_no_second_document(project: Path, unbuffered: str) -> None:
    """The pipe is closed after the first bytes of a long document."""
    text = (project / "all.yaml").read_text(encoding="utf-8")
    long = f"value: {'x' * 4_000_000}, limit: 5000000"
    (project / "all.yaml").write_text(text.replace("value: unknown, limit: 100", long), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "render", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=project,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = os.read(process.stdout.fileno(), 1_000)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(120) == 1
    assert first.startswith(b"{")
    assert said == b""
