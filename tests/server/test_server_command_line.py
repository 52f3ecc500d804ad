"""What `reconciler server` prints and how it ends."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli.server import server
from reconciler.server import ServerError, ServerInstance
from reconciler.server.paths import InstancePaths, default_home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(server, arguments)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_up_prints_the_url_as_the_last_line(letta_server: ServerInstance, letta_url: str) -> None:
    result = run("up", "--name", letta_server.paths.name)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, letta_url)


def test_status_as_json(letta_server: ServerInstance, letta_url: str) -> None:
    result = run("status", "--name", letta_server.paths.name, "--json")
    seen = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (seen["running"], seen["url"], seen["version"]) == (True, letta_url, "0.16.8")
    assert seen["pid"] > 1
    assert seen["stub_model_url"].endswith("/v1")
    assert seen["data_dir"] == str(letta_server.paths.root)


def test_status_of_a_stopped_instance_exits_1() -> None:
    result = run("status", "--name", "never-started", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["running"] is False


def test_down_of_a_stopped_instance_is_fine() -> None:
    result = run("down", "--name", "never-started")
    assert (result.exit_code, result.stdout) == (0, "instance 'never-started' was not running\n")


def test_logs_prints_the_last_lines(letta_server: ServerInstance) -> None:
    result = run("logs", "--name", letta_server.paths.name, "-n", "3")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 3)


def test_logs_of_an_unknown_instance_says_what_to_do() -> None:
    assert "reconciler server up" in str(run("logs", "--name", "never-started").exception)


def test_reset_of_a_running_instance(letta_server: ServerInstance) -> None:
    assert run("reset", "--name", letta_server.paths.name).exit_code == 0


def test_a_taken_port_is_explained_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_port: int
) -> None:
    monkeypatch.setenv("LETTA_RECONCILER_HOME", str(tmp_path / "home"))
    error = run("up", "--port", str(taken_port)).exception
    assert isinstance(error, ServerError)
    assert f"port {taken_port} is taken" in str(error)
    assert "--port 0" in str(error)
    assert not list((tmp_path / "home").rglob("env-*"))


def test_a_port_taken_by_another_letta_is_named_so(
    letta_server: ServerInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = letta_server.up().rsplit(":", 1)[1]
    monkeypatch.setenv("LETTA_RECONCILER_HOME", str(tmp_path / "home"))
    assert "another Letta server (0.16.8)" in str(run("up", "--port", port).exception)


def test_another_port_for_a_running_instance_is_refused(letta_server: ServerInstance) -> None:
    error = run("up", "--name", letta_server.paths.name, "--port", "1").exception
    assert "already runs on port" in str(error)


def test_a_home_that_cannot_be_written_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LETTA_RECONCILER_HOME", str(tmp_path / "file" / "home"))
    error = run("up").exception
    assert isinstance(error, ServerError)
    assert "LETTA_RECONCILER_HOME" in str(error)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 49])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(ServerError, match="is not an instance name"):
        InstancePaths(default_home(), name)


def test_a_missing_password_variable_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_PASSWORD", raising=False)
    assert "NO_SUCH_PASSWORD" in str(run("up", "--password-env", "NO_SUCH_PASSWORD").exception)


def test_files_of_an_instance_are_private(letta_server: ServerInstance) -> None:
    root = letta_server.paths.root
    own = [path for path in root.rglob("*") if path.is_file() and path.stat().st_uid == os.geteuid()]
    assert own
    assert [path for path in own if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert not stat.S_IMODE(root.stat().st_mode) & 0o007


def test_a_home_that_the_server_cannot_live_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="cannot live under"):
        InstancePaths(tmp_path / "100% mine", "default")


@pytest.mark.parametrize("directory", ["with space", "it's", "x" * 90])
def test_a_path_that_does_not_suit_a_socket_gets_a_short_one(tmp_path: Path, directory: str) -> None:
    paths = InstancePaths(tmp_path / directory, "default")
    assert paths.socket_directory != paths.pgdata
    assert len(str(paths.socket_directory)) < 90
