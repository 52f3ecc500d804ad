"""Which agents a resource hangs on is found in few requests, however many agents there are."""

from __future__ import annotations

from reconciler.remote.losses.attached import Attached
from tests.live import fleet
from tests.live.raw import RawServer
from tests.remote.fakes import FewRows
from tests.remote.world import World


def test_one_list_or_a_request_for_each_say_the_same(world: World) -> None:
    server = RawServer(str(world.raw.base_url).rstrip("/"))
    blocks = [fleet.block(server, f"b{number}", "x") for number in range(3)]
    folder = server.call("POST", "/v1/folders/", {"name": "kn", "embedding": fleet.EMBEDDING})["id"]
    agents = {
        name: fleet.agent(server, name, block_ids=blocks[:count], folder_ids=[folder])["id"]
        for count, name in enumerate(("none", "one", "two"))
    }
    asked = {**dict.fromkeys(blocks, "block"), folder: "source"}
    expected = {
        blocks[0]: {agents["one"], agents["two"]},
        blocks[1]: {agents["two"]},
        blocks[2]: set(),
        folder: set(agents.values()),
    }
    for rows, requests in ((1_000, 1), (3, 1 + 4 + 1), (2, 1 + 4 + 2)):  # full pages are followed by one more
        before = world.transport.counts.reads
        found = Attached(FewRows(world.transport, rows)).to(asked)
        assert {resource: set(users) for resource, users in found.items()} == expected
        assert world.transport.counts.reads - before == requests
    gone = "block-11111111-1111-4111-8111-111111111111"
    assert Attached(world.transport).to({gone: "block"}) == {gone: {}}


def test_tools_need_the_list_of_all_agents(world: World) -> None:
    server = RawServer(str(world.raw.base_url).rstrip("/"))
    tool = server.call("POST", "/v1/tools/", {"source_code": fleet.ADD})["id"]
    user = fleet.agent(server, "user", tool_ids=[tool])["id"]
    for number in range(4):
        fleet.agent(server, f"other{number}")
    assert Attached(FewRows(world.transport, 2)).to({tool: "tool"}) == {tool: {user: "user"}}
