"""The PostgreSQL of one instance: made, started, asked, emptied, stopped.

In: the instance's paths and the environment that carries PostgreSQL. Out: a database `letta` on a unix socket
that only this user can reach. As root, it runs as the user `pgserver`, because PostgreSQL refuses root.
It must not know Letta's tables beyond what a reset keeps.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reconciler.server.database_user import database_user, open_way_to
from reconciler.server.environment import Environment
from reconciler.server.errors import DatabaseFailed, from_os_error
from reconciler.server.paths import InstancePaths
from reconciler.server.process import last_lines, live_pid, read_pid, stop_process

RESET_SQL = Path(__file__).parent / "scripts" / "reset.sql"
_LC = {"LC_ALL": "C", "PATH": os.defpath}
_SECONDS_TO_START = 60


@dataclass(frozen=True, slots=True)
class Database:
    """One PostgreSQL cluster."""

    paths: InstancePaths
    environment: Environment

    @property
    def postgres(self) -> Path:
        return self.environment.postgres

    @property
    def uri(self) -> str:
        """What Letta gets; `ssl=disable` because its pool would demand TLS on the unix socket."""
        return f"postgresql://postgres@localhost/letta?host={self.paths.socket_directory}&ssl=disable"

    def pid(self) -> int | None:
        return live_pid(self.paths.pgdata / "postmaster.pid", self.paths.pgdata)

    def ensure_running(self, say: Callable[[str], None]) -> None:
        """Make and start what is missing; safe after a kill at any moment."""
        try:
            self._ensure_made(say)
            if self.pid() is None:
                self._start()
        except OSError as error:
            raise from_os_error(error, "preparing the database") from error
        self._ensure_letta()

    def _ensure_made(self, say: Callable[[str], None]) -> None:
        """initdb into a directory that is renamed when complete, so a killed one is never taken for whole."""
        user = database_user(say)
        if user.is_other:
            open_way_to(self.paths.home, self.paths.root, self.postgres, user, say)
        if (self.paths.pgdata / "PG_VERSION").exists():
            return
        unfinished = self.paths.root / "pgdata.new"
        for leftover in (unfinished, self.paths.pgdata):
            if leftover.exists():
                shutil.rmtree(leftover)
        unfinished.mkdir(mode=0o700)
        user.own(unfinished)
        options = ["--auth=trust", "--encoding=utf8", "--no-locale", "--no-sync", "-U", "postgres"]
        self._run("initdb", *options, "-D", str(unfinished))
        unfinished.rename(self.paths.pgdata)

    def _start(self) -> None:
        self._forget_reused_pid()
        sockets = self.paths.socket_directory
        if sockets != self.paths.pgdata:
            self._make_socket_directory(sockets)
        settings = f"-c listen_addresses='' -c unix_socket_directories={sockets}"
        arguments = ["-w", "-t", str(_SECONDS_TO_START), "-D", str(self.paths.pgdata), "-o", settings]
        for attempt in range(4):
            try:
                self._run("pg_ctl", *arguments, "-l", str(self.paths.database_log), "start")
                return
            except DatabaseFailed as error:
                # children of a killed postmaster need a moment to notice; until then the memory is in use
                if attempt == 3:
                    error.why = f"{error.why}\n{last_lines(self.paths.database_log, 8)}".strip()
                    raise
                time.sleep(1.0)

    def _make_socket_directory(self, sockets: Path) -> None:
        """It lies where everybody may write: one that somebody else made first is not ours to trust."""
        user = database_user()
        sockets.mkdir(mode=0o700, exist_ok=True)
        if sockets.is_symlink() or sockets.stat().st_uid not in (os.geteuid(), user.uid):
            raise DatabaseFailed(f"the directory {sockets} belongs to another user", hint=f"remove {sockets}")
        sockets.chmod(0o700)
        user.own(sockets)

    def _forget_reused_pid(self) -> None:
        """Drop postmaster.pid when its number now belongs to a stranger: PostgreSQL would not start."""
        file = self.paths.pgdata / "postmaster.pid"
        pid = read_pid(file)
        if pid is None:
            file.unlink(missing_ok=True)
            return
        with contextlib.suppress(ProcessLookupError):
            with contextlib.suppress(PermissionError):
                os.kill(pid, 0)
            file.unlink(missing_ok=True)

    def _ensure_letta(self) -> None:
        """The database `letta` with the vector extension."""
        if "letta" not in self.sql("select datname from pg_database", database="postgres").split():
            self.sql("create database letta", database="postgres")
        self.sql("create extension if not exists vector")

    def sql(self, statements: str, database: str = "letta") -> str:
        """Run SQL through psql and return the bare rows."""
        return self._psql(["-f", "-"], statements, database)

    def reset(self) -> None:
        """Empty every table that holds what users made; organisation, user and built-in tools stay."""
        self._psql(["-f", "-"], RESET_SQL.read_text(encoding="utf-8"), "letta")

    def _psql(self, arguments: list[str], statements: str, database: str) -> str:
        command = [str(self.postgres / "bin" / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        where = ["-h", str(self.paths.socket_directory), "-U", "postgres", "-d", database]
        done = subprocess.run(
            [*command, *where, *arguments],
            input=statements,
            env={**_LC, "PGOPTIONS": "-c client_min_messages=warning"},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise DatabaseFailed(
                f"the database of instance {self.paths.name!r} refused a statement",
                why=done.stderr.strip(),
                hint=f"reconciler server status --name {self.paths.name}",
            )
        return done.stdout

    def stop(self) -> bool:
        """Stop it, fast but clean; says whether it ran."""
        pid = self.pid()
        if pid is None:
            return False
        try:
            self._run("pg_ctl", "-w", "-m", "fast", "-D", str(self.paths.pgdata), "stop")
        except DatabaseFailed:
            stop_process(pid)
        return True

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the database user.

        A file takes its messages: a daemon that inherited a pipe would keep us waiting.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:
            done = subprocess.run(
                [str(self.postgres / "bin" / program), *arguments],
                env=_LC,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                umask=0o077,
                **database_user().identity(),
            )
            stderr.seek(0)
            said = stderr.read().strip()
        if done.returncode != 0:
            full = "No space left" in said
            raise DatabaseFailed(
                f"PostgreSQL's {program} failed for instance {self.paths.name!r}",
                why=said,
                hint="free some space or set LETTA_RECONCILER_HOME to another disk"
                if full
                else f"reconciler server logs --name {self.paths.name} --of database",
            )
