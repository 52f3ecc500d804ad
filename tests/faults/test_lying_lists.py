"""A list that leaves out what is there is asked for again, then refused; what is gone is gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.errors import MalformedAnswer, Refused
from reconciler.plan import PlanOptions
from reconciler.plan.model import Action
from reconciler.project.planning import plan as plan_of
from reconciler.values import Scope
from tests.faults.proxy import Fault, Proxy, Sent
from tests.faults.reference import WHOLE, Reference

Lie = Callable[[Sent], bytes | None]
LISTS = ("agents", "blocks", "folders", "groups")
KNOWN = [(kind, with_cache) for kind in LISTS for with_cache in (True, False)][:-1]
"""Without a cache nothing on the server names a group."""


def empty(kind: str, times: int = 1_000_000, answer: bytes = b"[]") -> Lie:
    """The list of a kind holds nothing, so many times."""
    left, lock = [times], threading.Lock()

    def lie(sent: Sent) -> bytes | None:
        parts = urlsplit(sent.path)
        if sent.is_write or parts.path != f"/v1/{kind}/" or "name" in parse_qs(parts.query):
            return None
        with lock:
            left[0] -= 1
            return answer if left[0] >= 0 else None

    return lie


HANDLES = 2
"""Requests for the lists of models and of embeddings, when agents are to be made."""


def forget(world: Reference) -> None:
    for path in world.cache.parent.glob(world.cache.name + "*"):
        path.unlink()


@pytest.mark.parametrize(("kind", "with_cache"), KNOWN)
def test_an_empty_list_is_asked_for_again_and_then_refused(
    world: Reference, proxy: Proxy, kind: str, with_cache: bool
) -> None:
    assert world.apply().is_complete
    with world.session(proxy.url) as session:
        for times, options in ((1, PlanOptions()), (2, PlanOptions()), (2, PlanOptions(destroy=True))):
            if not with_cache:
                forget(world)
            # a read that finds no block of ours on our agents asks for blocks once more, whose they are
            proxy.instead = empty(kind, 2 * times if kind == "blocks" and times > 1 else times)
            if times == 1:
                assert plan_of(session, world.desired(), Scope()).plan.is_empty
                continue
            with pytest.raises(Refused, match="contradict each other"):
                plan_of(session, world.desired(), Scope(), options)


def test_a_destroy_that_meets_an_empty_list_destroys_nothing(world: Reference, proxy: Proxy) -> None:
    assert world.apply().is_complete
    forget(world)
    proxy.instead = empty("agents")
    destroy = world.command("destroy", "pattern/42", "--manifests", str(world.root), "--yes", url=proxy.url)
    _, said = destroy.communicate(timeout=120)
    assert destroy.returncode == 4, said
    world.assert_counts(WHOLE)


def test_a_server_that_was_emptied_is_believed_with_one_list_of_each_kind(
    world: Reference, proxy: Proxy
) -> None:
    assert world.apply().is_complete
    world.server.reset()
    with world.session(proxy.url) as session:
        plan = plan_of(session, world.desired(), Scope()).plan
        assert plan.count(Action.CREATE) == sum(WHOLE.values())
        looks = sum(WHOLE.values())
        assert session.transport.counts.reads == 6 + looks + HANDLES, "one look for each that is gone"
    with world.session(proxy.url) as session:
        plan_of(session, world.desired(), Scope())
        assert session.transport.counts.reads == 6 + HANDLES, "that they are gone is known now"


def test_an_agent_somebody_deleted_is_made_again(world: Reference, proxy: Proxy) -> None:
    assert world.apply().is_complete
    forget(world)
    (flux,) = (agent["id"] for agent in world.raw.list("agents") if agent["name"].endswith("flux"))
    world.raw.call("DELETE", f"/v1/agents/{flux}")
    assert world.apply(proxy.url).is_complete
    world.assert_converged()


@pytest.mark.parametrize("answer", [b"{}", b'[{"name": "x"}]', b"null", b"[", b"[7]"])
def test_one_malformed_list_is_read_again(world: Reference, proxy: Proxy, answer: bytes) -> None:
    assert world.apply().is_complete
    for kind in (*LISTS, "tools"):
        proxy.instead = empty(kind, 1, answer)
        with world.session(proxy.url) as session:
            assert plan_of(session, world.desired(), Scope()).plan.is_empty, kind


def test_one_row_that_cannot_be_understood_is_read_again(world: Reference, proxy: Proxy) -> None:
    assert world.apply().is_complete
    rows = json.dumps([{**row, "name": None} for row in world.raw.list("agents")]).encode()
    proxy.instead = empty("agents", 1, rows)
    with world.session(proxy.url) as session:
        assert plan_of(session, world.desired(), Scope()).plan.is_empty
    proxy.instead = empty("agents", answer=rows)
    with world.session(proxy.url) as session, pytest.raises(MalformedAnswer, match="name"):
        plan_of(session, world.desired(), Scope())


def test_every_first_read_cut_in_half_is_not_noticed(world: Reference, proxy: Proxy) -> None:
    seen: set[str] = set()
    lock = threading.Lock()

    def rule(sent: Sent) -> Fault | None:
        with lock:
            if sent.is_write or sent.label in seen:
                return None
            seen.add(sent.label)
            return Fault.BROKEN

    proxy.rule = rule
    assert world.apply(proxy.url).is_complete
    assert len(proxy.hit) >= 6
    world.assert_converged()
