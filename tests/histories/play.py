"""Plays a history: every step on a server, every command held against the oracle.

In: a history and a server. Out: what is wrong, in sentences; nothing when all is well. It stops at the first
step after which something is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tests.histories import world as worlds
from tests.histories.applying import apply, drift, plan
from tests.histories.history import EDITS, History, edited
from tests.histories.letting_go import adopt, destroy, forget, restore
from tests.histories.losing import lose
from tests.histories.provisioning import provision
from tests.histories.saved import apply_plan, save_plan
from tests.histories.servers import Server, Simulated
from tests.histories.stage import Stage, Told, opened

_LAST = {"apply": {"by": "ci", "prune": True, "again": True}}
_COMMANDS: Mapping[str, Callable[[Stage, Told], list[str]]] = MappingProxyType(
    {
        "apply": apply,
        "plan": plan,
        "drift": drift,
        "save-plan": save_plan,
        "apply-plan": apply_plan,
        "provision": provision,
        "destroy": destroy,
        "forget": forget,
        "adopt": adopt,
        "restore": restore,
        "lose": lose,
    }
)


@dataclass(frozen=True)
class Played:
    """What came of it."""

    wrong: tuple[str, ...] = ()
    step: int = 0
    """Where it stopped; the number of steps when it went through."""
    commands: int = 0
    log: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def play(history: History, server: Server | None = None) -> Played:
    """From the first step to the last, and one apply that must settle everything."""
    with worlds.opened(server or Simulated()) as world:
        stage = opened(history, world)
        for number, step in enumerate((*history.steps, _LAST)):
            ((word, told),) = step.items()
            wrong = _step(stage, word, told)
            if wrong:
                return Played(tuple(wrong), number, world.processes, tuple(stage.log))
        return Played((), len(history.steps), world.processes, tuple(stage.log))


def _step(stage: Stage, word: str, told: Any) -> list[str]:
    """What is wrong after it."""
    if word in EDITS:
        _edit(stage, word, told)
        return []
    stage.log.append(f"{word}: {told}")
    if word in _COMMANDS:
        return _COMMANDS[word](stage, told)
    stage.others.do(word, told)
    if told.get("what") == "source-metadata":
        stage.oracle.lost_digests(f"{stage.constellation}/{told['user']}/source/")
    return []


def _edit(stage: Stage, word: str, told: Any) -> None:
    if word == "tidy" and stage.oracle.moves:
        return  # a move that nobody applied yet: whoever takes out its line renames nothing
    now = edited(stage.manifests, {word: told})
    if now is stage.manifests:
        return
    stage.log.append(f"{word}: {told}")
    if word == "move":
        kind, _, old = told["from"].partition("/")
        stage.oracle.moved(stage.manifests, now, kind, old, told["to"].partition("/")[2])
    stage.edit(now)
