"""A flag that would make the server add agents of its own is never sent where it would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.errors import Conflict
from reconciler.remote.encode.common import Ids
from reconciler.remote.http.transport import Request
from reconciler.remote.write import background
from reconciler.values import Complete
from tests.remote.world import World, at

LEAD, NIGHT = at("agent", "lead"), at("group", "night")
SLEEPTIME = Complete(LEAD, {"enable_sleeptime": True})
EMBEDDING = "openai/text-embedding-3-small"


def group(world: World, manager_type: str) -> None:
    world.agent("dreamer")
    world.make(
        NIGHT,
        {
            "manager_type": manager_type,
            "manager_agent": str(LEAD),
            "agents[dreamer]": str(at("agent", "dreamer")),
        },
    )


def names(world: World) -> list[str]:
    return sorted(each["name"] for each in world.get("/v1/agents/"))


def test_without_a_group_nothing_is_set_and_no_agent_is_made(world: World) -> None:
    world.agent("lead", {"embedding": EMBEDDING})
    with pytest.raises(Conflict, match="manages no group"):
        world.perform(SLEEPTIME)
    assert names(world) == ["lead"]


def test_a_group_of_another_type_is_named(world: World) -> None:
    world.agent("lead", {"embedding": EMBEDDING})
    group(world, "supervisor")
    with pytest.raises(Conflict, match=world.ids[str(NIGHT)]):
        world.perform(SLEEPTIME)


def test_it_may_be_sent_twice(world: World) -> None:
    world.agent("lead", {"embedding": EMBEDDING})
    group(world, "sleeptime")
    world.perform(SLEEPTIME)
    world.perform(SLEEPTIME)
    assert world.one(LEAD).leaves["enable_sleeptime"] is True
    assert names(world) == ["dreamer", "lead"]


@dataclass
class Sent:
    """Notes what is sent."""

    requests: list[tuple[str, str]] = field(default_factory=list)

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        raise AssertionError(path)

    def send(self, request: Request) -> Any:
        self.requests.append((request.method, request.path))
        return {}


def test_what_a_server_with_a_default_embedding_makes_along_is_deleted() -> None:
    sent = Sent()
    background.take_off(sent, {"managed_group": {"id": "group-1", "agent_ids": ["agent-2"]}}, LEAD)
    background.take_off(sent, {"managed_group": None}, LEAD)
    assert sent.requests == [("DELETE", "/v1/agents/agent-2")]


def test_turning_it_off_needs_no_look() -> None:
    sent = Sent()
    off = Complete(LEAD, {"enable_sleeptime": False})
    background.complete(sent, off, Ids({str(LEAD): "agent-1"}))
    assert sent.requests == [("PATCH", "/v1/agents/agent-1")]
