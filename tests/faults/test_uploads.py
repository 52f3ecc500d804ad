"""Files of a source: each is there once, whatever happened on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reconciler.server import ServerInstance
from tests.faults.proxy import Fault, Proxy, every_first, no_faults
from tests.faults.reference import Reference, reference
from tests.faults.test_killed import apply_again, killed_at

FILES = 6


@pytest.fixture
def world(letta_server: ServerInstance, letta_url: str, tmp_path: Path) -> Reference:
    """The reference constellation with its six knowledge files."""
    root = reference(tmp_path / "pattern", files=True)
    return Reference(letta_server, letta_url, root, tmp_path / "cache" / "c.db")


def uploaded(world: Reference) -> Counter[str]:
    (folder,) = world.raw.list("folders")
    rows = world.raw.call("GET", f"/v1/folders/{folder['id']}/files?limit=1000")
    return Counter(row["original_file_name"] for row in rows)


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.STATUS_503], ids=lambda fault: fault.value)
def test_each_file_is_there_once(world: Reference, proxy: Proxy, fault: Fault) -> None:
    first = every_first(fault)
    proxy.rule = lambda sent: first(sent) if "/upload" in sent.path else None
    assert world.apply(proxy.url).is_complete
    assert len(proxy.hit) >= 1
    files = uploaded(world)
    assert len(files) == FILES
    assert set(files.values()) == {1}
    world.assert_converged()


def test_a_kill_in_the_middle_of_uploads_leaves_each_file_once(world: Reference, proxy: Proxy) -> None:
    killed_at(world, proxy, "POST /v1/folders/ID/upload ", Fault.KILL_AFTER)
    proxy.rule = no_faults
    apply_again(world)
    files = uploaded(world)
    assert len(files) == FILES
    assert set(files.values()) == {1}
    world.assert_converged()
