"""What the system, the environment or a strange file does to a command is said in a clean message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

LONG = "x" * 5000


def clean(result: Any) -> str:
    """What was said: an error a person can act on, and none of ours."""
    assert result.exit_code == 1, result.output
    assert "unexpected" not in result.stderr
    assert "Traceback" not in result.stderr
    assert "error: " in result.stderr
    return str(result.stderr)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", LONG),
        ("plan", LONG),
        ("apply", f"{LONG}.json"),
        ("apply", LONG),
        ("plan", "-o", LONG),
        ("plan", "--json-into", LONG),
        ("drift", "--baseline", LONG),
        ("drift", "--accept", "--baseline", LONG),
        ("init", LONG),
        ("render", LONG),
        ("state", "list", "--cache", LONG),
        ("unlock", "--cache", LONG),
        ("history", "pair/1/block/mood", "--cache", LONG),
    ],
)
def test_a_name_longer_than_any_file_may_have(project: Path, run: Run, arguments: tuple[str, ...]) -> None:
    clean(run(*arguments))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "loop"),
        ("plan", "loop"),
        ("apply", "loop"),
        ("apply", "loop.json"),
        ("plan", "-o", "loop/plan.json"),
        ("drift", "--baseline", "loop"),
        ("init", "loop"),
        ("init", "loop/new"),
    ],
)
def test_links_that_run_in_a_circle(project: Path, run: Run, arguments: tuple[str, ...]) -> None:
    for name in ("loop", "loop.json"):
        (project / name).symlink_to(name)
    clean(run(*arguments))


@pytest.mark.usefixtures("world", "project")
def test_what_the_system_refuses_is_told_to_programs_as_well(run: Run) -> None:
    result = run("apply", f"{LONG}.json", "--json")
    assert "File name too long" in json.dumps(json.loads(result.stdout)["error"])


@pytest.mark.parametrize("arguments", [("validate",), ("plan",), ("init",), ("init", "new"), ("doctor",)])
def test_a_folder_that_was_deleted_meanwhile(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys\nfrom reconciler.cli.main import main\nos.rmdir(os.getcwd())\nmain(sys.argv[1:])\n"
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=gone,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LETTA_BASE_URL": "http://127.0.0.1:9"},
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the current folder does not exist any more")


def nested(depth: int) -> str:
    return '{"format_version": "1.0", "project": ' + "[" * depth + "]" * depth + "}"


@pytest.mark.usefixtures("project", "world")
@pytest.mark.parametrize("depth", [900, 3_000, 100_000])
@pytest.mark.parametrize(
    "arguments",
    [("apply", "deep.json", "--yes"), ("drift", "--baseline", "deep.json")],
    ids=lambda each: each[0],
)
def test_json_that_is_nested_too_deep(run: Run, depth: int, arguments: tuple[str, ...]) -> None:
    Path("deep.json").write_text(nested(depth), encoding="utf-8")
    assert "this " in clean(run(*arguments))
    Path("deep.json").write_text('{"format_version": "1.0", ' + '"a": [' * depth, encoding="utf-8")
    clean(run(*arguments))


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "url",
    [
        *("http://[::1", "http://[zz]:1", "http://host:port", "http://host:99999", "http://", "host:8283"),
        *("http://a b", "http://a\nb", "http://xn--\xfc.de", "http://..:1", f"http://{'a' * 70}.de"),
        *("ftp://host", "http://ho\x00st", "http:// ", "http://host:-1", "http://[::1]x:1"),
    ],
)
def test_an_address_that_is_none(run: Run, url: str) -> None:
    result = run("plan", "--url", url)
    assert result.exit_code == 4
    assert "unexpected" not in result.stderr
    assert "server URL" in result.stderr


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "proxy",
    ["socks5://ada:hush@127.0.0.1:1", "foo://ada:hush@127.0.0.1:1", "http://ada:hush@[::1", "http://a:x"],
)
def test_a_proxy_that_cannot_be_used(run: Run, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    said = clean(run("plan", "--url", "http://letta.example.test:1"))
    assert "proxy" in said
    assert "NO_PROXY=letta.example.test" in said
    assert "hush" not in said
