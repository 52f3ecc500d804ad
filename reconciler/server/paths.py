"""Where the embedded server keeps its things.

In: the home directory (argument, LETTA_RECONCILER_HOME, or the user's state directory) and an instance name.
Out: paths. It makes private directories when asked; it must not start or read anything.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from reconciler.server.errors import ServerError, from_os_error

HOME_VARIABLE = "LETTA_RECONCILER_HOME"
ROOTS_HOME = Path("/var/lib/letta-reconciler")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
_SOCKET_PATH = re.compile(r"[A-Za-z0-9/._-]{1,86}")
"""With the socket's own name Linux takes 107 bytes and macOS 103; other characters would need quoting for
a shell, a PostgreSQL list and a URL at once."""
_UNUSABLE = re.compile(r"[%\"$`\\\n]")
"""Letta's configuration file cannot hold a percent sign; pg_ctl hands paths to a shell."""


def default_home() -> Path:
    """The directory everything lives under, from the environment or the platform's convention.

    The database of root runs as another user, who may not enter root's home: then it is `/var/lib`.
    """
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    home = platformdirs.user_state_path("letta-reconciler").absolute()
    return ROOTS_HOME if os.geteuid() == 0 and barriers(home) else home


def barriers(directory: Path) -> list[Path]:
    """The folders above this one, as far as they exist, that other users may not pass."""
    return [
        parent
        for parent in directory.parents
        if parent.exists() and not stat.S_IMODE(parent.stat().st_mode) & stat.S_IXOTH
    ]


def make_private(directory: Path) -> None:
    """Make a directory (with parents) that only this user can enter; an existing one is left as it is.

    Root's parents may be passed, not listed: its database runs as another user, and what is above the home
    of the server is never opened later.
    """
    above = 0o711 if os.geteuid() == 0 else 0o700
    try:
        missing = [path for path in (directory, *directory.parents) if not path.exists()]
        for path in reversed(missing):  # mkdir(parents=True) would give the mode to the last one only
            path.mkdir(mode=0o700 if path == directory else above, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, "making the server's directory") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise ServerError(
            f"the directory {directory} cannot be written",
            why="the server keeps its environment and its database there",
            hint=f"fix its permissions or set {HOME_VARIABLE} to another directory",
        )


@dataclass(frozen=True, slots=True)
class InstancePaths:
    """All paths of one named instance."""

    home: Path
    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ServerError(
                f"{self.name!r} is not an instance name",
                why="a name has up to 48 letters, digits and . - _, and starts with a letter or digit",
                hint="reconciler server up --name my-server",
            )

        if _UNUSABLE.search(str(self.home)):
            raise ServerError(
                f"the server cannot live under {self.home}",
                why='PostgreSQL and Letta cannot handle a path with one of % " $ ` \\ in it',
                hint=f"set {HOME_VARIABLE} to another directory",
            )

    @property
    def root(self) -> Path:
        return self.home / "server" / "instances" / self.name

    @property
    def lock(self) -> Path:
        """Outside `root`, so that it survives the deletion of the instance."""
        return self.home / "server" / "instances" / f".{self.name}.lock"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def scratch(self) -> Path:
        """HOME, LETTA_DIR and working directory of the server."""
        return self.root / "scratch"

    @property
    def pgdata(self) -> Path:
        return self.root / "pgdata"

    @property
    def database_log(self) -> Path:
        """Inside pgdata, because the database may run as another user."""
        return self.pgdata / "server.log"

    @property
    def socket_directory(self) -> Path:
        """pgdata itself, or a short directory when the path does not suit a unix socket."""
        if _SOCKET_PATH.fullmatch(str(self.pgdata)):
            return self.pgdata
        digest = hashlib.sha256(str(self.pgdata).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"letta-reconciler-{os.getuid()}-{digest}"

    def log(self, process: str) -> Path:
        return self.root / "logs" / f"{process}.log"

    def pid_file(self, process: str) -> Path:
        return self.root / f"{process}.pid"

    def make(self) -> None:
        """Make the instance's directories, private to this user."""
        make_private(self.root.parent)
        for directory in (self.root, self.scratch, self.root / "logs"):
            make_private(directory)
