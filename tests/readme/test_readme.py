"""The README is true: its session is played, its manifest loads, its make targets and commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.main import cli
from reconciler.manifest import validate
from tests.live.examples import STUB_MODELS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """Commands of the console session, each with the output shown below it."""
    found: list[tuple[str, str]] = []
    for line in "".join(blocks("console")).splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), ""))
        else:
            command, shown = found[-1]
            found[-1] = (command, f"{shown}{line}\n")
    return found


def matches(shown: str, real: str) -> bool:
    """An ellipsis that stands by itself hides what differs from run to run."""
    pattern = re.escape(shown).replace(r"\ …\ ", r"\ [\d.]+\ ")
    return re.fullmatch(pattern, real) is not None


def test_the_session_gives_the_output_it_shows(letta_url: str, tmp_path: Path) -> None:
    folder = tmp_path
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LETTA_M", "LETTA_E"))},
        "LETTA_BASE_URL": letta_url,
        "RECONCILER_CACHE": str(tmp_path / "cache.db"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for command, shown in steps():
        if command.startswith("cd "):
            folder = folder / command.removeprefix("cd ")
            continue
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert matches(shown, done.stdout), f"{command} printed:\n{done.stdout}"


def test_the_manifest_is_valid(tmp_path: Path) -> None:
    (shown,) = blocks("yaml")
    (tmp_path / "all.yaml").write_text(shown, encoding="utf-8")
    for name in re.findall(r"\{file: (\S+)\}", shown):
        file = tmp_path / name.rstrip("},")
        file.parent.mkdir(exist_ok=True)
        file.write_text("text\n", encoding="utf-8")
    assert not validate([tmp_path], {})


def run_program(program: str, letta_url: str, folder: Path) -> str:
    """What it prints, against this server, with files of its own."""
    environ = {
        **os.environ,
        **STUB_MODELS,
        "LETTA_BASE_URL": letta_url,
        "RECONCILER_CACHE": str(folder / "cache.db"),
        "RECONCILER_STATE": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_programs_run(letta_url: str, tmp_path: Path) -> None:
    talking, applying = blocks("python")
    said = run_program(talking, letta_url, tmp_path)
    assert "STUB answer" in said
    assert "factor of three" in said
    first = run_program(applying, letta_url, tmp_path)
    assert re.fullmatch(r"0 \d+\nFalse\n", first)
    assert run_program(applying, letta_url, tmp_path) == "False\n", "nothing is left"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", README)) - {"nothing"}))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def named_commands() -> list[str]:
    table = README.split("## Commands")[1].split("Exit status")[0]
    cells = [re.split(r"(?<!\\)\|", row)[1] for row in table.splitlines() if row.startswith("| `")]
    return sorted({name.split()[0] for cell in cells for name in re.findall(r"`([a-z][^`]*)`", cell)})


@pytest.mark.parametrize("command", named_commands())
def test_every_command_exists(command: str) -> None:
    assert CliRunner().invoke(cli, [command, "--help"]).exit_code == 0


def test_every_command_there_is_is_named() -> None:
    assert set(cli.list_commands(None)) == set(named_commands())  # type: ignore[arg-type]


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_every_local_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
