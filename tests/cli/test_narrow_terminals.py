"""What a person reads on 60 or 80 columns fits; what goes into a pipe stays as it is."""

from __future__ import annotations

from pathlib import Path

import click.testing
import pytest

from reconciler.report.text.printable import width

from .conftest import Run, World

LONG = "one thing after the other, so that it does not fit on any line of a terminal like this one. " * 2
COMMANDS = [
    ("plan",),
    ("plan", "-v"),
    ("apply", "--yes"),
    ("drift",),
    ("validate",),
    ("rules",),
    ("doctor",),
    ("plan", "--target", "pair/11"),
    ("plan", "--bogus"),
]


@pytest.fixture
def wordy(project: Path) -> Path:
    """Manifests whose values and problems are long."""
    text = (project / "all.yaml").read_text()
    text = text.replace("value: unknown, limit: 100", f"value: '{LONG}', description: '{LONG}', limit: 1000")
    tools = "tools: [a_tool_nobody_knows, b_tool_nobody_knows]"
    (project / "all.yaml").write_text(
        text.replace("shared_blocks: [mood]", f"shared_blocks: [mood], {tools}")
    )
    return project


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_on_a_terminal_every_line_fits(
    words: tuple[str, ...], columns: int, run: Run, wordy: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if words[0] == "drift":
        run("apply", "--yes")
        world.live.popitem()
    piped = run(*words)
    if words[0] == "apply":
        world.live.clear()
    monkeypatch.setattr(click.testing._NamedTextIOWrapper, "isatty", lambda _: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    result = run(*words)
    said = (result.stdout + result.stderr).splitlines()
    assert any(width(row) > columns for row in (piped.stdout + piped.stderr).splitlines())
    assert result.exit_code == piped.exit_code
    for row in said:
        is_command = row.strip().startswith("reconciler ")
        assert width(row) <= columns or " " not in row.strip() or is_command, row


def test_in_a_pipe_nothing_is_broken(
    run: Run, wordy: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("validate")
    monkeypatch.setenv("COLUMNS", "60")
    after = run("validate")
    assert after.stderr == before.stderr
    assert max(map(width, after.stderr.splitlines())) > 60
