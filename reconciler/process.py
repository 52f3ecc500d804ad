"""Which process this is, and whether another one still lives.

In: nothing, or what a lease says of its holder. Out: names a person knows, and a verdict that is only given
where the process id means something: on the same machine and in the same process namespace.
"""

from __future__ import annotations

import getpass
import os
import platform
import uuid
from dataclasses import dataclass
from pathlib import Path

_NAMESPACE = Path("/proc/self/ns/pid")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, as others can check it."""

    who: str
    host: str
    machine: str
    """Host, its boot and process namespace: many machines have the same host name, and containers of one host
    do not see each other's processes."""
    pid: int
    started: str
    """When it started, in the words of the system; empty where it does not tell."""


def this_process() -> Process:
    """The one that is asking."""
    host = platform.node() or "unknown host"
    return Process(_user(), host, f"{host}/{_boot()}/{_namespace()}", os.getpid(), _started(os.getpid()))


def is_dead(other: Process) -> bool:
    """Whether that process is known to be gone; False where nobody can know."""
    if other.machine != this_process().machine:
        return False
    try:
        os.kill(other.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _is_zombie(other.pid) or bool(other.started and _started(other.pid) not in ("", other.started))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _boot() -> str:
    """Of one running system, wherever it says so; else of one network card."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return f"{uuid.getnode():012x}"


def _namespace() -> str:
    try:
        return os.readlink(_NAMESPACE)
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """State, parent and so on: what follows the command name, which may hold anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _started(pid: int) -> str:
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else ""


def _is_zombie(pid: int) -> bool:
    return _stat(pid)[:1] == ["Z"]
