"""Many at once provision one user: threads, processes, and machines that share nothing but the server."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconciler import Constellations
from reconciler.lock.on_server import server_terms
from reconciler.runtime.provision import Provisioning
from reconciler.values import Owner
from tests.faults.proxy import Fault, proxying
from tests.live.raw import RawServer

PROVISION = """
import sys
from reconciler import Constellations
folder, url, cache = sys.argv[1:]
with Constellations(folder, base_url=url, cache=cache) as constellations:
    print(constellations.provision_report("42", parameters={"partner": "Ada"}).changes)
"""
AT_ONCE = 6


def everything(server: RawServer) -> dict[str, list[str]]:
    """What the server has, by what tells one from another."""
    return {
        "agents": sorted(agent["name"] for agent in server.list("agents")),
        "blocks": sorted(tag for b in server.list("blocks") for tag in b["tags"] if ":address=" in tag),
        "groups": sorted(group["description"].splitlines()[0] for group in server.list("groups")),
        "folders": sorted(folder["name"] for folder in server.list("folders")),
    }


def assert_one_of_each(server: RawServer) -> None:
    """No duplicates, nothing missing, no lock left behind."""
    found = everything(server)
    assert {kind: len(names) for kind, names in found.items()} == {
        "agents": 3,
        "blocks": 5,
        "groups": 4,
        "folders": 1,
    }
    assert all(len(names) == len(set(names)) for names in found.values())
    assert len(server.list("blocks")) == 5


@pytest.mark.parametrize("machines", [1, AT_ONCE], ids=["one machine", "a machine each"])
def test_processes_at_once_make_one_of_each(
    server: RawServer, folder: Path, tmp_path: Path, machines: int
) -> None:
    """A machine of its own is a cache of its own: nothing on disk is shared."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROVISION, folder, server.url, tmp_path / f"{number % machines}.db"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(AT_ONCE)
    ]
    ended = [(*process.communicate(timeout=180), process.returncode) for process in processes]
    assert [status for _, _, status in ended] == [0] * AT_ONCE, ended
    assert sorted(int(output) for output, _, _ in ended) == [0] * (AT_ONCE - 1) + [13]
    assert_one_of_each(server)


def test_threads_at_once_make_one_of_each(constellations: Constellations, server: RawServer) -> None:
    threads = [threading.Thread(target=constellations.provision, args=("42",)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_one_of_each(server)


def test_users_at_once_do_not_wait_for_each_other(constellations: Constellations, server: RawServer) -> None:
    threads = [threading.Thread(target=constellations.provision, args=(str(n),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.list("agents")) == 18


def test_a_set_whose_maker_was_killed_is_completed(
    constellations: Constellations, server: RawServer, folder: Path, tmp_path: Path
) -> None:
    with proxying(server.url) as proxy:
        proxy.rule = lambda sent: Fault.KILL_AFTER if sent.subject.endswith("agent/right") else None
        arguments = [folder, proxy.url, tmp_path / "killed.db"]
        process = subprocess.Popen([sys.executable, "-c", PROVISION, *arguments], stdout=subprocess.PIPE)
        proxy.kill = process.kill
        process.communicate(timeout=180)
        proxy.settle()
    assert server.list("agents")
    assert not server.records()
    provisioning = Provisioning(constellations._parts, constellations.manifests, server_terms(settle=2.0))
    provisioning.provision(Owner("team", "42"), {"partner": "Ada"})
    assert_one_of_each(server)
