"""What agents hold beyond their rows is counted, and looked at once more right before one is deleted."""

from __future__ import annotations

import httpx
import pytest

from reconciler.errors import Conflict
from reconciler.remote.losses.what_agents_hold import Said
from reconciler.values import MESSAGES, Delete, Holdings, digest
from tests.remote.world import World, at

FLUX = at("agent", "flux")
TYPES = ("letta_v1_agent", "memgpt_agent", "sleeptime_agent", "react_agent")


def talk(world: World, agent_id: str) -> None:
    made = world.raw.post(f"/v1/conversations/?agent_id={agent_id}", json={}).raise_for_status().json()
    body = {"messages": [{"role": "user", "content": "hello"}], "streaming": True}
    httpx.post(f"{world.url}/v1/conversations/{made['id']}/messages", json=body, timeout=60)


@pytest.mark.parametrize("agent_type", TYPES)
def test_a_new_agent_of_any_type_holds_nothing(world: World, agent_type: str) -> None:
    agent_id = world.agent("flux", {"agent_type": agent_type})
    assert Said(world.transport).holdings({agent_id: agent_type}) == {agent_id: Holdings()}
    assert Said(world.transport).messages(agent_id) == 0


def test_conversations_and_passages_are_counted_in_two_requests(world: World) -> None:
    model = {"model": "openai-proxy/gpt-4o-mini", "embedding": "openai/text-embedding-3-small"}
    agent_id = world.agent("flux", model)
    talk(world, agent_id)
    world.raw.post(f"/v1/agents/{agent_id}/archival-memory", json={"text": "Fig"}).raise_for_status()
    before = world.transport.counts.reads
    assert Said(world.transport).holdings({agent_id: "letta_v1_agent"}) == {agent_id: Holdings(2, 1)}
    assert world.transport.counts.reads - before == 2


def test_an_agent_that_spoke_since_the_plan_is_not_deleted(world: World) -> None:
    agent_id = world.agent("flux", {"model": "openai-proxy/gpt-4o-mini"})
    delete = Delete(FLUX, agent_id, {MESSAGES: digest(0)})
    talk(world, agent_id)
    with pytest.raises(Conflict, match="it got messages since the plan was made"):
        world.perform(delete)
    assert world.get(f"/v1/agents/{agent_id}")["id"] == agent_id


def test_an_agent_that_is_gone_holds_nothing(world: World) -> None:
    gone = "agent-11111111-1111-4111-8111-111111111111"
    assert Said(world.transport).holdings({gone: ""}) == {gone: Holdings()}
