"""How many requests at once: it settles where the server copes, and one slow request is sent once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from reconciler.apply import Executor
from reconciler.plan import make_plan
from reconciler.project.planned import Silent
from reconciler.remote import Connection, Reader, RetryPolicy, Writer, connect
from reconciler.values import Desired, DesiredResource, Scope
from tests.faults.proxy import Proxy
from tests.faults.reference import Reference
from tests.remote.world import MODEL, PROJECT, at

MEMBERS = 60


class Overloaded:
    """A server that copes with so many at once and answers 500 to more, as letta does at its database."""

    def __init__(self, copes_with: int) -> None:
        self.copes_with, self.busy, self.lock = copes_with, 0, threading.Lock()
        self.statuses: list[int] = []
        self.work = threading.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.busy += 1
            is_too_much = self.busy > self.copes_with
        self.work.wait(0.002)
        with self.lock:
            self.busy -= 1
            self.statuses.append(500 if is_too_much else 200)
        detail = {"detail": "A database error occurred."}
        return httpx.Response(500, json=detail) if is_too_much else httpx.Response(200, json={"id": "a"})


def load(server: Overloaded, requests: int, parallel: int) -> int:
    """Send as many requests as the limit lets through; returns the slots it settled at."""
    policy = RetryPolicy(sleep=lambda seconds: None, attempts=20)
    client = httpx.Client(transport=httpx.MockTransport(server))
    transport = connect(Connection("http://127.0.0.1:1"), client, parallel=parallel, policy=policy)
    with ThreadPoolExecutor(parallel) as pool:
        answers = list(pool.map(lambda number: transport.get("/v1/x", "x"), range(requests)))
    assert len(answers) == requests
    transport.close()
    return transport.limiter.slots


def test_it_settles_at_what_the_server_copes_with() -> None:
    server = Overloaded(copes_with=5)
    slots = load(server, 600, parallel=32)
    assert 2 <= slots <= 6
    half = server.statuses[len(server.statuses) // 2 :]
    assert Counter(half)[500] / len(half) < 0.05, "errors stay rare once it has settled"


def test_a_server_that_copes_is_used_up_to_the_ceiling() -> None:
    server = Overloaded(copes_with=1_000)
    assert load(server, 300, parallel=8) == 8
    assert 500 not in server.statuses


def test_the_real_server_is_never_driven_to_errors(world: Reference, proxy: Proxy) -> None:
    session = world.session(proxy.url)
    with session:
        reader = Reader(session.transport, PROJECT)
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(lambda number: reader.lookup(at("agent", f"a{number}")), range(200)))
        assert session.transport.counts.reads == 200, "nothing was tried twice"


def test_a_block_on_many_agents_is_written_once_however_long_it_takes(world: Reference, proxy: Proxy) -> None:
    rules = at("block", "rules")
    leaves = {"label": "rules", "value": "be kind"}
    resources = {rules: DesiredResource(rules, "rules", leaves)}
    for number in range(MEMBERS):
        address = at("agent", f"a{number}")
        agent = {"name": address.name, "model": MODEL, "system": "be kind", "blocks[rules]": str(rules)}
        resources[address] = DesiredResource(address, address.name, agent, requires=frozenset({rules}))
    for value, timeout in (("be kind", 60.0), ("be brief", 2.0)):
        changed = DesiredResource(rules, "rules", {**leaves, "description": value})
        desired = Desired(PROJECT, {**resources, rules: changed})
        patient, transport = connect(Connection(proxy.url)), connect(Connection(proxy.url, timeout=timeout))
        plan = make_plan(desired, Reader(patient, PROJECT).read(desired, Scope()), Scope())
        proxy.sent.clear()
        assert Executor(Writer(transport, PROJECT), Silent()).execute(plan).is_complete
        patient.close()
        transport.close()
    (write,) = proxy.writes()
    assert write.startswith("PATCH /v1/blocks/ID")
