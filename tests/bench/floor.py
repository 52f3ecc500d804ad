"""The cost of an apply beside its floor: a bare concurrent client that issues the very same writes.

In: a fresh real server and manifests. Out: requests and seconds of our apply, its journal, leases and cache
included, and of the floor, taken in turn in one run. The floor knows nothing: it replays recorded requests,
with ids put right, as fast as it can.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import httpx

from reconciler.apply import Result
from reconciler.apply.apply_lock import Terms
from reconciler.cache import Cache
from reconciler.errors import Diagnostic
from reconciler.lock.on_server import PREFIX, server_terms
from reconciler.manifest import load
from reconciler.plan.model import Change
from reconciler.project.applying import carry_out
from reconciler.project.planning import plan
from reconciler.project.session import Session
from reconciler.remote import Connection, Counts, connect
from reconciler.server import ServerInstance
from reconciler.state import State
from reconciler.values import Desired, FileContent, Scope

CLIENTS = 8
LEVELS = ("/v1/blocks/", "/v1/folders/", "/v1/tools/"), ("/v1/agents/",), ("/v1/groups/",)


@dataclass(frozen=True)
class Sent:
    """One recorded write: where it went, its body, and the ids its answer gave."""

    path: str
    body: str
    ids: tuple[str, ...]


@dataclass
class Recorder(httpx.BaseTransport):
    """Passes everything on and notes the writes."""

    inner: httpx.BaseTransport = field(default_factory=httpx.HTTPTransport)
    sent: list[Sent] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        answer.read()
        if request.method == "POST":
            with self.lock:
                path, body = request.url.path, request.content.decode()
                self.sent.append(Sent(path, body, (json.loads(answer.content)["id"],)))
        return answer


class Silent:
    """Nobody watches a benchmark."""

    def started(self, change: Change) -> None:
        """Nothing."""

    def finished(self, result: Result) -> None:
        """A failure makes the figures worthless."""
        if result.error:
            raise result.error

    def stopping(self, running: int) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Floor:
    """Both sides of the comparison, medians of several runs taken in turn."""

    reads: int
    """To plan, and to look once more under the lock."""
    writes: int
    """Resources, and the lock taken and given back."""
    plan_seconds: float
    apply_seconds: float
    floor_seconds: float

    @property
    def ratio(self) -> float:
        """How much slower than the floor an apply is."""
        return self.apply_seconds / self.floor_seconds


def measure(
    server: ServerInstance, url: str, manifests: Path, environ: dict[str, str], runs: int = 11
) -> Floor:
    """Apply one user's set on an emptied server, then replay its writes on an emptied server, in turn."""
    loaded = load([manifests], environ)
    owner = next(loaded.users())
    desired = without_files(loaded.desired(Scope(users=frozenset({owner.user}))))
    recorder = Recorder()
    applied, floors, plans = [], [], []
    requests = Counts()
    for run in range(runs + 1):
        server.reset()
        recorder.sent.clear()
        requests, plan_seconds, seconds = _run(url, desired, recorder if run == 0 else None)
        if run == 0:
            recorded = [sent for sent in recorder.sent if PREFIX not in sent.body]
        server.reset()
        floor = _replay(url, recorded)
        if run:
            applied.append(seconds)
            floors.append(floor)
            plans.append(plan_seconds)
    return Floor(requests.reads, requests.writes, median(plans), median(applied), median(floors))


def without_files(desired: Desired) -> Desired:
    """Uploads are embedded in the background and would drown the figures."""
    resources = {
        address: replace(
            resource,
            leaves={path: leaf for path, leaf in resource.leaves.items() if not path.startswith("files[")},
        )
        for address, resource in desired.resources.items()
    }
    return replace(desired, resources=resources)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _run(url: str, desired: Desired, recorder: Recorder | None) -> tuple[Counts, float, float]:
    """As the command does it, on one transport: all its requests, seconds to plan and seconds to apply."""
    client = httpx.Client(transport=recorder) if recorder else None
    transport, terms = connect(Connection(url), client), Terms(server=server_terms())
    with tempfile.TemporaryDirectory() as folder:
        cache, state = Cache.open(Path(folder) / "cache.db"), State.open(Path(folder) / "state.db")
        with (
            Session(transport, desired.project, cache, state, nobody) as session,
            session.locked(terms) as lock,
        ):
            began = time.perf_counter()
            planned = plan(session, desired, Scope())
            made = time.perf_counter()
            carry_out(session, lock.claim(planned), Silent(), no_files, CLIENTS)
        return transport.counts, made - began, time.perf_counter() - made


def nobody(found: Diagnostic) -> None:
    """Warnings do not matter here."""


def no_files(content: FileContent) -> bytes:
    """Nothing is uploaded."""
    raise AssertionError(content.path)


def _replay(url: str, recorded: list[Sent]) -> float:
    """The same bodies, level by level, with ids of this run in place of the recorded ones."""
    renamed: dict[str, str] = {}

    def post(client: httpx.Client, sent: Sent) -> None:
        body = sent.body
        for old, new in list(renamed.items()):
            body = body.replace(old, new)
        answer = client.post(url + sent.path, content=body, headers={"content-type": "application/json"})
        answer.raise_for_status()
        renamed[sent.ids[0]] = answer.json()["id"]

    def everything() -> None:
        for level in LEVELS:
            requests = [sent for sent in recorded if sent.path in level]
            list(pool.map(lambda sent: post(client, sent), requests))

    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(CLIENTS) as pool:
        client.get(url + "/v1/health/")
        return _timed(everything)
