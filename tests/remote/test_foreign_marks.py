"""Who else says a resource is theirs, and that their mark comes off and nothing besides."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.remote.marks.foreign_marks import foreign_owner, unmarked
from reconciler.remote.marks.markers import KEY, agent_tags, describe, metadata_entry
from reconciler.values import Address, Marker

ADDRESS = Address.parse("pattern/42/agent/entropy")
THEIRS = Marker("others", ADDRESS, {"system": "abc"})
OURS = Marker("demo", ADDRESS, {"system": "abc"})


def row(**fields: Any) -> dict[str, Any]:
    return {"id": "1", "tags": [], "metadata": {}, "description": "", **fields}


@pytest.mark.parametrize(
    ("marked", "owner"),
    [
        (row(), ""),
        (row(tags=["user:42", "vip"]), ""),
        (row(tags=agent_tags(OURS), metadata={KEY: metadata_entry(OURS)}), ""),
        (row(tags=agent_tags(THEIRS)), "project 'others'"),
        (row(metadata={KEY: metadata_entry(THEIRS)}), "project 'others'"),
        (row(description=describe("text", THEIRS)), "project 'others'"),
        (row(tags=["managed-by:terraform"]), "terraform"),
        (row(metadata={"lettactl.lastApplied": "{}"}), "lettactl"),
        (row(metadata={"lettactlish": 1}), ""),
        ({"id": "1"}, ""),
    ],
)
def test_an_owner_is_told_by_any_mark(marked: dict[str, Any], owner: str) -> None:
    assert foreign_owner(marked, "demo") == owner


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        (row(tags=["vip", "user:42"]), row(tags=["vip", "user:42"])),
        (row(tags=["vip", *agent_tags(THEIRS)]), row(tags=["vip"])),
        (row(tags=["vip", "managed-by:terraform"]), row(tags=["vip"])),
        (row(metadata={"team": "red", KEY: metadata_entry(THEIRS)}), row(metadata={"team": "red"})),
        (row(description=describe("text", THEIRS)), row(description="text")),
        ({"id": "1", "tags": None, "metadata": None}, {"id": "1", "tags": None, "metadata": None}),
    ],
)
def test_only_the_mark_comes_off(marked: dict[str, Any], plain: dict[str, Any]) -> None:
    assert unmarked(marked) == plain
