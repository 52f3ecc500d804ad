"""One of each thing a server can hold, made by bare HTTP."""

from __future__ import annotations

from tests.live.files import upload
from tests.live.fleet import ADD, EMBEDDING, agent, block
from tests.live.raw import RawServer

RULE = {"type": "run_first", "tool_name": "memory_insert"}


def furnish(server: RawServer) -> None:
    """An agent with everything an agent can have, twice where one is changed and one taken away."""
    folder = server.call("POST", "/v1/folders/", {"name": "notes", "embedding": EMBEDDING})["id"]
    upload(server, folder, "first.txt", b"the first of the notes")
    tool = server.call("POST", "/v1/tools/", {"source_code": ADD})["id"]
    made = agent(
        server,
        "helper",
        tags=["live"],
        secrets={"KEY": "one"},
        block_ids=[block(server, "state", "calm", tags=["mood"])],
        tool_ids=[tool],
        tools=["memory_insert"],
        tool_rules=[RULE],
        folder_ids=[folder],
        include_base_tool_rules=False,
    )["id"]
    body = {"identifier_key": "ada", "name": "Ada", "identity_type": "user"}
    identity = server.call("POST", "/v1/identities/", body)["id"]
    server.call("PATCH", f"/v1/agents/{made}/identities/attach/{identity}")
    server.call("POST", f"/v1/agents/{made}/archival-memory", {"text": "naps help", "tags": ["sleep"]})
    server.call("POST", f"/v1/conversations/?agent_id={made}", {})
    server.call("POST", "/v1/groups/", {"agent_ids": [made], "description": "one"})
    said = {"messages": [{"role": "user", "content": "hello"}]}
    server.call("POST", f"/v1/agents/{made}/messages", said)
