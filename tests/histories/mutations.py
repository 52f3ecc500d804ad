"""`python -m tests.histories.mutations --seed S --count N`: plants N drawn faults; histories must notice
each.

Each fault is planted in a process of its own, which plays histories until one fails. What no history comes
by is drawn again, and so is what changes nothing in any of them: every command ends as without the fault,
with the same plan and the same objects on the server (a shortcut taken or not, a second guard behind a first
one).
Neither says anything about the oracle. Exit 1 when a fault that had an effect was not noticed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import pkgutil
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from unittest import mock

from tests.histories.mutate import Site, all_sites, plant

PACKAGES = (
    "reconciler.compare",
    "reconciler.plan",
    "reconciler.apply",
    "reconciler.record",
    "reconciler.remote.read",
    "reconciler.remote.write",
)
"""Where what is compared, planned, carried out and told apart is decided."""
_SAID = "reconciler.plan.notices"
"""What a person is told about a plan: stored reports hold that, histories do not."""
NOWHERE = Site("reconciler.nowhere", 0, 0, "", "")
"""Stands for no fault at all."""
_LONGEST = 300
_SAME_ORDER = {**os.environ, "PYTHONHASHSEED": "0"}
"""Sets are gone through in the same order by every process."""


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.histories.mutations", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="which faults are drawn")
    parser.add_argument("--count", type=int, default=10, help="faults with an effect on histories")
    parser.add_argument("--seeds", default="0:120", metavar="A:B", help="histories that are played on each")
    parser.add_argument("--planted", help=argparse.SUPPRESS)
    given = parser.parse_args()
    first, _, last = given.seeds.partition(":")
    if given.planted:
        print(json.dumps(asdict(_played(Site(**json.loads(given.planted)), range(int(first), int(last))))))
        return 0
    return _drawn(given.seed, given.count, given.seeds)


def _drawn(seed: int, count: int, seeds: str) -> int:
    clean = _apart(NOWHERE, seeds)
    if clean.noticed is not None:
        print(f"without any fault these histories fail already:\n{clean.noticed}: {clean.wrong}")
        return 1
    drawn = random.Random(seed)
    pool = list(all_sites(modules()))
    drawn.shuffle(pool)
    noticed, missed = 0, 0
    for site in pool:
        if noticed + missed == count:
            break
        result = _apart(site, seeds)
        effect = _effect(site, result, clean)
        noticed += result.noticed is not None
        missed += bool(effect)
        print(f"{_said(result, effect)} {site}", flush=True)
    print(f"{noticed} of {noticed + missed} planted faults noticed, of {len(pool)} that can be drawn")
    return 1 if missed else 0


def _effect(site: Site, result: Result, clean: Result) -> list[str]:
    """Seeds of histories that went on as if nothing was, and went another way. Each is played once more with
    and without the fault: a few depend on the time of day."""
    seeds = [seed for seed, trail in result.trails.items() if clean.trails[seed] != trail]
    if result.noticed is not None or not result.is_reached:
        return []
    return [each for each in seeds if _alone(site, each) != _alone(NOWHERE, each)]


def _alone(site: Site, seed: str) -> Mapping[str, str]:
    return _apart(site, f"{seed}:{int(seed) + 1}").trails


def _said(result: Result, effect: list[str]) -> str:
    """The start of a line."""
    if result.noticed is not None:
        return f"noticed by seed {result.noticed}: {result.wrong.splitlines()[0][:160]}\n   "
    if not result.is_reached:
        return "nobody comes by  "
    return f"MISSED by {', '.join(effect[:5])}:" if effect else "without effect   "


def modules() -> list[str]:
    """Names of all modules that a fault can be planted into."""
    found = []
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        found += [each.name for each in pkgutil.walk_packages(path, f"{package}.") if not each.ispkg]
    return [each for each in sorted(found) if not each.startswith(f"{_SAID}.")]


@dataclass(frozen=True)
class Result:
    """What histories made of one planted fault."""

    is_reached: bool
    noticed: int | str | None = None
    """By which seed."""
    wrong: str = ""
    trails: Mapping[str, str] = field(default_factory=dict)
    """By seed, a digest of all that its commands did."""


def _apart(site: Site, seeds: str) -> Result:
    """In a process of its own; one that never ends is noticed."""
    told = ["--planted", json.dumps(asdict(site)), "--seeds", seeds]
    command = [sys.executable, "-m", "tests.histories.mutations", *told]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, env=_SAME_ORDER)
    except subprocess.TimeoutExpired:
        return Result(True, "none", "it never ends")
    if ran.returncode:
        return Result(True, "none", ran.stderr.strip()[-160:])
    return Result(**json.loads(ran.stdout.splitlines()[-1]))


def _played(site: Site, seeds: range) -> Result:
    reached = plant(site)
    from tests.histories.draw import draw
    from tests.histories.play import play
    from tests.histories.world import World

    trails: dict[str, str] = {}
    for seed in seeds:
        trail = _Trail()
        with mock.patch.object(World, "run", trail.following(World.run)):
            played = play(draw(seed))
        if not played.is_well:
            return Result(True, seed, played.wrong[0])
        trails[str(seed)] = trail.digest
    return Result(reached.is_so, trails=trails)


class _Trail:
    """What all commands of one history did, as a digest: how they ended, what they planned, what was there
    afterwards."""

    def __init__(self) -> None:
        self.digest = ""

    def following(self, run: Any) -> Any:
        """The same, taken down."""

        def taken_down(*arguments: Any, **more: Any) -> Any:
            ran = run(*arguments, **more)
            told = repr((self.digest, ran.exit, _planned(ran.plan), sorted(_there(ran.after).items())))
            self.digest = hashlib.sha256(told.encode()).hexdigest()[:16]
            return ran

        return taken_down


def _planned(plan: Mapping[str, Any]) -> list[Any]:
    return [
        (each["address"], each["action"], [(one["path"], one["verdict"]) for one in each["fields"]])
        for each in plan.get("changes", ())
    ]


def _there(snapshot: Any) -> dict[str, Any]:
    from tests.audit.marks import records
    from tests.histories.live import contents

    salted = records(snapshot)
    found = contents(snapshot).items()
    return {key: sorted(map(repr, fields.items())) for key, fields in found if key not in salted}


if __name__ == "__main__":
    raise SystemExit(main())
