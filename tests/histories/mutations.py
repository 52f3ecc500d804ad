"""`python -m tests.histories.mutations --seed S --count N`: plants N drawn faults; histories must notice
each.

Each fault is planted in a process of its own, which plays histories until one fails. What no history comes
by is drawn again: it says nothing about the oracle. Exit 1 when a fault that was come by was not noticed.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from dataclasses import asdict

from tests.histories.mutate import Site, all_sites, plant

MODULES = (
    "reconciler.compare.files",
    "reconciler.compare.merge",
    "reconciler.compare.policy",
    "reconciler.compare.resource",
    "reconciler.apply.backups",
    "reconciler.apply.executor",
    "reconciler.plan.build",
    "reconciler.plan.changes",
    "reconciler.plan.identity.moved",
    "reconciler.plan.operations",
    "reconciler.plan.records.next_record",
    "reconciler.plan.identity.replacing",
    "reconciler.plan.identity.taken_over",
    "reconciler.plan.identity.likely_renames",
    "reconciler.record.after_apply",
    "reconciler.remote.write.carry_over",
    "reconciler.remote.write.folder_files",
    "reconciler.remote.read.identity",
    "reconciler.remote.read.marked_rows",
    "reconciler.remote.write.writer",
    "reconciler.values.ownership",
)
"""Where what is compared, planned, carried out and told apart is decided."""
NOWHERE = Site("reconciler.nowhere", 0, 0, "", "")
"""Stands for no fault at all."""
_LONGEST = 300


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.histories.mutations", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="which faults are drawn")
    parser.add_argument("--count", type=int, default=10, help="faults that histories come by")
    parser.add_argument("--seeds", default="0:120", metavar="A:B", help="histories that are played on each")
    parser.add_argument("--planted", help=argparse.SUPPRESS)
    given = parser.parse_args()
    first, _, last = given.seeds.partition(":")
    if given.planted:
        print(json.dumps(_played(Site(**json.loads(given.planted)), range(int(first), int(last)))))
        return 0
    return _drawn(given.seed, given.count, given.seeds)


def _drawn(seed: int, count: int, seeds: str) -> int:
    clean = subprocess.run(_command(NOWHERE, seeds), capture_output=True, text=True)
    if clean.returncode or json.loads(clean.stdout.splitlines()[-1])["noticed"] is not None:
        print(f"without any fault these histories fail already:\n{clean.stdout}{clean.stderr}")
        return 1
    drawn = random.Random(seed)
    pool = list(all_sites(MODULES))
    drawn.shuffle(pool)
    noticed = reached = 0
    missed = []
    for site in pool:
        if reached == count:
            break
        result = _apart(site, seeds)
        if not result["reached"]:
            print(f"nobody comes by   {site}", flush=True)
            continue
        reached += 1
        is_noticed = result["noticed"] is not None
        noticed += is_noticed
        missed += [] if is_noticed else [site]
        said = f"by seed {result['noticed']}: {result['wrong'][:160]}" if is_noticed else "NOT NOTICED"
        print(f"{'noticed' if is_noticed else 'missed ':17} {site}\n    {said}", flush=True)
    print(f"{noticed} of {reached} planted faults noticed, of {len(pool)} that can be drawn")
    return 1 if missed else 0


def _apart(site: Site, seeds: str) -> dict[str, object]:
    """In a process of its own; one that never ends is noticed."""
    try:
        ran = subprocess.run(_command(site, seeds), capture_output=True, text=True, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        return {"reached": True, "noticed": "none", "wrong": "it never ends"}
    if ran.returncode:
        return {"reached": True, "noticed": "none", "wrong": ran.stderr.strip()[-160:]}
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _command(site: Site, seeds: str) -> list[str]:
    told = ["--planted", json.dumps(asdict(site)), "--seeds", seeds]
    return [sys.executable, "-m", "tests.histories.mutations", *told]


def _played(site: Site, seeds: range) -> dict[str, object]:
    reached = plant(site)
    from tests.histories.draw import draw
    from tests.histories.play import play

    for seed in seeds:
        played = play(draw(seed))
        if not played.is_well:
            return {"reached": True, "noticed": seed, "wrong": played.wrong[0]}
    return {"reached": reached.is_so, "noticed": None, "wrong": ""}


if __name__ == "__main__":
    raise SystemExit(main())
