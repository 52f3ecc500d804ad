"""A bare HTTP write for each entry of consequences.yaml, by its name.

In: the server. Out: what the write announces, the write itself, and what it announces beside. No code of the
product takes part.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.audit.claims import ANY, REPLACED, Claim
from tests.audit.differences import ADDED, CHANGED, REMOVED
from tests.live.files import upload as upload_and_wait
from tests.live.fleet import ADD, EMBEDDING, MODEL, agent, block
from tests.live.raw import RawServer
from tests.server.rest import upload

Scenario = Callable[[RawServer], tuple[Any, ...]]
SECRETS = {"KEY": "one", "OTHER": "two"}
FIRST = b"the first of the notes"
"""Waited for where it is not the write itself: an attach meanwhile answers 409 now and then."""


def _claim(table: str, match: dict[str, Any], *ops: str, columns: frozenset[str] | None = None) -> Claim:
    return Claim("a bare write", table, match, frozenset(ops or (CHANGED,)), columns)


def _patch(collection: str, server_id: str, server: RawServer, **body: Any) -> Callable[[], Any]:
    return lambda: server.call("PATCH", f"/v1/{collection}/{server_id}", body)


def _delete(collection: str, server_id: str, server: RawServer) -> Callable[[], Any]:
    return lambda: server.call("DELETE", f"/v1/{collection}/{server_id}")


def _folder(server: RawServer, name: str = "notes") -> str:
    return str(server.call("POST", "/v1/folders/", {"name": name, "embedding": EMBEDDING})["id"])


def _attached(server: RawServer) -> tuple[str, str]:
    """An agent and a block on it."""
    state = block(server, "state", "calm", tags=["live"])
    return agent(server, "helper", block_ids=[state])["id"], state


def _with_folder(server: RawServer) -> tuple[str, str]:
    """An agent and a folder with a file on it."""
    folder = _folder(server)
    upload_and_wait(server, folder, "first.txt", FIRST)
    return agent(server, "helper", folder_ids=[folder])["id"], folder


def _edge(verb: str, path: str, server_id: str, server: RawServer) -> Callable[[], Any]:
    return lambda: server.call("PATCH", f"/v1/agents/{server_id}/{path.format(verb)}")


def agent_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = agent(server, "helper")["id"]
    return _claim("agents", {"id": made}, columns=frozenset({"description"})), _patch(
        "agents", made, server, description="helps"
    )


def block_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = block(server, "state", "calm")
    return _claim("block", {"id": made}, columns=frozenset({"value"})), _patch(
        "blocks", made, server, value="busy"
    )


def group_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    body = {"agent_ids": [agent(server, "helper")["id"]], "description": "one"}
    made = server.call("POST", "/v1/groups/", body)["id"]
    return _claim("groups", {"id": made}, columns=frozenset({"description"})), _patch(
        "groups", made, server, description="still one"
    )


def folder_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = _folder(server)
    return _claim("sources", {"id": made}, columns=frozenset({"instructions"})), _patch(
        "folders", made, server, instructions="search first"
    )


def tool_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = server.call("POST", "/v1/tools/", {"source_code": ADD})["id"]
    return _claim("tools", {"id": made}, columns=frozenset({"return_char_limit"})), _patch(
        "tools", made, server, return_char_limit=7
    )


def model_written(server: RawServer) -> tuple[Any, ...]:
    made = agent(server, "helper")["id"]
    columns = frozenset({"llm_config.context_window"})
    body = {"model": MODEL, "context_window_limit": 20000}
    return _claim("agents", {"id": made}, columns=columns), _patch("agents", made, server, **body)


def provider_written(server: RawServer) -> tuple[Any, ...]:
    made = agent(server, "helper")["id"]
    moved = ("handle", "model", "context_window", "max_tokens")
    columns = frozenset(f"llm_config.{each}" for each in moved)
    body = {"model": "letta/letta-free", "context_window_limit": 20000}
    return _claim("agents", {"id": made}, columns=columns), _patch("agents", made, server, **body)


def settings_written(server: RawServer) -> tuple[Any, ...]:
    made = agent(server, "helper")["id"]
    columns = frozenset({"llm_config.temperature"})
    body = {"model_settings": {"provider_type": "openai", "temperature": 0.5}}
    return _claim("agents", {"id": made}, columns=columns), _patch("agents", made, server, **body)


def compaction_written(server: RawServer) -> tuple[Any, ...]:
    made = agent(server, "helper", compaction_settings={"mode": "sliding_window"})["id"]
    columns = frozenset({"compaction_settings.mode"})
    body = {"compaction_settings": {"mode": "all"}}
    return _claim("agents", {"id": made}, columns=columns), _patch("agents", made, server, **body)


def code_written(server: RawServer) -> tuple[Any, ...]:
    made = server.call("POST", "/v1/tools/", {"source_code": ADD})["id"]
    columns = frozenset({"source_code"})
    code = ADD.replace("Add two numbers", "Add both numbers")
    body = {"source_code": code}
    return _claim("tools", {"id": made}, columns=columns), partial(server.call, "PUT", "/v1/tools/", body)


def agent_made(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    """Its id is known only afterwards."""
    match: dict[str, Any] = {}
    return _claim("agents", match, ADDED), lambda: match.update(id=agent(server, "helper")["id"])


def block_attached(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made, state = agent(server, "helper")["id"], block(server, "state", "calm")
    return _claim("blocks_agents", {"agent_id": made, "block_id": state}, ADDED), _edge(
        "attach", f"core-memory/blocks/{{}}/{state}", made, server
    )


def folder_attached(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    folder = _folder(server)
    upload_and_wait(server, folder, "first.txt", FIRST)
    made = agent(server, "helper")["id"]
    return _claim("sources_agents", {"agent_id": made, "source_id": folder}, ADDED), _edge(
        "attach", f"folders/{{}}/{folder}", made, server
    )


def folder_detached(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made, folder = _with_folder(server)
    return _claim("sources_agents", {"agent_id": made, "source_id": folder}, REMOVED), _edge(
        "detach", f"folders/{{}}/{folder}", made, server
    )


def secrets_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = agent(server, "helper", secrets=SECRETS)["id"]
    match = {"agent_id": made, "key": "KEY"}
    return _claim("agent_environment_variables", match, *ANY), _patch(
        "agents", made, server, secrets={**SECRETS, "KEY": "three"}
    )


def shared_block_written(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    _, state = _attached(server)
    return _claim("block", {"id": state}, columns=frozenset({"value"})), _patch(
        "blocks", state, server, value="busy"
    )


def block_relabelled(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    _, state = _attached(server)
    return _claim("block", {"id": state}, columns=frozenset({"label"})), _patch(
        "blocks", state, server, label="mood"
    )


def agent_recompiled(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = agent(server, "helper", system="old")["id"]
    server.call("PATCH", f"/v1/agents/{made}", {"system": "new"})
    return _claim("#recompile", {"agent_id": made}), lambda: server.call(
        "POST", f"/v1/agents/{made}/recompile"
    )


def block_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    _, state = _attached(server)
    return _claim("block", {"id": state}, REMOVED), _delete("blocks", state, server)


def agent_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = _everything_on(server)
    body = {"messages": [{"role": "user", "content": "hello"}]}
    server.call("POST", f"/v1/agents/{made}/messages", body)
    return _claim("agents", {"id": made}, REMOVED), _delete("agents", made, server)


def agent_with_a_conversation_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    """One that has a block of its own."""
    made, _ = _attached(server)
    server.call("POST", f"/v1/conversations/?agent_id={made}", {"isolated_block_labels": ["state"]})
    return _claim("agents", {"id": made}, REMOVED), _delete("agents", made, server)


def archive_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = _everything_on(server)
    (archive,) = server.call("GET", f"/v1/archives/?agent_id={made}")
    return _claim("archives", {"id": archive["id"]}, REMOVED), _delete("archives", archive["id"], server)


def identity_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    _everything_on(server)
    identity = server.list("identities")[0]["id"]
    return _claim("identities", {"id": identity}, REMOVED), _delete("identities", identity, server)


def group_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    body = {"agent_ids": [agent(server, "helper")["id"]], "description": "one"}
    made = server.call("POST", "/v1/groups/", body)["id"]
    return _claim("groups", {"id": made}, REMOVED), _delete("groups", made, server)


def folder_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    _, folder = _with_folder(server)
    return _claim("sources", {"id": folder}, REMOVED), _delete("folders", folder, server)


def tool_deleted(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    tool = server.call("POST", "/v1/tools/", {"source_code": ADD})["id"]
    agent(server, "helper", tool_ids=[tool])
    return _claim("tools", {"id": tool}, REMOVED), _delete("tools", tool, server)


def _replaced(table: str, old: str, new: str) -> Claim:
    match, causes = {"id": old}, frozenset({REPLACED})
    return Claim("a bare write", table, match, frozenset({REMOVED}), causes=causes, successor=new)


def agent_replaced(server: RawServer) -> tuple[Any, ...]:
    """By another one that already has the same block."""
    old, state = _attached(server)
    new = agent(server, "helper", block_ids=[state])["id"]
    return _replaced("agents", old, new), _delete("agents", old, server)


def group_replaced(server: RawServer) -> tuple[Any, ...]:
    """By another one with the same member."""
    body = {"agent_ids": [agent(server, "helper")["id"]], "description": "one"}
    old, new = (server.call("POST", "/v1/groups/", body)["id"] for _ in range(2))
    return _replaced("groups", old, new), _delete("groups", old, server)


def identity_brought_over(server: RawServer) -> tuple[Any, ...]:
    """To the new agent, which has nothing else yet."""
    old, new = _everything_on(server), agent(server, "helper")["id"]
    identity = server.list("identities")[0]["id"]
    path = f"/v1/agents/{new}/identities/attach/{identity}"
    return _replaced("agents", old, new), lambda: server.call("PATCH", path)


def folder_replaced(server: RawServer) -> tuple[Any, ...]:
    """By another one that already has the same file and hangs on the same agent."""
    made, old = _with_folder(server)
    new = _folder(server, "papers")
    upload_and_wait(server, new, "first.txt", FIRST)
    server.call("PATCH", f"/v1/agents/{made}/folders/attach/{new}")
    return _replaced("sources", old, new), _delete("folders", old, server)


def file_uploaded(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    _, folder = _with_folder(server)
    match = {"source_id": folder, "original_file_name": "second.txt"}
    return _claim("files", match, ADDED), lambda: upload(server.url, folder, "second.txt", "the second")


def one_file_too_many(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made, folder = _with_folder(server)
    server.call("PATCH", f"/v1/agents/{made}", {"max_files_open": 1})
    match = {"source_id": folder, "original_file_name": "second.txt"}
    return _claim("files", match, ADDED), lambda: upload(server.url, folder, "second.txt", "the second")


def file_processed(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    """Seen from right after the upload was answered."""
    folder = _folder(server)
    made = upload(server.url, folder, "first.txt", "the first of the notes")["id"]
    return Claim("a bare write", "#processing", {"file_id": made, "id": made}), lambda: None


def message_sent(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = agent(server, "helper", block_ids=[block(server, "state", "calm")], tools=["memory_insert"])["id"]
    said = 'CALL:memory_insert:{"label": "state", "new_string": "busy"}'
    body = {"messages": [{"role": "user", "content": said}]}
    return _claim("#message", {"agent_id": made}), lambda: server.call(
        "POST", f"/v1/agents/{made}/messages", body
    )


def block_edited(server: RawServer) -> tuple[Any, ...]:
    """By one of two agents."""
    state = block(server, "state", "calm")
    agent(server, "critic", block_ids=[state])
    made = agent(server, "helper", block_ids=[state], tools=["memory_insert"])["id"]
    said = 'CALL:memory_insert:{"label": "state", "new_string": "busy"}'
    body = {"messages": [{"role": "user", "content": said}]}
    write = partial(server.call, "POST", f"/v1/agents/{made}/messages", body)
    return _claim("#edit", {"block_id": state}), write, _claim("#message", {"agent_id": made})


def source_searched(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made, folder = _with_folder(server)
    body = {"args": {"query": "first"}}
    return _claim("#search", {"source_id": folder}), lambda: server.call(
        "POST", f"/v1/agents/{made}/tools/semantic_search_files/run", body
    )


def passage_put_aside(server: RawServer) -> tuple[Claim, Callable[[], Any]]:
    made = agent(server, "helper")["id"]
    body = {"text": "naps help", "tags": ["sleep"]}
    return _claim("#archival", {"agent_id": made}), lambda: server.call(
        "POST", f"/v1/agents/{made}/archival-memory", body
    )


def builtin_tool_missed(server: RawServer) -> tuple[Any, ...]:
    """Somebody deleted it; whoever lists tools next makes it anew."""
    tool = next(each for each in server.list("tools") if each["name"] == "run_code")
    server.call("DELETE", f"/v1/tools/{tool['id']}")
    return _claim("#command", {}), partial(server.list, "tools")


def tool_looked_up(server: RawServer) -> tuple[Any, ...]:
    return _claim("#command", {}), partial(server.call, "GET", "/v1/tools/?name=memory_insert")


def _everything_on(server: RawServer) -> str:
    """An agent with one of each thing that an agent can have."""
    folder = _folder(server)
    upload_and_wait(server, folder, "first.txt", FIRST)
    made = str(
        agent(
            server,
            "helper",
            tags=["live"],
            secrets=SECRETS,
            memory_blocks=[{"label": "persona", "value": "kind"}],
            tools=["memory_insert"],
            folder_ids=[folder],
        )["id"]
    )
    body = {"identifier_key": "ada", "name": "Ada", "identity_type": "user"}
    identity = server.call("POST", "/v1/identities/", body)["id"]
    server.call("PATCH", f"/v1/agents/{made}/identities/attach/{identity}")
    server.call("POST", f"/v1/agents/{made}/archival-memory", {"text": "naps help", "tags": ["sleep"]})
    server.call("POST", f"/v1/conversations/?agent_id={made}", {})
    server.call("POST", "/v1/groups/", {"agent_ids": [made], "description": "one"})
    said = {"messages": [{"role": "user", "content": "hello"}]}
    server.call("POST", f"/v1/agents/{made}/messages", said)
    return made


SCENARIOS: dict[str, Scenario] = {
    "a written row says when and by whom": agent_written,
    "a written block counts its versions": block_written,
    "a written group says when": group_written,
    "a written folder says when": folder_written,
    "a written tool says when": tool_written,
    "a written model turns reasoning on": model_written,
    "a model of another provider brings what is that provider's": provider_written,
    "written model settings fill in the rest of them": settings_written,
    "another mode of compaction brings its own prompt": compaction_written,
    "a tool's new code has a new hash": code_written,
    "a new agent has its first messages": agent_made,
    "a block that is attached or detached touches its agent": block_attached,
    "a folder that is attached touches its agent": folder_attached,
    "secrets that are written touch their agent": secrets_written,
    "a folder that is attached brings its tools": folder_attached,
    "the last folder that is detached takes its tools": folder_detached,
    "a folder that is attached or detached opens or closes its files": folder_attached,
    "secrets are written anew all together": secrets_written,
    "a block's PATCH rewrites the system message of each agent that has it": shared_block_written,
    "a relabelled block is relabelled on each agent that has it": block_relabelled,
    "a recompiled agent has a new system message": agent_recompiled,
    "a deleted block is taken off everywhere": block_deleted,
    "a deleted agent takes along what is only its own": agent_deleted,
    "a deleted agent takes along which blocks its conversations have of their own": (
        agent_with_a_conversation_deleted
    ),
    "a deleted archive takes along its passages": archive_deleted,
    "a deleted identity is taken off everywhere": identity_deleted,
    "a deleted group lets its members go": group_deleted,
    "a deleted folder takes along its files": folder_deleted,
    "a deleted folder takes along the texts of its files": folder_deleted,
    "a deleted tool is taken off every agent": tool_deleted,
    "what hung on a replaced agent hangs on its successor": agent_replaced,
    "an identity says when it was put on an agent or taken off": identity_brought_over,
    "messages of a replaced agent end with it": agent_replaced,
    "what hung on a replaced group hangs on its successor": group_replaced,
    "a replaced folder hangs where its successor hangs": folder_replaced,
    "files of a replaced folder are files of its successor": folder_replaced,
    "passages of a replaced folder end with it": folder_replaced,
    "texts of a replaced folder end with it": folder_replaced,
    "an uploaded file is cut up": file_uploaded,
    "a file that is opened closes others": one_file_too_many,
    "a file that is being processed gets done": file_processed,
    "a file that is being processed gets its passages": file_processed,
    "an agent that is spoken to leaves messages, steps and a run": message_sent,
    "an agent that is spoken to remembers what it said": message_sent,
    "an agent that is spoken to may edit its blocks": message_sent,
    "an agent that edits a block rewrites the system message of each agent that has it": block_edited,
    "a search in a source looks into files": source_searched,
    "the first passage that is put aside puts an archive on the agent": passage_put_aside,
    "the first passage that is put aside makes an archive": passage_put_aside,
    "a passage that is put aside is in the agent's archive": passage_put_aside,
    "a list of tools that lacks a built-in one makes it anew": builtin_tool_missed,
    "a list of tools that lacks a built-in one touches them all": tool_looked_up,
}
