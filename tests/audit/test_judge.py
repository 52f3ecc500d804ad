"""What moved is what was announced, and what was announced moved: both, and nothing else."""

from __future__ import annotations

import pytest

from tests.audit.commands import Command, Deed, Write
from tests.audit.tables import (
    ADDRESS,
    AGENT,
    BLOCK,
    OTHER,
    applied,
    block,
    change,
    findings,
    snapshot,
    tag,
    whats,
)

CALM = snapshot(block=[block()], blocks_tags=[tag()])
BUSY = snapshot(block=[block(value="busy", version=2)], blocks_tags=[tag()])
TO_BUSY = change("update", ("value", "calm", "busy"))
PLAN = Command("run", argv=("plan",), has_ended=True)
LOCK = {"id": "source-1", "name": "letta-reconciler lock demo", "metadata_": {}}


def test_an_announced_change_that_happens_is_no_finding() -> None:
    assert findings(CALM, BUSY, applied(TO_BUSY)) == []


def test_a_column_that_was_not_announced_is_a_finding() -> None:
    after = snapshot(block=[block(value="busy", version=2, limit=7)], blocks_tags=[tag()])
    (found,) = findings(CALM, after, applied(TO_BUSY))
    assert found.what == "block.limit changed"
    assert "limit was 100, is 7" in found.text


def test_the_same_change_of_another_row_is_a_finding() -> None:
    before = snapshot(block=[block(), block(OTHER)], blocks_tags=[tag()])
    after = snapshot(block=[block(value="busy", version=2), block(OTHER, value="busy")], blocks_tags=[tag()])
    (found,) = findings(before, after, applied(TO_BUSY))
    assert OTHER in found.text


def test_a_change_said_to_be_done_that_did_not_happen_is_a_finding() -> None:
    (found,) = findings(CALM, CALM, applied(TO_BUSY))
    assert found.what == "block.value not done"
    assert f"update {ADDRESS} is said to be done" in found.text


def test_another_value_than_the_announced_one_is_a_finding() -> None:
    after = snapshot(block=[block(value="rude", version=2)], blocks_tags=[tag()])
    assert whats(findings(CALM, after, applied(TO_BUSY))) == ["block.value not done"]


@pytest.mark.parametrize("after", [CALM, BUSY], ids=["not done", "done"])
def test_what_was_killed_may_have_done_any_part_of_it(after: object) -> None:
    assert findings(CALM, after, applied(TO_BUSY, status=None)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["skipped", "not_started"])
def test_what_was_not_reached_must_not_have_moved(status: str) -> None:
    assert "block.value changed" in whats(findings(CALM, BUSY, applied(TO_BUSY, status=status)))


def test_a_created_row_is_known_by_its_mark() -> None:
    made = change("create", ("value", None, "calm"), server_id="")
    assert findings(snapshot(), CALM, applied(made)) == []


def test_of_two_rows_with_one_mark_one_is_a_finding() -> None:
    made = change("create", ("value", None, "calm"), server_id="")
    after = snapshot(block=[block(), block(OTHER)], blocks_tags=[tag(), tag(OTHER)])
    assert whats(findings(snapshot(), after, applied(made))) == ["block added", "blocks_tags added"]


def test_a_create_that_left_nothing_is_a_finding() -> None:
    made = change("create", ("value", None, "calm"), server_id="")
    assert whats(findings(snapshot(), snapshot(), applied(made))) == ["block not done"]


def test_a_deleted_row_takes_only_its_own_along() -> None:
    hung = {"agent_id": AGENT, "block_id": BLOCK, "block_label": "state"}
    before = snapshot(block=[block(), block(OTHER)], blocks_tags=[tag()], blocks_agents=[hung])
    after = snapshot()
    found = findings(before, after, applied(change("delete")))
    assert whats(found) == ["block removed"]
    assert OTHER in found[0].text


def test_a_command_that_only_reads_moves_nothing_not_even_a_lock() -> None:
    after = snapshot(block=[block()], blocks_tags=[tag()], sources=[LOCK])
    assert whats(findings(CALM, after, PLAN)) == ["sources added"]
    assert findings(CALM, after, Command("run", argv=("apply",))) == []


def test_what_others_wrote_meanwhile_is_theirs() -> None:
    deed = Deed("PATCH", f"/v1/blocks/{BLOCK}", frozenset({BLOCK}))
    assert findings(CALM, BUSY, PLAN, deeds=[deed]) == []


def test_what_a_killed_command_announced_may_still_arrive() -> None:
    assert findings(CALM, BUSY, PLAN, earlier=[applied(TO_BUSY, status=None)]) == []


def test_a_write_that_belongs_to_nothing_announced_is_a_finding() -> None:
    ours = Write("PATCH", f"/v1/blocks/{BLOCK}", ADDRESS)
    stray = Write("PATCH", f"/v1/blocks/{OTHER}", "")
    (found,) = findings(CALM, BUSY, applied(TO_BUSY), writes=[ours, ours, stray])
    assert found.what == "request unmatched"
    assert OTHER in found.text


def test_a_lock_that_came_and_went_is_bookkeeping() -> None:
    folder = "source-00000000-0000-4000-8000-000000000009"
    writes = [Write("POST", "/v1/folders/", ""), Write("DELETE", f"/v1/folders/{folder}", "")]
    assert findings(CALM, BUSY, applied(TO_BUSY), writes=writes) == []
    assert len(findings(CALM, CALM, PLAN, writes=writes)) == 2
