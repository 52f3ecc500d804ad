"""Daemons that outlive the command that started them, and locks between commands.

In: commands, pid files, lock files. Out: running processes and the truth about them. A pid alone proves
nothing (numbers are reused), so a process counts as ours only while its command line names our directory.
It must not know what the processes do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.server.errors import ServerError, from_os_error

SCRIPTS = Path(__file__).parent / "scripts"
_LARGEST_LOG = 10_000_000
_SECONDS_TO_END = 8.0


def wait_until(holds: Callable[[], bool], seconds: float, interval: float = 0.05) -> bool:
    """Ask until the answer is yes or the time is over; says whether it became yes."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= deadline:
            return False
        time.sleep(interval)
    return True


@contextlib.contextmanager
def file_lock(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Hold an exclusive lock between processes; `waiting` is called once if another one holds it.

    Yields the open file: a child that inherits it keeps the lock even when this process is killed.
    """
    if sys.platform == "win32":
        raise ServerError("the embedded server needs Linux or macOS", hint="run it inside WSL")
    import fcntl

    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise from_os_error(error, "locking the server's directory") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def read_pid(pid_file: Path) -> int | None:
    """The number on the first line of a pid file, or None when there is none."""
    try:
        return int(pid_file.read_text(encoding="ascii").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def command_line(pid: int) -> tuple[str, ...]:
    """The arguments of a living process; empty for a dead one and for a zombie."""
    if sys.platform == "linux":
        try:
            return tuple(Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0"))[:-1]
        except OSError:
            return ()
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return tuple(shown.stdout.split(" "))


def has_ended(pid: int) -> bool:
    """Whether a process is over, sockets and files closed; a zombie is, a dying process is not."""
    if sys.platform == "linux":
        try:
            after_name = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return True
        # the first thread may be a zombie while others still hold the sockets: field 20 counts them
        return after_name[0] == b"X" or (after_name[0] == b"Z" and int(after_name[17]) <= 1)
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip() in ("", "Z")


def live_pid(pid_file: Path, marker: Path) -> int | None:
    """The pid in the file if that process lives and its command line names `marker`."""
    pid = read_pid(pid_file)
    if pid is None or pid <= 1:
        return None
    return pid if f" {marker} " in f" {' '.join(command_line(pid))} " else None


@dataclass(frozen=True, slots=True)
class Daemon:
    """One long-running process of an instance."""

    pid_file: Path
    log: Path
    marker: Path
    """A path that stands in its command line."""

    def pid(self) -> int | None:
        return live_pid(self.pid_file, self.marker)

    def start(self, command: Sequence[str], environment: Mapping[str, str], directory: Path) -> None:
        """Start it detached from this process; returns once it runs."""
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        script = [sys.executable, "-I", "-S", str(SCRIPTS / "detach.py")]
        arguments = [str(self.pid_file), str(self.log), str(directory)]
        done = subprocess.run(
            [*script, *arguments, *command],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode != 0:
            raise ServerError(f"{command[0]} could not be started", why=done.stderr.strip())

    def stop(self) -> bool:
        """Ask it to end, then end it with its children; says whether there was something to stop."""
        pid = self.pid()
        if pid is not None:
            stop_process(pid)
        self.pid_file.unlink(missing_ok=True)
        return pid is not None

    def last_lines(self, count: int = 15) -> str:
        return last_lines(self.log, count)


def stop_process(pid: int) -> None:
    """SIGTERM, some seconds, then SIGKILL to it and to the group it leads."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if wait_until(lambda: has_ended(pid), _SECONDS_TO_END):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    wait_until(lambda: has_ended(pid), _SECONDS_TO_END)


def last_lines(path: Path, count: int) -> str:
    """The end of a text file; empty when there is no such file."""
    if count <= 0:
        return ""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400 * count - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])
