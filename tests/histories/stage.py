"""What all steps of one history share: the world, the oracle, the others, and the manifests as they are now.

In: manifests, commands. Out: what came of a command, checked for what holds of every command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.audit.snapshot import Snapshot
from tests.histories.checks import check_any
from tests.histories.declared import pin
from tests.histories.history import History, Manifests, documents
from tests.histories.oracle import Oracle
from tests.histories.others import Others
from tests.histories.wire import Fault
from tests.histories.world import Ran, World

Told = Mapping[str, Any]
BEYOND_LIMITS = ("--yes", "--allow", "data-loss", "--force")


@dataclass(frozen=True)
class Saved:
    """A plan in a file."""

    manifests: Manifests
    there: Snapshot
    """What was there when it was made."""
    prune: bool


@dataclass
class Stage:
    """One project in one world."""

    world: World
    oracle: Oracle
    others: Others
    manifests: Manifests
    older: list[Manifests] = field(default_factory=list)
    """The manifests before each edit, the oldest first."""
    saved: Saved | None = None
    forgotten: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By address, what was let go of with it: ids by address."""
    log: list[str] = field(default_factory=list)

    @property
    def constellation(self) -> str:
        """Its name."""
        name: str = self.manifests["constellation"]["name"]
        return name

    def edit(self, now: Manifests) -> None:
        """A person writes the manifests anew."""
        self.older.append(self.manifests)
        self.manifests = now
        self.write()

    def write(self) -> None:
        """The project's folder, as the manifests are now."""
        self.world.pin = pin(self.manifests)
        self.world.write(self.world.project, documents(self.manifests), self.manifests["files"])

    def run(self, told: Told, *argv: str) -> Ran:
        """One command on the machine that is told, with the fault that is told."""
        fault = Fault(**told["fault"]) if "fault" in told else None
        ran = self.world.run(told["by"], *argv, fault=fault)
        self.log.append(str(ran))
        return ran

    def check(self, ran: Ran) -> list[str]:
        """What is wrong with it, whatever it was for."""
        return check_any(ran, self.others, self.world.machine(ran.machine))


def opened(history: History, world: World) -> Stage:
    """Before the first step: others are there already, and the first manifests are written."""
    template = history.manifests["constellation"]
    others = Others(world.server, template["name"])
    others.settle_in(template["defaults"]["model"])
    stage = Stage(world, Oracle(foreign=others.foreign), others, history.manifests)
    stage.write()
    return stage


def failed(ran: Ran) -> str:
    """What a command said that should have gone through."""
    return f"{ran}: {ran.stderr[-1500:]}"
