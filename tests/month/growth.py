"""What becomes more as the days go by: objects, those nobody accounts for, bytes of marks, requests.

In: rows of the server after each night, and requests as actors report them. Out: figures, and a table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.audit.marks import addresses, is_lock, is_mark_column, is_mark_tag, records, split
from tests.audit.snapshot import Row, Snapshot

KINDS = ("agents", "block", "groups", "sources", "tools", "archives", "identities", "files")
"""Tables whose rows somebody has to account for."""
_MARKED = (
    ("agents", "metadata_"),
    ("block", "metadata_"),
    ("sources", "metadata_"),
    ("groups", "description"),
)
"""Tables and columns of which a part may be a mark of ours."""
_OWNED = {"files": "source_id"}
"""Tables of things that belong to one of ours, and the column that says to which."""


@dataclass(frozen=True)
class Night:
    """The figures of one night."""

    day: int
    objects: dict[str, int]
    left_over: tuple[str, ...]
    """Rows that are neither ours nor anybody's: table and name."""
    mark_bytes: float
    """Of the marks of one user's set, on average."""
    record_bytes: float
    largest_record: int
    requests: dict[str, int]
    """By actor, of this day and night."""


@dataclass
class Growth:
    """Takes figures down, night by night."""

    nights: list[Night] = field(default_factory=list)
    _requests: Counter[str] = field(default_factory=Counter)
    _built_in: frozenset[str] = frozenset()

    def sent(self, actor: str, requests: int) -> None:
        """An actor sent so many."""
        self._requests[actor] += requests

    def begin(self, snapshot: Snapshot) -> None:
        """What the server has of its own."""
        self._built_in = frozenset(key for table in KINDS for key in snapshot.texts.get(table, {}))

    def night(self, day: int, snapshot: Snapshot, others: set[str], users: int) -> Night:
        """Take down how things are; `others` are ids that somebody else accounts for."""
        kept = records(snapshot)
        sizes = [len(str(snapshot.row("block", each)["value"]).encode()) for each in kept]
        made = Night(
            day,
            {table: len(snapshot.texts.get(table, {})) for table in KINDS},
            tuple(self._left_over(snapshot, others)),
            _mark_bytes(snapshot) / max(users, 1),
            sum(sizes) / max(len(sizes), 1),
            max(sizes, default=0),
            dict(sorted(self._requests.items())),
        )
        self._requests.clear()
        self.nights.append(made)
        return made

    def _left_over(self, snapshot: Snapshot, others: set[str]) -> Iterator[str]:
        ours = {each for ids in addresses(snapshot).values() for each in ids} | records(snapshot)
        known = ours | others | self._built_in | _hung_archives(snapshot)
        for table in KINDS:
            for key, row in snapshot.rows(table).items():
                named = {key, row.get(_OWNED.get(table, ""))}
                if not named & known and _is_object(table, row):
                    yield f"{table} {row.get('name') or row.get('label') or key}"


def _hung_archives(snapshot: Snapshot) -> set[str]:
    """Archives that an agent has."""
    return {row["archive_id"] for row in snapshot.rows("archives_agents").values()}


def _is_object(table: str, row: Row) -> bool:
    return not is_lock(table, row) and not row.get("is_deleted")


def _mark_bytes(snapshot: Snapshot) -> int:
    """Tags, metadata and parts of descriptions that are ours, in all."""
    total = 0
    for table in ("agents_tags", "blocks_tags"):
        tags = (row["tag"] for row in snapshot.rows(table).values())
        total += sum(len(tag.encode()) for tag in tags if is_mark_tag(tag))
    for table, column in _MARKED:
        total += sum(_marked(column, row[column]) for row in snapshot.rows(table).values())
    return total


def _marked(column: str, value: Any) -> int:
    parts = split(column, value).items()
    return sum(len(json.dumps(each).encode()) for part, each in parts if is_mark_column(part))


HEADER = """\
| night | objects | left over | marks a set | record a set | largest record | requests |
|---|---|---|---|---|---|---|"""


def line(night: Night) -> str:
    """One night, for a person, below the header."""
    requests = ", ".join(f"{actor} {number}" for actor, number in night.requests.items())
    objects, left_over = sum(night.objects.values()), len(night.left_over)
    sizes = f"{night.mark_bytes:.0f} B | {night.record_bytes:.0f} B | {night.largest_record} B"
    return f"| {night.day} | {objects} | {left_over} | {sizes} | {requests} |"
