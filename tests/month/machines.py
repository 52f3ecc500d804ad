"""Machines that run the command line: nightly CI on clean runners, and laptops that keep their files.

In: a checkout, and what shall be so. Out: applies whose ends are held to the ledger.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.project import Project
from tests.month.growth import Growth
from tests.month.ledger import Ledger


@dataclass
class Machine:
    """Runs commands in the checkout of main, with a cache and a state of its own."""

    name: str
    root: Path
    url: str
    home: Path
    ledger: Ledger
    growth: Growth

    @property
    def cache(self) -> Path:
        """Where ids are remembered."""
        return self.home / "cache" / "cache.db"

    @property
    def state(self) -> Path:
        """Where history is."""
        return self.home / "state"

    def run(self, verb: str, *arguments: str, exits: int = 0) -> dict[str, Any]:
        """One command that must end with this status; its JSON document."""
        project = Project(self.root, self.url, self.cache, {"RECONCILER_STATE": str(self.state)})
        ended = project.run(verb, *arguments, "--json")
        said = f"{self.name}$ reconciler {verb} {' '.join(arguments)} -> {ended.exit_code}\n{ended.output}"
        if ended.exit_code != exits:
            raise AssertionError(said)
        document: dict[str, Any] = json.loads(ended.stdout)
        return document

    def apply(self, *allowed: str) -> None:
        """Main as it is; what it overwrites must be in the history of this machine."""
        document = self.run("apply", str(self.root), "--yes", *(f"--allow={rule}" for rule in allowed))
        requests = document.get("requests", {})
        self.growth.sent(self.name, requests.get("reads", 0) + requests.get("writes", 0))
        for slot, value in self.ledger.overwritten.items():
            address = self.ledger.address(*slot)
            kept = self.run("history", address, "--manifests", str(self.root))["history"]
            if value not in [each["value"] for each in kept]:
                raise AssertionError(f"{self.name} wrote over {value!r} of {address} and kept it nowhere")
        self.ledger.overwritten.clear()
        self.ledger.applied()

    def compare(self) -> None:
        """A clean runner makes the same plan as a machine that remembers."""
        mine = self.run("plan", str(self.root))
        clean = Machine(self.name, self.root, self.url, self.home / "clean", self.ledger, self.growth)
        clean.forget()
        theirs = clean.run("plan", str(self.root))
        if mine["changes"] != theirs["changes"]:
            raise AssertionError(f"{self.name} plans {mine['changes']}, a clean runner {theirs['changes']}")

    def accept(self, user: str) -> None:
        """What the first agent of a user learned is settled: no plan speaks of it until it moves again."""
        address = self.ledger.address(user, "helper persona")
        self.run("accept", address, "--manifests", str(self.root))
        learned = self.run("plan", str(self.root))["learned"]
        if address in {each["address"] for each in learned}:
            raise AssertionError(f"{self.name} accepted {address}, and the plan says what it learned")

    def forget(self) -> None:
        """Everything it remembers goes."""
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class Ci(Machine):
    """Every run is on a clean runner; the state lies on a volume."""

    def run(self, verb: str, *arguments: str, exits: int = 0) -> dict[str, Any]:
        """The same, without a cache of before."""
        shutil.rmtree(self.cache.parent, ignore_errors=True)
        return super().run(verb, *arguments, exits=exits)

    def night(self) -> None:
        """Drift as the ledger has it, an apply, and nothing left to do."""
        self._drift()
        self.apply()
        left = self.run("plan", str(self.root), "--detailed-exitcode")
        if left["changes"]:
            raise AssertionError(f"after the apply the plan has {left['changes']}")
        self._drift()

    def _drift(self) -> None:
        """What `drift` says is what drifted, and nothing else."""
        expected = {(self.ledger.address(*slot), path) for slot, path in self.ledger.drifted}
        document = self.run("drift", str(self.root), exits=2 if expected else 0)
        self.growth.sent(self.name, document["compared"]["reads"])
        moved = [each for key in ("drift", "conflicts") for each in document[key]]
        found = {(each["address"], each["field"]["path"]) for each in moved if not _is_seed(each)}
        found |= {(each["address"], "deleted") for each in document["deleted"]}
        if found != expected:
            missing, more = sorted(expected - found), sorted(found - expected)
            raise AssertionError(f"drift does not say {missing}, and says {more}")


def _is_seed(finding: dict[str, Any]) -> bool:
    """A seed that moved after somebody learned is a conflict that nobody has to settle."""
    return bool(finding["field"]["ownership"] == "seeded")
