"""docs/reference/fields.md is what the tables say.

After a wanted change: RECONCILER_UPDATE_GOLDEN=1 python -m pytest tests/kinds, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.kinds import KINDS
from reconciler.kinds.reference_page import fields_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fields.md"


def test_the_committed_page_is_current() -> None:
    made = fields_page(KINDS.values())
    if os.environ.get("RECONCILER_UPDATE_GOLDEN"):
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "RECONCILER_UPDATE_GOLDEN=1 python -m pytest tests/kinds"


def test_every_key_has_a_line() -> None:
    lines = fields_page(KINDS.values()).splitlines()
    for kind in KINDS.values():
        for entry in (entry for entry in kind.entries if entry.key):
            assert any(line.startswith(f"| `{entry.key}` |") for line in lines)


def test_no_cell_breaks_its_line() -> None:
    rows = [line for line in fields_page(KINDS.values()).splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {7}
