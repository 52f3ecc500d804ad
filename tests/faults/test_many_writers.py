"""CI, two shards and two bots of other ages write one set at once, round after round: no id is ever lost.

Each round the manifests of CI change; the commands are processes of their own, each on a machine of its own,
and the bots are threads with caches of their own, started anew. The tests play a few rounds, the soak two
hundred.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler import Constellations
from reconciler.errors import ReconcilerError
from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

ROUNDS = [pytest.param(2, id="2 rounds"), pytest.param(200, id="200 rounds", marks=pytest.mark.soak)]
BOTS = (0, 1)
"""The round whose manifests each of them has."""
SCOPES = ((), ("--shard", "1/2"), ("--shard", "2/2"))


def declared(number: int) -> dict[str, Any]:
    """One user's set in the state of this round; every third round has one agent more."""
    agents = {"helper": agent("state", system=f"round {number}")}
    if number % 3 == 0:
        agents["second"] = agent("state")
    return team(agents, blocks={"state": {"value": "calm"}})


@dataclass(frozen=True)
class Writers:
    """Everybody who writes; each has a folder of its own below `root`."""

    root: Path
    url: str

    def play(self, number: int) -> list[int]:
        """One round, everybody at once; how the commands ended."""
        machines = [self._machine(f"ci{each}") for each in range(len(SCOPES))]
        for machine in machines:
            machine.write("team.yaml", declared(number), users("ada", "bob"))
        with ThreadPoolExecutor(len(BOTS)) as pool:
            waiting = [pool.submit(self._provision, bot) for bot in BOTS]
            running = [self._apply(machine, *words) for machine, words in zip(machines, SCOPES, strict=True)]
            for each in waiting:
                each.result()
        return [process.wait() for process in running]

    def settle(self, number: int) -> None:
        """One more apply, alone, and nothing is left to do."""
        machine = self._machine("ci0")
        machine.write("team.yaml", declared(number), users("ada", "bob"))
        machine.apply("--prune", "--force", "--allow-data-loss")
        machine.assert_settled()

    def _machine(self, name: str) -> Project:
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        return Project(folder, self.url, folder / "cache.db", {"RECONCILER_PROJECT": "demo"})

    def _provision(self, bot: int) -> None:
        """A bot starts and asks for the user, with manifests of its own age. A refusal is fine: somebody else
        was faster."""
        machine = self._machine(f"bot{bot}")
        machine.write("team.yaml", declared(bot), users("ada", "bob"))
        opened = Constellations(machine.root, base_url=self.url, cache=machine.cache, project="demo")
        with opened, suppress(ReconcilerError):
            opened.provision("ada")

    def _apply(self, machine: Project, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "reconciler", "apply", str(machine.root), "--yes", "--quiet"]
        given = {"LETTA_BASE_URL": machine.url, "RECONCILER_CACHE": str(machine.cache), **machine.environ}
        return subprocess.Popen(
            [*command, "--lock-timeout", "120", *words],
            env={**os.environ, **given},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def ids(server: RawServer) -> dict[str, str]:
    """Address to id, as the records of the sets say."""
    documents = [json.loads(row["value"]) for row in server.records()]
    return {f"{d['set']}/{address}": each["id"] for d in documents for address, each in d["known"].items()}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_no_id_is_lost(letta_url: str, tmp_path: Path, rounds: int) -> None:
    server = RawServer(letta_url)
    writers = Writers(tmp_path, letta_url)
    writers.settle(0)
    first = {address: found for address, found in ids(server).items() if "second" not in address}
    for number in range(1, rounds + 1):
        ended = writers.play(number)
        assert set(ended) <= {0, 4}, ended
        assert 0 in ended
        assert {address: ids(server).get(address) for address in first} == first
        names = sorted(row["name"] for row in server.list("agents"))
        assert len(names) == len(set(names)), names
    writers.settle(rounds)
    known = ids(server)
    assert {address: known.get(address) for address in first} == first
    assert {row["id"] for row in server.list("agents")} <= set(known.values())
