"""The test cases of plain fields, `cases/fields.yaml`, for every test that goes through all fields.

In: that file. Out: its entries. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "cases" / "fields.yaml"


@dataclass(frozen=True)
class PlainField:
    """One field: two values to declare, and one that somebody sends by hand."""

    name: str
    first: Any
    second: Any
    by_hand: Any


def plain_fields(kind: str) -> tuple[PlainField, ...]:
    """Those of one kind."""
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8")).get(kind, {})
    return tuple(PlainField(name, *entry["values"], entry["by_hand"]) for name, entry in entries.items())
