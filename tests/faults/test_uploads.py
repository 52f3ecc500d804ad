"""Files of a source: each is there once, whatever happened on the way."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from reconciler.server import ServerInstance
from tests.faults.proxy import Fault, Proxy, Rule, every_first, no_faults
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


DONE = (Fault.LOST_AFTER, Fault.DONE_500, Fault.BROKEN)
NOT_DONE = (Fault.STATUS_503, Fault.STATUS_500, Fault.RESET_BEFORE)


@pytest.mark.parametrize("fault", [*DONE, *NOT_DONE], ids=lambda fault: fault.value)
def test_each_file_is_there_once(world: Reference, proxy: Proxy, fault: Fault) -> None:
    once_each = every_first(fault)
    proxy.rule = lambda sent: once_each(sent) if "/upload" in sent.path else None
    assert world.apply(proxy.url).is_complete
    assert len(proxy.hit) >= 1
    sent = sum("/upload" in label for label in proxy.writes())
    assert sent == FILES + (0 if fault in DONE else len(proxy.hit)), "what arrived is not sent again"
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


def test_answers_that_are_always_lost_are_no_failure(world: Reference, proxy: Proxy) -> None:
    proxy.rule = lambda sent: Fault.LOST_AFTER if "/upload" in sent.path else None
    assert world.apply(proxy.url).is_complete
    assert sum("/upload" in label for label in proxy.writes()) == FILES
    world.assert_converged()


def test_an_update_whose_answer_is_lost_is_told_from_the_file_it_replaces(
    world: Reference, proxy: Proxy
) -> None:
    assert world.apply().is_complete
    (folder,) = world.raw.list("folders")
    path = next((world.root / "knowledge").iterdir())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.swapcase(), encoding="utf-8")  # as long as before
    wait_until_processed(world, folder["id"])
    proxy.rule = once_before(Fault.RESET_BEFORE)
    assert world.apply(proxy.url).is_complete
    wait_until_processed(world, folder["id"])
    rows = world.raw.call("GET", f"/v1/folders/{folder['id']}/files?limit=1000&include_content=true")
    (row,) = (row for row in rows if row["original_file_name"] == path.name)
    assert row["content"] == text.swapcase()


@pytest.mark.parametrize(
    ("write", "fault"),
    [
        ("DELETE /v1/folders/ID/ID ", Fault.KILL_AFTER),
        ("POST /v1/folders/ID/upload ", Fault.KILL_BEFORE),
        ("POST /v1/folders/ID/upload ", Fault.KILL_AFTER),
    ],
    ids=["old one gone", "new one not sent", "new one sent"],
)
def test_an_update_that_is_killed_half_way_is_finished_by_the_next_apply(
    world: Reference, proxy: Proxy, write: str, fault: Fault
) -> None:
    assert world.apply().is_complete
    (folder,) = world.raw.list("folders")
    wait_until_processed(world, folder["id"])
    path = next((world.root / "knowledge").iterdir())
    path.write_text("new insight", encoding="utf-8")
    killed_at(world, proxy, write, fault)
    apply_again(world)
    wait_until_processed(world, folder["id"])
    rows = world.raw.call("GET", f"/v1/folders/{folder['id']}/files?limit=1000&include_content=true")
    (text,) = (row["content"] for row in rows if row["original_file_name"] == path.name)
    assert (text, len(rows)) == ("new insight", FILES)
    world.assert_converged()


def once_before(fault: Fault) -> Rule:
    first = every_first(fault)
    return lambda sent: first(sent) if "/upload" in sent.path else None


def wait_until_processed(world: Reference, folder_id: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows = world.raw.call("GET", f"/v1/folders/{folder_id}/files?limit=1000")
        if all(row["processing_status"] in ("completed", "error") for row in rows):
            return
    raise AssertionError("the server did not process the files")
