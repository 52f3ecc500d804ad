"""Who PostgreSQL runs as.

In: who we are. Out: this user, or for root the unprivileged system user `pgserver` (made when missing).
It must not open more than the way to the database's directory: traversal only, never listing or reading.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from reconciler.server.errors import DatabaseFailed
from reconciler.server.paths import HOME_VARIABLE, ROOTS_HOME, barriers

NAME = "pgserver"


def _silent(line: str) -> None:
    """Nobody listens."""


class Identity(TypedDict, total=False):
    """Arguments of subprocess.run that change who runs."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class DatabaseUser:
    """A user and group id; `is_other` when it is not the one we run as."""

    uid: int
    gid: int
    is_other: bool

    def identity(self) -> Identity:
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, directory: Path) -> None:
        """Hand a directory over to this user."""
        if self.is_other:
            os.chown(directory, self.uid, self.gid)


def database_user(say: Callable[[str], None] = _silent) -> DatabaseUser:
    """The current user, or `pgserver` when that is root; a user that is made is said."""
    if os.geteuid() != 0:
        return DatabaseUser(os.geteuid(), os.getegid(), is_other=False)
    import pwd

    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _add_user()
        say(f"made the system user {NAME}, as PostgreSQL does not run as root")
        entry = pwd.getpwnam(NAME)
    return DatabaseUser(entry.pw_uid, entry.pw_gid, is_other=True)


def _add_user() -> None:
    program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if program is None:
        raise DatabaseFailed(
            "PostgreSQL does not run as root and there is no other user for it",
            why=f"the program useradd, which would make the user {NAME}, is missing",
            hint="run as an ordinary user",
        )
    command = [program, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 9):  # 9: another process made it at the same time
        raise DatabaseFailed(f"the system user {NAME} could not be made", why=done.stderr.strip())


def open_way_to(
    home: Path, directory: Path, binaries: Path, user: DatabaseUser, say: Callable[[str], None]
) -> None:
    """Let the user walk through `directory` and to the binaries, and read these; say what was opened.

    Only `home` and what is below it is ours to open; DatabaseFailed where others stand in the way.
    """
    home, directory, binaries = (Path(os.path.realpath(path)) for path in (home, directory, binaries))
    closed = {parent for path in (directory, binaries) for parent in barriers(path)}
    foreign = sorted(path for path in closed if not path.is_relative_to(home))
    if foreign or not binaries.is_relative_to(home):
        raise DatabaseFailed(
            f"the database's user {NAME} cannot pass {foreign[0] if foreign else binaries}",
            why=f"PostgreSQL does not run as root, and only folders below {home} are opened for {NAME}",
            hint=f"put the server elsewhere: {HOME_VARIABLE}={ROOTS_HOME}",
        )
    os.chown(directory, -1, user.gid)
    directory.chmod(0o710)
    for parent in sorted(closed):
        say(f"chmod o+x {parent}, so that the database's user {NAME} can pass")
        parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)
    if (
        binaries.stat().st_mode & stat.S_IROTH
        and (binaries / "bin" / "postgres").stat().st_mode & stat.S_IXOTH
    ):
        return
    for path in (binaries, *binaries.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(stat.S_IMODE(mode) | (0o055 if mode & stat.S_IXUSR else 0o044))
