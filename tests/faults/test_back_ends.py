"""Servers that are not the one this is tested with: Letta Cloud's shape, older versions, git memory."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from reconciler.apply.apply_lock import Terms
from reconciler.cache import Cache
from reconciler.errors import Severity
from reconciler.lock.on_server import server_terms
from reconciler.plan import PlanOptions, make_plan
from reconciler.plan.notices.compared import Compared
from reconciler.plan.notices.notices import noticed
from reconciler.project.applying import carry_out
from reconciler.project.planned import Silent
from reconciler.project.planning import plan as planned_from
from reconciler.project.session import Session
from reconciler.remote import Connection, RetryPolicy, connect
from reconciler.state import State
from reconciler.values import Desired, Live, LiveResource, Marker, Scope, Secret
from tests.faults.reference import WHOLE, Reference
from tests.plan.worlds import AGENT, GROUP, team

KEY, CLOUD_PROJECT = "canary-cloud-key", "my-cloud-project"
WITHOUT_GROUPS = {**WHOLE, "groups": 0}


class CloudLike(httpx.BaseTransport):
    """The real server, as Letta Cloud documents itself: keys, projects, 429, no groups, nothing superfluous.

    Every seventh request is answered 429 at first, and keys without a value are left out of answers.
    """

    def __init__(self, upstream: str) -> None:
        self.inner = httpx.HTTPTransport()
        self.upstream = httpx.URL(upstream)
        self.numbers = itertools.count(1)
        self.refused = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return httpx.Response(401, json={"error": "Unauthorized"})
        if request.headers.get("x-project") != CLOUD_PROJECT:
            return httpx.Response(400, json={"error": "X-Project header is required"})
        if next(self.numbers) % 7 == 0:
            self.refused += 1
            return httpx.Response(429, json={"error": "Rate limited"}, headers={"retry-after": "0"})
        if request.url.path.startswith(("/v1/groups", "/v1/health")):
            return httpx.Response(404, json={"error": "Not found"})
        url = request.url.copy_with(
            scheme=self.upstream.scheme, host=self.upstream.host, port=self.upstream.port
        )
        headers = {**request.headers, "host": f"{self.upstream.host}:{self.upstream.port}"}
        forwarded = httpx.Request(request.method, url, headers=headers, content=request.read())
        answer = self.inner.handle_request(forwarded)
        answer.read()
        if not answer.content or answer.status_code >= 400:
            return httpx.Response(answer.status_code, content=answer.content)
        return httpx.Response(answer.status_code, json=lean(answer.json()))

    def close(self) -> None:
        self.inner.close()


def lean(value: Any) -> Any:
    """Without keys that have no value."""
    if isinstance(value, list):
        return [lean(item) for item in value]
    if isinstance(value, dict):
        return {key: lean(item) for key, item in value.items() if item is not None}
    return value


@pytest.fixture
def cloud(world: Reference) -> CloudLike:
    return CloudLike(world.url)


def session(world: Reference, cloud: CloudLike) -> Session:
    connection = Connection("https://api.letta.test", Secret(KEY, "LETTA_API_KEY"), CLOUD_PROJECT)
    transport = connect(connection, httpx.Client(transport=cloud), policy=RetryPolicy(first=0.01))
    world.cache.parent.mkdir(parents=True, exist_ok=True)
    cache, state = Cache.open(world.cache), State.open(world.state, old_cache=world.cache)
    return Session(transport, "pattern-demo", cache, state, world.warnings.append)


def test_a_manifest_with_groups_is_an_error_that_names_the_way_on(world: Reference, cloud: CloudLike) -> None:
    with session(world, cloud) as opened:
        plan = planned_from(opened, world.desired(), Scope()).plan
    assert plan.has_errors
    (found,) = plan.diagnostics
    assert found.summary == "this server has no groups, and 4 groups are declared"
    assert "--skip-unsupported" in found.hint


def test_without_groups_the_rest_is_applied_and_then_settled(world: Reference, cloud: CloudLike) -> None:
    options = PlanOptions(skip_unsupported=True)
    with session(world, cloud) as opened, opened.locked(Terms(server=server_terms())) as lock:
        planned = planned_from(opened, world.desired(), Scope(), options)
        plan = planned.plan
        assert [(d.severity, d.summary) for d in plan.diagnostics] == [
            (Severity.WARNING, "4 groups skipped: this server has no groups")
        ]
        assert carry_out(opened, lock.claim(planned), Silent(), world.read_file).is_complete
        assert planned_from(opened, world.desired(), Scope(), options).plan.is_empty
    assert cloud.refused > 2, "limits were met, and waited for"
    world.assert_counts(WITHOUT_GROUPS)


@pytest.mark.parametrize(
    ("version", "warned"), [("0.11.7", True), ("0.16.8", False), ("1.0", False), ("", False)]
)
def test_an_old_server_is_warned_of(version: str, warned: bool) -> None:
    found = list(noticed(Compared(Desired("demo"), Live(version=version), Scope())))
    assert [f.severity for f in found] == [Severity.WARNING] * warned


def test_an_agent_with_its_memory_in_git_is_refused() -> None:
    marker = Marker("demo", AGENT)
    agent = LiveResource("agent", "agent-1", "a", {"tags[git-memory-enabled]": True}, marker)
    plan = make_plan(team(), Live({AGENT: agent}), Scope())
    assert plan.has_errors
    assert any("keeps its memory in git" in found.summary for found in plan.diagnostics)


def test_only_declared_groups_within_the_run_matter() -> None:
    lacking = Live(lacks=frozenset({"group"}))
    assert make_plan(team(), lacking, Scope()).has_errors
    assert not make_plan(team(), lacking, Scope(), PlanOptions(skip_unsupported=True)).has_errors
    assert not list(noticed(Compared(Desired("demo"), lacking, Scope())))
    skipped = make_plan(team(), lacking, Scope(), PlanOptions(skip_unsupported=True))
    assert GROUP not in {change.address for change in skipped.changes}
