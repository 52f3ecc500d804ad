"""Each consequence in the closed list is the real server's own doing, shown by a bare HTTP write."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from reconciler.server import ServerInstance
from tests.audit.consequences import Consequence, Explained, read_consequences
from tests.audit.differences import differences
from tests.audit.scenarios import SCENARIOS
from tests.audit.snapshot import Eyes, Snapshot
from tests.live.raw import RawServer

ENTRIES = read_consequences()


@pytest.fixture
def server(letta_url: str) -> RawServer:
    """The freshly reset server."""
    return RawServer(letta_url)


@pytest.fixture
def eyes(letta_server: ServerInstance, eyes_on: Callable[[ServerInstance], Eyes]) -> Eyes:
    """On the server of the tests."""
    return eyes_on(letta_server)


def settled(eyes: Eyes) -> Snapshot:
    """What there is once files are processed."""
    deadline = time.monotonic() + 60
    while True:
        seen = eyes.look()
        files = seen.rows("files").values()
        if all(file["processing_status"] in ("completed", "error") for file in files):
            return seen
        assert time.monotonic() < deadline, files
        time.sleep(0.1)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_server_does_it_by_itself(entry: Consequence, server: RawServer, eyes: Eyes) -> None:
    claim, write, *also = SCENARIOS[entry.name](server)
    before = eyes.look() if claim.table == "#processing" else settled(eyes)
    write()
    after = settled(eyes)
    moved = [each for each in differences(before, after) if not claim.covers(each)]
    assert any(map(Explained([entry], [claim], before, after).by, moved)), moved
    whole = Explained(ENTRIES, [claim, *also], before, after)
    left = [each for each in moved if whole.by(each) is None]
    assert not left, [(each.table, each.op, each.column) for each in left]


def test_every_entry_is_shown_and_nothing_else() -> None:
    assert sorted(SCENARIOS) == sorted(entry.name for entry in ENTRIES)
