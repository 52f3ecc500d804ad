"""What it costs a program to find and use a user's set: cold, warm and hot.

In: a fresh real server with the STUB model. Out: requests and milliseconds. Cold is a new machine, warm a new
process beside a filled cache, hot the same process again. Opening (manifests, imports, cache) is counted
apart.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from reconciler import Constellations
from reconciler.manifest import Manifests, load
from reconciler.server import ServerInstance

RUNS = 5
USER = "42"
HELLO = "hello"


@dataclass(frozen=True)
class Cost:
    """One kind of work on one path."""

    work: str
    path: str
    reads: int
    writes: int
    milliseconds: float


Work = Callable[[Constellations], object]


def measure(server: ServerInstance, url: str, manifests: Path, environ: Mapping[str, str]) -> list[Cost]:
    """Provision one user beside others, then everything a program does first with it."""
    loaded = load([manifests], environ)
    parameters = {"partner_name": "Ada"}
    with tempfile.TemporaryDirectory() as folder:
        server.reset()
        bench = _Bench(url, loaded, Path(folder))
        user = "new"  # not one of the Users document

        def provision(c: Constellations) -> object:
            return c.provision(user, parameters=parameters)

        costs = [bench.once("provision", "first contact", "a.db", provision)]
        with bench.opened("a.db") as c:
            group, agent = c.user(user).group_cached("main"), c.user(user).agent_cached("pattern")
        assert group is not None
        assert agent is not None
        works: dict[str, Work] = {
            "provision": provision,
            "warm up (whole project)": lambda c: c.warm(),
            "id of an agent": lambda c: c.user(user).agent("pattern").id,
            "members of a group": lambda c: c.user(user).group("main")._circle(),
            "read a block": lambda c: c.user(user).block("current_state").read(),
        }
        for name, work in works.items():
            costs += bench.paths(name, work)
        bench.bare = _bare_message(url, agent.server_id)
        return [
            *costs,
            *bench.paths("message to an agent", lambda c: c.user(user).agent("pattern").send(HELLO)),
        ]


@dataclass
class _Bench:
    url: str
    manifests: Manifests
    folder: Path
    number: int = 0
    bare: Callable[[], Cost] | None = None
    """The same by a client that knows all ids and nothing else, measured in turn."""

    def opened(self, cache: str) -> Constellations:
        return Constellations(self.manifests, base_url=self.url, cache=self.folder / cache)

    def once(self, work: str, path: str, cache: str, do: Work) -> Cost:
        with self.opened(cache) as constellations:
            return _cost(work, path, constellations, do)

    def paths(self, work: str, do: Work) -> Iterator[Cost]:
        """Cold, warm and hot; the median of several runs each."""
        colds, warms, hots, bares = [], [], [], []
        for _ in range(RUNS):
            self.number += 1
            fresh = f"fresh-{self.number}.db"
            colds.append(self.once(work, "cold", fresh, do))
            with self.opened("a.db") as constellations:
                warms.append(_cost(work, "warm", constellations, do))
                hots.append(_cost(work, "hot", constellations, do))
            if self.bare:
                bares.append(self.bare())
        for costs in filter(None, (colds, warms, hots, bares)):
            yield min(costs, key=lambda cost: abs(cost.milliseconds - _middle(costs)))


def _middle(costs: list[Cost]) -> float:
    return median(cost.milliseconds for cost in costs)


def _cost(work: str, path: str, constellations: Constellations, do: Work) -> Cost:
    reads, writes = constellations.requests
    began = time.perf_counter()
    do(constellations)
    milliseconds = 1000 * (time.perf_counter() - began)
    after = constellations.requests
    return Cost(work, path, after[0] - reads, after[1] - writes, milliseconds)


def _bare_message(url: str, agent_id: str) -> Callable[[], Cost]:
    body: dict[str, Any] = {"messages": [{"role": "user", "content": HELLO}]}

    def send() -> Cost:
        with httpx.Client(base_url=url, timeout=60) as client:
            began = time.perf_counter()
            client.post(f"/v1/agents/{agent_id}/messages", json=body).raise_for_status()
            return Cost("message to an agent", "bare client", 0, 1, 1000 * (time.perf_counter() - began))

    return send


def table(costs: list[Cost]) -> str:
    """As Markdown."""
    rows = [f"| {c.work} | {c.path} | {c.reads} | {c.writes} | {c.milliseconds:.2f} |" for c in costs]
    return "\n".join(["| work | path | reads | writes | ms |", "|---|---|---|---|---|", *rows])
