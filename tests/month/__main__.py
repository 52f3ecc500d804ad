"""`make month`: plays days of a company on an embedded server of its own, audited, and prints what grew.

In: `--days`, `--seed`. Out: each day as it was played, then a line for each night. Exit 1 when something is
not as the contract says, or the auditor found something.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.server import ServerInstance
from tests.audit import hooks
from tests.audit.auditor import Auditor
from tests.audit.consequences import read_consequences
from tests.audit.fields import read_fields
from tests.audit.judge import Judge
from tests.audit.ledger import VARIABLE, Ledger
from tests.audit.plugin import INSIDE
from tests.audit.processes import popen
from tests.audit.snapshot import Eyes, conninfo_of
from tests.month.backups import Backups
from tests.month.growth import HEADER, line
from tests.month.month import CALLS, Month
from tests.month.script import Day, drawn

INSTANCE = "month"


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    server = ServerInstance(INSTANCE)
    ran_before = server.status().running
    url = server.up(with_stub_model=True)
    server.reset()
    try:
        return _play(server, url, given.seed, given.days)
    finally:
        if not ran_before:
            server.down()


def _play(server: ServerInstance, url: str, seed: int, days: int) -> int:
    where = conninfo_of(server)
    eyes, went_well = Eyes(where), False
    with tempfile.TemporaryDirectory() as home, audited(eyes) as auditor:
        month = Month(url, eyes.look, Path(home), auditor, Backups(where))
        try:
            month.begin()
            _print_days(month, drawn(seed, days))
            went_well = True
        except Exception:
            traceback.print_exc(file=sys.stdout)
        finally:
            month.end()
    eyes.close()
    for finding in auditor.findings:
        print(f"the auditor found: {finding.text}")
    return 0 if went_well and not auditor.findings else 1


def _print_days(month: Month, days: Sequence[Day]) -> None:
    for day in days:
        print(f"\n{day}", flush=True)
        night = month.play(day)
        print(f"\n{HEADER}\n{line(night)}", flush=True)
        for each in night.left_over:
            print(f"left over: {each}")
    print(f"\n{HEADER}", *map(line, month.growth.nights), sep="\n")
    print(f"each of {CALLS} calls leaves {month.bytes_per_call():.0f} bytes in the memory of a bot")


@contextmanager
def audited(eyes: Eyes) -> Iterator[Auditor]:
    """For the time of a block, every command of this process and of those it starts is audited."""
    ledger = Ledger()
    auditor = Auditor(eyes, Judge(read_fields(), read_consequences()), ledger)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, ledger.path)
        patch.setenv("PYTHONPATH", str(INSIDE))
        hooks.install(patch.setattr, auditor.opened, auditor.closed)
        patch.setattr(subprocess, "Popen", popen(auditor.opened, auditor.closed))
        try:
            yield auditor
            auditor.end()
        finally:
            ledger.close()


if __name__ == "__main__":
    raise SystemExit(main())
