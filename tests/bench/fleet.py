"""What a fleet costs: requests, seconds and memory for many users on the real server.

In: a number of users. Out: figures for a first apply, a no-op plan, a plan of one user, and 1 % drift.
"""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from reconciler.apply.apply_lock import Terms
from reconciler.apply.proposal import Proposal
from reconciler.cache import Cache
from reconciler.lock.on_server import server_terms
from reconciler.manifest import load
from reconciler.plan import make_plan
from reconciler.project.applying import carry_out
from reconciler.project.session import Session
from reconciler.remote import Connection, Reader, connect
from reconciler.server import ServerInstance
from reconciler.state import State
from reconciler.values import Live, Scope
from tests.bench.floor import CLIENTS, Silent, no_files, nobody

PEER_TEAM = """
apiVersion: reconciler/v1
kind: Project
name: bench
---
apiVersion: reconciler/v1
kind: Shared
blocks: {policy: {value: be kind}, manual: {value: read me}}
---
apiVersion: reconciler/v1
kind: Constellation
name: peer
defaults: {model: letta/letta-free, system: You help., shared_blocks: [shared/policy, shared/manual]}
agents: {helper: {memory_blocks: {notes: {value: nothing yet}}}}
---
apiVersion: reconciler/v1
kind: Users
constellation: peer
from: {file: users.csv}
"""
"""The workload the peer was measured with: agents with one block of their own and two shared ones."""


@dataclass(frozen=True)
class Cost:
    """One piece of work."""

    work: str
    users: int
    reads: int
    writes: int
    seconds: float
    changes: int


def write_manifests(folder: Path, users: int) -> None:
    """The peer's workload for so many users."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peer.yaml").write_text(PEER_TEAM, encoding="utf-8")
    rows = "".join(f"u{number}\n" for number in range(users))
    (folder / "users.csv").write_text(f"id\n{rows}", encoding="utf-8")


def measure(server: ServerInstance, url: str, folder: Path, users: int) -> list[Cost]:
    """Costs of the usual pieces of work, one after the other, on an emptied server."""
    server.reset()
    write_manifests(folder, users)
    first, planned = _plan(url, folder, users, "plan of a first apply", Scope())
    applied = _apply(url, planned, users)
    noop, settled = _plan(url, folder, users, "no-op plan", Scope())
    one, _ = _plan(url, folder, users, "plan of one user", Scope(users=frozenset({"u0"})))
    _drift(url, settled.live, users)
    drifted, repair = _plan(url, folder, users, "plan with 1 % drift", Scope())
    return [first, applied, noop, one, drifted, _apply(url, repair, users, "repair of 1 % drift")]


def _plan(url: str, folder: Path, users: int, work: str, scope: Scope) -> tuple[Cost, Proposal]:
    began = time.perf_counter()
    desired = load([folder], {}).desired(scope)
    transport = connect(Connection(url))
    live = Reader(transport, desired.project).read(desired, scope)
    plan = make_plan(desired, live, scope)
    seconds = time.perf_counter() - began
    transport.close()
    return Cost(work, users, transport.counts.reads, 0, seconds, len(plan.changes)), Proposal(plan, live)


def _apply(url: str, planned: Proposal, users: int, work: str = "first apply") -> Cost:
    """With its journal and locks, as the command does it."""
    transport, terms = connect(Connection(url)), Terms(server=server_terms())
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        cache, state = Cache.open(Path(folder) / "cache.db"), State.open(Path(folder) / "state.db")
        with (
            Session(transport, planned.plan.project, cache, state, nobody) as session,
            session.locked(terms) as lock,
        ):
            outcome = carry_out(session, lock.claim(planned), Silent(), no_files, CLIENTS)
    seconds, counts = time.perf_counter() - began, transport.counts
    return Cost(work, users, counts.reads, counts.writes, seconds, len(outcome.results))


def _drift(url: str, live: Live, users: int) -> None:
    """Somebody edits every hundredth agent by hand."""
    agents = [resource.id for address, resource in sorted(live.resources.items()) if address.kind == "agent"]
    for id_ in agents[:: max(1, min(100, users))]:
        request = urllib.request.Request(
            f"{url}/v1/agents/{id_}",
            data=json.dumps({"system": "edited by hand"}).encode(),
            headers={"content-type": "application/json"},
            method="PATCH",
        )
        urllib.request.urlopen(request, timeout=60).close()
