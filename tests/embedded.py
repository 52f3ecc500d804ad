"""The embedded server of one test process: started while other tests run, stopped if it was started here.

In: the name of an instance. Out: a running ServerInstance. Each worker of pytest-xdist has an instance of its
own, database included: a reset, a kill or a password in one worker must not be seen by another.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from reconciler.server import ServerInstance
from reconciler.server.database import Database
from reconciler.server.environment import environment_at

INSTANCE_VARIABLE = "LETTA_RECONCILER_TEST_INSTANCE"
KEEP_VARIABLE = "LETTA_RECONCILER_KEEP_SERVER"
WORKER_VARIABLE = "PYTEST_XDIST_WORKER"
HASTE = "alter system set fsync = off; select pg_reload_conf();"
"""Killed processes lose nothing by it, and no test cuts the power."""


def instance_name(environ: dict[str, str]) -> str:
    """`tests` or what was asked for, and the worker's own part."""
    chosen = environ.get(INSTANCE_VARIABLE, "tests")
    worker = environ.get(WORKER_VARIABLE)
    return f"{chosen}-{worker}" if worker else chosen


@dataclass(frozen=True)
class Embedded:
    """A server on its way up, by the same command a person types."""

    instance: ServerInstance
    ran_before: bool
    starting: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> Embedded:
        """Begin, and wait for nothing: the first installation takes a minute or two."""
        instance = ServerInstance(instance_name(dict(os.environ)))
        ran_before = instance.status().running
        command = ["server", "up", "--name", instance.paths.name, "--with-stub-model"]
        starting = subprocess.Popen(
            [sys.executable, "-m", "reconciler", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return cls(instance, ran_before, starting)

    def ready(self) -> ServerInstance:
        """The running server; what went wrong on its way is raised here."""
        self.starting.wait()
        self.instance.up(with_stub_model=True)
        database = Database(self.instance.paths, environment_at(self.instance.paths.home))
        database.sql(HASTE)
        return self.instance

    def end(self) -> None:
        """Stop it, unless it ran before or LETTA_RECONCILER_KEEP_SERVER=1."""
        self.starting.wait()
        if not self.ran_before and os.environ.get(KEEP_VARIABLE) != "1":
            self.instance.down()
