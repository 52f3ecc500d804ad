"""As root the database runs as another user, whose way is opened in our own folder and nowhere else."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.server import paths
from reconciler.server.database_user import DatabaseUser, open_way_to
from reconciler.server.errors import DatabaseFailed

USER = DatabaseUser(os.geteuid(), os.getegid(), is_other=True)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may pass."""
    folder = Path(tempfile.mkdtemp(prefix="reconciler-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def instance(home: Path) -> tuple[Path, Path]:
    """A folder of an instance and the programs of the database, made for us alone."""
    directory, binaries = home / "server" / "instances" / "one", home / "server" / "env" / "postgres"
    for path in (directory, binaries / "bin"):
        path.mkdir(parents=True)
    (binaries / "bin" / "postgres").write_text("")
    for path in (home, *home.rglob("*")):
        path.chmod(0o700)
    return directory, binaries


def test_the_way_is_opened_inside_our_folder_and_said(public: Path) -> None:
    home = public / "home"
    directory, binaries = instance(home)
    said: list[str] = []
    open_way_to(home, directory, binaries, USER, said.append)
    assert mode(home) == mode(home / "server") == 0o701
    assert mode(directory) == 0o710
    assert mode(binaries / "bin" / "postgres") & 0o055 == 0o055
    assert any(str(home / "server") in line for line in said)
    assert mode(public) == 0o755


def test_folders_of_others_keep_their_modes(public: Path) -> None:
    private = public / "private"
    home = private / "home"
    directory, binaries = instance(home)
    private.chmod(0o700)
    before = {path: mode(path) for path in private.rglob("*")}
    with pytest.raises(DatabaseFailed, match="cannot pass") as caught:
        open_way_to(home, directory, binaries, USER, lambda line: None)
    assert "LETTA_RECONCILER_HOME=/var/lib/letta-reconciler" in caught.value.hint
    assert mode(private) == 0o700
    assert {path: mode(path) for path in private.rglob("*")} == before


@pytest.mark.parametrize("is_root", [True, False])
@pytest.mark.parametrize("passable", [0o700, 0o711])
def test_data_of_root_lies_where_another_user_may_go(
    public: Path, monkeypatch: pytest.MonkeyPatch, is_root: bool, passable: int
) -> None:
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0 if is_root else 1000)
    own = public / "root"
    own.mkdir()
    own.chmod(passable)
    usual = own / "state" / "letta-reconciler"
    monkeypatch.setattr("platformdirs.user_state_path", lambda name: usual)
    elsewhere = is_root and passable == 0o700
    assert paths.default_home() == (Path("/var/lib/letta-reconciler") if elsewhere else usual)
    monkeypatch.setenv(paths.HOME_VARIABLE, str(public / "chosen"))
    assert paths.default_home() == public / "chosen"


@pytest.mark.parametrize(("user", "above"), [(0, 0o711), (1000, 0o700)], ids=["root", "anybody"])
def test_folders_made_on_the_way_to_our_own_can_be_passed_by_the_database_of_root(
    public: Path, monkeypatch: pytest.MonkeyPatch, user: int, above: int
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    home = public / ".local" / "state" / "letta-reconciler"
    paths.make_private(home)
    assert mode(public / ".local") == mode(public / ".local" / "state") == above
    assert mode(home) == 0o700
