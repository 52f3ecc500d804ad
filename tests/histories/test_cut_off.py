"""What ended and is declared again is made once, wherever the apply that makes it is cut off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.histories.history import History
from tests.histories.play import play

FAULTS = ("kill-before", "kill-after", "lost")
MOST_WRITES = 6
"""Of the apply that is cut off: the lock, a note, an agent with a block, a record, the lock again."""


def ended(what: str, agents: dict[str, Any], fault: dict[str, Any], *forks: str) -> History:
    """A project of one user whose resource is destroyed and made again, by an apply with a fault."""
    template = {"name": "team", "defaults": {"model": "openai-proxy/gpt-4o-mini"}, "agents": agents}
    gone = {"user": "ada", **({"what": what} if what else {})}
    copied = [{"fork": {"user": "ada", "agent": each}} for each in forks]
    steps = (
        {"apply": {"by": "ci"}},
        {"destroy": {"by": "ci", **gone}},
        {"apply": {"by": "ci", "fault": fault}},
        *copied,
        {"apply": {"by": "laptop", "again": True}},
    )
    manifests = {"constellation": template, "users": ["ada"], "files": {}}
    return History("made again, and cut off", manifests, steps)


LEAD: dict[str, Any] = {"system": "s", "memory_blocks": {"state": {"value": "calm"}}}
SETS = {
    "one of two agents": ("agent/lead", {"lead": LEAD, "writer": {"system": "s"}}),
    "the whole set": ("", {"lead": LEAD}),
}


@pytest.mark.parametrize("at", range(1, MOST_WRITES + 1))
@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("name", SETS)
def test_what_ended_is_made_once(name: str, kind: str, at: int) -> None:
    played = play(ended(*SETS[name], {"kind": kind, "at": at}))
    assert played.is_well, "\n".join((*played.log, *played.wrong))
