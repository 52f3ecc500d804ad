"""What the auditor has to say, in plain words: which row, which column, before and after, and the command.

In: differences nobody announced, announcements that did not come true, requests that belong to none.
Out: findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.audit.claims import Expected
from tests.audit.commands import Command, Write
from tests.audit.differences import CHANGED, Difference
from tests.audit.snapshot import Row

_LONGEST = 120
_OWNERS = (
    "agent_id",
    "block_id",
    "group_id",
    "source_id",
    "archive_id",
    "conversation_id",
    "file_id",
    "identity_id",
)
UNDONE = "not done"
"""What a finding calls that which was announced and did not happen."""
UNMATCHED = "unmatched"
"""What a finding calls a write that belongs to nothing announced."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was announced."""

    table: str
    op: str
    column: str
    text: str

    @property
    def what(self) -> str:
        """Short, the same each time: `block.value changed`."""
        return f"{self.table}.{self.column} {self.op}" if self.column else f"{self.table} {self.op}"


@dataclass(frozen=True)
class Words:
    """How findings about these commands are worded."""

    tables: Mapping[str, tuple[str, str]]
    """Table to what a row is called, and the column that names it."""
    commands: str

    def unannounced(self, difference: Difference) -> Finding:
        """A row came, went or moved without a word."""
        owners = _owners(difference.row)
        subject = self._called(difference.table, difference.row) + (f" of {owners}" if owners else "")
        if difference.op == CHANGED:
            did = f"{difference.column} was {short(difference.before)}, is {short(difference.after)}"
        else:
            did = f"was {difference.op}"
        text = f"{subject}: {did}; not announced by {self.commands}"
        return Finding(difference.table, difference.op, difference.column, text)

    def undone(self, expected: Expected, column: str, why: str) -> Finding:
        """Something was announced, and said to be done."""
        kind, _ = self.tables[expected.table]
        which = ", ".join(f"{name} {value}" for name, value in expected.match.items())
        text = f"{expected.said} is said to be done, but {kind} with {which} {why}; {self.commands}"
        return Finding(expected.table, UNDONE, column, text)

    def unmatched(self, write: Write) -> Finding:
        """A write that nothing announced."""
        text = (
            f"{write.method} {write.path} {write.subject}: belongs to nothing that {self.commands} announced"
        )
        return Finding("request", UNMATCHED, "", text)

    def _called(self, table: str, row: Row) -> str:
        kind, column = self.tables.get(table, (table, "id"))
        name, server_id = row.get(column), row.get("id", "")
        return f"{kind} {short(name)}" + (f" ({server_id})" if server_id and server_id != name else "")


def names(commands: Iterable[Command]) -> str:
    """Of a command and the plan it carried out, only the command."""
    all_names = dict.fromkeys(command.name for command in commands)
    whole = [name for name in all_names if not name.startswith("Executor.execute")]
    return " + ".join(whole or all_names) or "no command"


def short(value: Any) -> str:
    """A value in a line."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _owners(row: Row) -> str:
    """What a row hangs on, by id."""
    return ", ".join(f"{name.removesuffix('_id')} {row[name]}" for name in _OWNERS if row.get(name))
