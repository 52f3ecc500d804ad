"""Requests are the cost, so their number is a promise."""

from __future__ import annotations

import time

import pytest

from reconciler.remote import Connection, Counts, Reader, connect
from reconciler.remote.marks.markers import agent_tags, metadata_entry
from reconciler.remote.read.assemble import Lists, assemble
from reconciler.remote.read.scope import Part
from reconciler.values import Desired, Marker, Owner, Recompile, Scope, Upload
from tests.remote.world import PROJECT, World, at, inline

EMBEDDING = "openai/text-embedding-3-small"


def reads_of(world: World, scope: Scope = Scope()) -> int:
    """Requests of a first read, as in a new process."""
    transport = connect(Connection(world.url))
    try:
        Reader(transport, PROJECT).read(Desired(PROJECT, world.desired), scope)
        assert transport.counts.writes == 0
        return transport.counts.reads
    finally:
        transport.close()


def test_an_empty_server_takes_six_reads(world: World) -> None:
    assert reads_of(world) == 6


def test_a_source_with_files_takes_one_more(world: World) -> None:
    source = at("source", "kn")
    content = world.content("a.md", b"text")
    world.make(source, {"name": "kn", "embedding": EMBEDDING, "files[a.md]": content})
    world.perform(Upload(source, "a.md", content))
    world.make(at("source", "bare"), {"name": "bare", "embedding": EMBEDDING})
    assert reads_of(world) == 7
    world.desired.clear()
    assert reads_of(world) == 7


@pytest.mark.parametrize("users", [1, 6])
def test_one_user_takes_as_many_reads_whatever_the_others(world: World, users: int) -> None:
    for number in range(users):
        owner = Owner("pattern", str(number))
        world.make(at("agent", "flux", owner=owner), {"name": "flux", "model": "letta/letta-free"})
    assert reads_of(world, Scope(users=frozenset({"0"}))) == 6


def test_each_operation_is_one_request(world: World) -> None:
    persona = at("block", "persona", agent="flux")
    before = world.transport.counts
    world.agent("flux", {"tools[memory_insert]": "memory_insert"}, inline(persona, {"value": "I am"}))
    world.make(at("group", "main"), {"agents[flux]": str(at("agent", "flux")), "order": ["flux"]})
    world.perform(Recompile(at("agent", "flux")))
    assert world.transport.counts == Counts(before.reads, before.writes + 3)


def rows(users: int) -> Lists:
    """A constellation of 12 resources for each user, as the server lists them."""
    agents, blocks, groups = [], [], []
    for number in range(users):
        owner = Owner("pattern", str(number))
        members = []
        for name in ("pattern", "entropy", "flux", "momentum", "anchor"):
            label = Marker(
                PROJECT, at("block", "persona", name, owner), {"value": "0" * 12, "label": "1" * 12}
            )
            block = {"id": f"block-{number}-{name}", "label": "persona", "value": "I am " * 20, "limit": 5000}
            blocks.append({**block, "tags": agent_tags(label), "metadata": {}})
            marker = Marker(PROJECT, at("agent", name, owner=owner), {"name": "0" * 12, "system": "1" * 12})
            agent = {
                "id": f"agent-{number}-{name}",
                "name": name,
                "system": "You help. " * 50,
                "tags": agent_tags(marker),
            }
            metadata = {"letta-reconciler": metadata_entry(marker)}
            settings = {"model_settings": {"temperature": 1.0}, "llm_config": {"context_window": 30_000}}
            agents.append(
                {**agent, "metadata": metadata, "blocks": [block], "message_ids": ["m"], **settings}
            )
            members.append(agent["id"])
        groups.append({"id": f"group-{number}", "agent_ids": members, "description": "d"})
        groups.append({"id": f"group-{number}-b", "agent_ids": members, "description": "d"})
    return Lists("0.16.8", agents, blocks, groups, [], [])


def test_sixty_thousand_resources_are_decoded_in_seconds() -> None:
    lists = rows(5_000)
    assert sum(map(len, (lists.agents, lists.blocks, lists.groups))) == 60_000
    start = time.process_time()  # what others do on this machine does not count
    live = assemble(lists, PROJECT, Part(()))
    seconds = time.process_time() - start
    assert len(live.resources) == 50_000
    assert len(live.unmanaged) == 10_000
    assert seconds < 15
    print(f"\n60,000 resources decoded in {seconds:.1f} s")
