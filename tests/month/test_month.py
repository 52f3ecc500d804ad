"""Five days of a company on the real server in the suite, thirty in a soak; the auditor looks on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.server import ServerInstance
from tests.audit.auditor import Auditor
from tests.audit.snapshot import Eyes, conninfo_of
from tests.month.backups import Backups
from tests.month.growth import HEADER, line
from tests.month.month import Month
from tests.month.script import drawn

SEED = 1
MOST_BYTES_PER_CALL = 100
"""Of a bot; the interpreter itself accounts for a dozen."""


@pytest.mark.parametrize("days", [5, pytest.param(30, marks=pytest.mark.soak)])
def test_a_company_gets_what_the_contract_promises(
    days: int,
    letta_url: str,
    letta_server: ServerInstance,
    eyes_on: Callable[[ServerInstance], Eyes],
    auditor: Auditor,
    tmp_path: Path,
) -> None:
    backups = Backups(conninfo_of(letta_server))
    played = Month(letta_url, eyes_on(letta_server).look, tmp_path, auditor, backups)
    try:
        played.begin()
        nights = [played.play(day) for day in drawn(SEED, days)]
        left = played.bytes_per_call()
    finally:
        played.end()
    print(HEADER, *map(line, nights), sep="\n")
    assert list(nights[-1].left_over) == []
    assert left < MOST_BYTES_PER_CALL
