"""Holds what moved against what was announced: what is left over is a finding.

In: two snapshots, the commands between them, what others did meanwhile. Out: findings. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.audit.called import call_claims, deed_claims
from tests.audit.claims import Claim
from tests.audit.commands import Command, Deed, Write
from tests.audit.consequences import Consequence, Explained
from tests.audit.differences import Difference, differences
from tests.audit.fields import Fields
from tests.audit.findings import Finding, Words, names
from tests.audit.marks import is_lock, records
from tests.audit.planned import Planned
from tests.audit.snapshot import Snapshot
from tests.audit.undone import broken
from tests.audit.whereabouts import Whereabouts
from tests.audit.writes import unmatched


@dataclass(frozen=True)
class Stretch:
    """What lies between two snapshots."""

    before: Snapshot
    after: Snapshot
    commands: Sequence[Command] = ()
    earlier: Sequence[Command] = ()
    """Commands of before whose work may still go on."""
    deeds: Sequence[Deed] = ()
    """What others did."""
    writes: Sequence[Write] = ()
    """Requests that went through the proxy, where there is one."""

    @property
    def all_commands(self) -> Sequence[Command]:
        """The earlier ones first."""
        return (*self.earlier, *self.commands)

    @property
    def is_writing(self) -> bool:
        """Whether a command may have locked something or kept a record."""
        return any(not command.is_read for command in self.all_commands)


class Judge:
    """Knows the tables; judges stretches one by one."""

    def __init__(self, fields: Fields, consequences: tuple[Consequence, ...]) -> None:
        self._fields, self._consequences = fields, consequences

    def findings(self, stretch: Stretch) -> list[Finding]:
        """What moved unannounced, what was announced and did not happen, requests that belong to nothing."""
        where = Whereabouts(self._fields, stretch.before, stretch.after, stretch.all_commands)
        claims = list(_claims(stretch, where))
        claims += _edits(claims, stretch.before, stretch.after)
        words = Words(self._fields.words, names(stretch.commands))
        return [
            *map(words.unannounced, self._left_over(stretch, claims)),
            *(words.undone(*each) for each in _undone(stretch, where)),
            *map(
                words.unmatched,
                unmatched(stretch.writes, claims, _announced(stretch), where, is_writing=stretch.is_writing),
            ),
        ]

    def _left_over(self, stretch: Stretch, claims: list[Claim]) -> Iterator[Difference]:
        by_table = defaultdict(list)
        for claim in claims:
            by_table[claim.table].append(claim)
        touched = {str(claim.match["id"]) for claim in by_table["#touched"]}
        explained = Explained(self._consequences, claims, stretch.before, stretch.after)
        ours = records(stretch.before) | records(stretch.after)
        for difference in differences(stretch.before, stretch.after):
            is_announced = (
                any(claim.covers(difference) for claim in by_table[difference.table])
                or not touched.isdisjoint(str(value) for value in difference.row.values())
                or (stretch.is_writing and _is_bookkeeping(difference, ours))
            )
            if not is_announced and explained.by(difference) is None:
                yield difference


def _claims(stretch: Stretch, where: Whereabouts) -> Iterator[Claim]:
    for command in stretch.all_commands:
        yield from Planned(command, where).claims() if command.plan else call_claims(command, where)
    if stretch.commands:
        yield Claim("a command", "#command", {})
    for deed in stretch.deeds:
        yield from deed_claims(deed)
    for snapshot in (stretch.before, stretch.after):
        yield from _going_on(snapshot)


def _edits(claims: list[Claim], before: Snapshot, after: Snapshot) -> Iterator[Claim]:
    """Blocks that agents which were spoken to wrote by their tools."""
    spoken_to = {claim.match["agent_id"]: claim.said for claim in claims if claim.table == "#message"}
    for row in before.rows("blocks_agents").values() if spoken_to else ():
        said, block = spoken_to.get(row["agent_id"]), row["block_id"]
        if said and before.texts["block"].get(block) != after.texts["block"].get(block):
            yield Claim(said, "#edit", {"block_id": block})


def _going_on(snapshot: Snapshot) -> Iterator[Claim]:
    """What the server was at already: runs in flight, steps of those that were cancelled, files being
    processed."""
    for run in snapshot.rows("runs").values():
        if run["status"] in ("created", "running") and run["agent_id"]:
            yield Claim(f"run {run['id']} in flight", "#message", {"agent_id": run["agent_id"]})
    for step in snapshot.rows("steps").values():
        if step["status"] == "PENDING" and step["agent_id"]:
            yield Claim(f"step {step['id']} at work", "#message", {"agent_id": step["agent_id"]})
    for file in snapshot.rows("files").values():
        if file["processing_status"] not in ("completed", "error"):
            yield Claim(f"file {file['id']} being processed", "#processing", {"file_id": file["id"]})


def _announced(stretch: Stretch) -> frozenset[str]:
    """Addresses of all changes."""
    changes = (change for command in stretch.all_commands for change in command.plan.get("changes", ()))
    return frozenset(change["address"] for change in changes)


def _is_bookkeeping(difference: Difference, records_: frozenset[str]) -> bool:
    """Locks and records, one announced line of every command that writes."""
    row = difference.row
    return is_lock(difference.table, row) or (
        difference.table in ("block", "blocks_tags") and row.get("block_id", row.get("id")) in records_
    )


def _undone(stretch: Stretch, where: Whereabouts) -> Iterator[tuple]:  # type: ignore[type-arg]
    """Only of a plan that was alone: of several it is not to be told who had the last word."""
    plans = [command for command in stretch.commands if command.plan]
    if len(plans) == 1 and not stretch.deeds:
        yield from broken(Planned(plans[0], where).expected(), stretch.after)
