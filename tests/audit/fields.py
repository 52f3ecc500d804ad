"""Where each field of the manifests stands in the database: `fields.yaml`, read.

In: that file, and the plain fields, each of which stands in a column of its own name. Out: the table of a
kind, its columns and members; what a row is called. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.plain_fields import plain_fields

_FILE = Path(__file__).with_name("fields.yaml")


@dataclass(frozen=True)
class Column:
    """Where a field without members stands, or each key of a mapping."""

    moves: frozenset[str] = frozenset()
    holds: str = ""
    """The column that has its value as it is; empty when none has."""
    by_key: str = ""
    """Of a mapping: the JSON column that has the same keys."""
    as_is: bool = False
    """Whether that column has the same values, too."""
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Keys that stand elsewhere."""

    def moved(self, key: str) -> frozenset[str]:
        """The columns that move when the field, or this key of it, is written."""
        if self.by_key:
            first = key.partition(".")[0]
            whole = frozenset({f"{self.by_key}.{first}" if key else self.by_key})
            return self.keys.get(first, whole)
        return self.moves

    def holder(self, key: str) -> str:
        """The column that has the value of the field, or of this key of it; empty when none has."""
        return f"{self.by_key}.{key}" if self.as_is and key else self.holds


@dataclass(frozen=True)
class Members:
    """The rows of a set-like field."""

    table: str
    owner: str
    item: str = ""
    target: str = ""


@dataclass(frozen=True)
class KindOfRow:
    """One kind of resource in the database."""

    table: str
    columns: Mapping[str, Column]
    members: Mapping[str, Members] = field(default_factory=dict)
    marks: Members | None = None


@dataclass(frozen=True)
class Fields:
    """The whole table."""

    kinds: Mapping[str, KindOfRow]
    words: Mapping[str, tuple[str, str]]


def read_fields() -> Fields:
    """As it is in the file."""
    document = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    kinds = {name: _kind(name, entry) for name, entry in document["kinds"].items()}
    return Fields(kinds, {table: (words[0], words[1]) for table, words in document["words"].items()})


def _kind(kind: str, entry: Mapping[str, Any]) -> KindOfRow:
    alike = {field.name: field.name for field in plain_fields(kind)}
    members = {name: Members(**each) for name, each in entry.get("members", {}).items()}
    columns = {name: _column(each) for name, each in {**alike, **entry["columns"]}.items()}
    marks = Members(**entry["marks"]) if "marks" in entry else None
    return KindOfRow(entry["table"], columns, members, marks)


def _column(entry: Any) -> Column:
    if isinstance(entry, str):
        return Column(frozenset({entry}), entry)
    return Column(
        moves=frozenset(entry.get("moves", ())),
        holds=entry.get("holds", ""),
        by_key=entry.get("by_key", ""),
        as_is=entry.get("as_is", False),
        keys={key: frozenset(columns) for key, columns in entry.get("keys", {}).items()},
    )
