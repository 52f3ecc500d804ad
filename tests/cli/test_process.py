"""The command as a process of its own: what it imports, how it ends, what a closed pipe does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import sys
from reconciler.cli.main import run
status = run(sys.argv[1:])
watched = {"letta_client", "httpx", "rich", "jsonschema", "reconciler.remote"}
print("loaded:", sorted(watched & set(sys.modules)), file=sys.stderr)
sys.exit(status)
"""


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        timeout=180,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


@pytest.mark.parametrize("arguments", [("--help",), ("plan", "--help"), ("validate",), ("render",)])
def test_without_a_server_its_client_is_not_imported(project: Path, arguments: tuple[str, ...]) -> None:
    result = python("-c", WATCHED, *arguments, cwd=project)
    assert result.returncode == 0, result.stderr
    assert "loaded: []" in result.stderr


def test_help_needs_neither_pydantic_nor_yaml() -> None:
    code = (
        "import sys\nfrom reconciler.cli.main import run\nrun(['--help'])\n"
        "assert not {'pydantic', 'yaml', 'jinja2', 'sqlite3'} & set(sys.modules), sorted(sys.modules)"
    )
    assert python("-c", code).returncode == 0


def test_it_runs_as_a_module(project: Path) -> None:
    result = python("-m", "reconciler", "validate", cwd=project)
    assert result.returncode == 0
    assert result.stdout.startswith("The manifests are valid: ")


def test_a_closed_pipe_is_no_traceback(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=project,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(180) == 1
    assert "Traceback" not in said
    assert "Exception ignored" not in said


STRANGE = "a\u202eb\u200bc\x9bd"


def test_a_user_id_cannot_turn_or_hide_what_is_said(project: Path) -> None:
    text = (project / "all.yaml").read_text(encoding="utf-8")
    shown = "a\\u202eb\\u200bc\\x9bd"
    (project / "all.yaml").write_text(
        text.replace('{id: "1"}', f'{{id: "{shown}", oops: 1}}'), encoding="utf-8"
    )
    for arguments in (["validate"], ["plan", "--user", STRANGE], ["render"]):
        result = python("-m", "reconciler", *arguments, cwd=project)
        assert not set(STRANGE[1::2]) & set(result.stdout + result.stderr)


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_documents_are_utf8_in_every_locale(project: Path, locale: str) -> None:
    text = (project / "all.yaml").read_text(encoding="utf-8")
    (project / "all.yaml").write_text(text.replace("value: unknown", "value: 日本 é"), encoding="utf-8")
    environ = {**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    for arguments in (["render"], ["render", "--json"]):
        ended = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=project,
            env=environ,
            capture_output=True,
            timeout=120,
            check=True,
        )
        assert "日本 é" in ended.stdout.decode("utf-8")


def shell(line: str, cwd: Path, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m reconciler {line}"
    environ = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(
        ["sh", "-c", command], cwd=cwd, capture_output=True, text=True, timeout=120, check=False, env=environ
    )


@pytest.mark.parametrize("arguments", ["validate", "render", "render --json", "schema", "--help"])
def test_a_closed_stdout_is_said(project: Path, arguments: str) -> None:
    ended = shell(f"{arguments} >&-", project)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: stdout is closed")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["validate", "render", "render --json", "schema"])
def test_a_full_disk_is_said(project: Path, arguments: str, unbuffered: str) -> None:
    ended = shell(f"{arguments} >/dev/full", project, unbuffered)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: what this command says could not be written to stdout")
    assert "No space left on device" in ended.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_what_is_said_beside_the_result_stops_nothing(project: Path, where: str, unbuffered: str) -> None:
    assert shell(f"render {where}", project, unbuffered).returncode == 0
    assert shell(f"plan --url http://127.0.0.1:9 {where}", project, unbuffered).returncode == 1


def test_with_stderr_closed_an_error_is_said_on_stdout(project: Path) -> None:
    ended = shell("plan --url http://127.0.0.1:9 2>&-", project)
    assert ended.returncode == 1
    assert ended.stdout.startswith("error: no answer from http://127.0.0.1:9")


def test_no_file_takes_the_place_of_a_closed_stream(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "c.db"
    shell(f"plan --url http://127.0.0.1:9 --cache {cache} >&- 2>&- <&-", project)
    assert not cache.exists() or cache.read_bytes().startswith(b"SQLite format 3")
