"""Hangs the auditor on the tests: whoever asks for the real server is audited, without a word of its own.

A finding that `known.yaml` does not admit fails its test; when the whole suite was run, so does an entry that
nothing needed. With several test processes, what each of them saw is put together before that is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.server import ServerInstance
from tests.audit import hooks
from tests.audit.auditor import Auditor
from tests.audit.consequences import read_consequences
from tests.audit.fields import read_fields
from tests.audit.judge import Judge
from tests.audit.known import Known, admitting, read_known
from tests.audit.ledger import VARIABLE, Ledger
from tests.audit.processes import popen
from tests.audit.snapshot import Eyes, conninfo_of
from tests.thinning import is_everything

INSIDE = Path(__file__).parent / "inside"
SERVER_FIXTURES = frozenset({"letta_server", "letta_url"})
SENT = "audit"
"""Where a test process puts its tally for the one that started it."""


@dataclass
class Tally:
    """What was audited so far."""

    known: tuple[Known, ...] = ()
    used: set[int] = field(default_factory=set)
    stretches: int = 0
    admitted: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def add(self, other: dict[str, Any]) -> None:
        """What another process saw."""
        self.used |= set(other["used"])
        self.stretches += other["stretches"]
        self.admitted += other["admitted"]
        self.seconds += other["seconds"]
        self.waited += other["waited"]


TALLY = pytest.StashKey[Tally]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--audit-report FILE`."""
    help_ = "append every finding of the auditor, admitted or not, to this file, one JSON object a line"
    parser.addoption("--audit-report", metavar="FILE", help=help_)


def pytest_configure(config: pytest.Config) -> None:
    """One tally for each process."""
    config.stash[TALLY] = Tally(read_known())


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Knows the tables."""
    return Judge(read_fields(), read_consequences())


@pytest.fixture(scope="session")
def eyes_on() -> Iterator[Callable[[ServerInstance], Eyes]]:
    """Look at the database of a server."""
    made: dict[str, Eyes] = {}

    def eyes_on(instance: ServerInstance) -> Eyes:
        where = conninfo_of(instance)
        return made.setdefault(where, Eyes(where))

    yield eyes_on
    for each in made.values():
        each.close()


@pytest.fixture
def audited_server(letta_server: ServerInstance) -> ServerInstance:
    """The server a test's commands go to; tests that have another one override this."""
    return letta_server


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Takes down what this test and its processes announce."""
    kept = Ledger()
    yield kept
    kept.close()


@pytest.fixture
def auditor(
    audited_server: ServerInstance, eyes_on: Callable[[ServerInstance], Eyes], judge: Judge, ledger: Ledger
) -> Auditor:
    """Audits this test."""
    return Auditor(eyes_on(audited_server), judge, ledger)


@pytest.fixture(autouse=True)
def audited(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every command of a test on the real server is audited."""
    if SERVER_FIXTURES.isdisjoint(request.fixturenames):
        yield
        return
    auditor: Auditor = request.getfixturevalue("auditor")
    monkeypatch.setenv(VARIABLE, auditor.ledger.path)
    paths = [str(INSIDE), os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    hooks.install(monkeypatch.setattr, auditor.opened, auditor.closed)
    monkeypatch.setattr(subprocess, "Popen", popen(auditor.opened, auditor.closed))
    yield
    auditor.end()
    _report(request, auditor)


def _report(request: pytest.FixtureRequest, auditor: Auditor) -> None:
    """Count, write down, and fail for what is not admitted."""
    tally, test = request.config.stash[TALLY], request.node.nodeid
    news = []
    for finding in auditor.findings:
        number = admitting(tally.known, test, finding)
        if number is None:
            news.append(finding.text)
        else:
            tally.used.add(number)
            tally.admitted += 1
    tally.stretches += auditor.stretches
    tally.seconds += auditor.seconds
    tally.waited += auditor.waited
    _write(request.config.option.audit_report, test, auditor)
    if news:
        pytest.fail("the auditor found:\n" + "\n".join(dict.fromkeys(news)), pytrace=False)


def _write(path: str | None, test: str, auditor: Auditor) -> None:
    if path:
        with open(path, "a", encoding="utf-8") as file:
            for finding in auditor.findings:
                file.write(json.dumps({"test": test, "what": finding.what, **asdict(finding)}) + "\n")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """A test process is done: take over what it saw."""
    del error
    sent = getattr(node, "workeroutput", {}).get(SENT)
    if sent:
        node.config.stash[TALLY].add(sent)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A test process hands its tally on; the one that started them fails for entries nothing needed."""
    tally, output = session.config.stash[TALLY], getattr(session.config, "workeroutput", None)
    if output is not None:
        output[SENT] = {**asdict(tally), "known": [], "used": sorted(tally.used)}
    elif exitstatus == 0 and is_whole(session.config) and unneeded(tally):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def is_whole(config: pytest.Config) -> bool:
    """Whether all tests were asked for, and not some of them."""
    option = config.option
    return is_everything(config) and not option.maxfail and option.markexpr in ("", "not soak")


def unneeded(tally: Tally) -> list[Known]:
    """Entries of known.yaml that admitted nothing."""
    return [entry for number, entry in enumerate(tally.known) if number not in tally.used]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was looked at and what it cost; in a whole run, entries that are to be taken out."""
    tally = config.stash[TALLY]
    if not tally.stretches:
        return
    lasted = time.monotonic() - tally.began
    terminalreporter.line(
        f"auditor: {tally.stretches} commands, {tally.admitted} known findings, {tally.seconds:.1f} s "
        f"({tally.seconds / lasted:.0%} of {lasted:.0f} s), {tally.waited:.1f} s until files were processed"
    )
    if is_whole(config):
        for entry in unneeded(tally):
            terminalreporter.line(
                f"tests/audit/known.yaml: {entry.what!r} in {entry.test!r} no longer occurs"
            )
