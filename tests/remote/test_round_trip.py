"""Every declarable field of every kind comes back as it was sent, after create and after update.

An update of one field moves that field and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reconciler.errors import Conflict
from reconciler.kinds import KINDS
from reconciler.values import (
    Address,
    FileContent,
    Leaf,
    LiveResource,
    RemoveFile,
    Secret,
    Upload,
    digest,
    field_of,
)
from tests.plain_fields import plain_fields
from tests.remote.world import MODEL, TOOL_SOURCE, World, at

OTHER_MODEL, EMBEDDING = "openai-proxy/gpt-4o-mini", "openai/text-embedding-3-small"
Values = Mapping[str, Leaf]
RULES: tuple[Leaf, Leaf] = (
    [{"type": "run_first", "tool_name": "memory_insert"}, {"type": "exit_loop", "tool_name": "x"}],
    [
        {"type": "exit_loop", "tool_name": "x"},
        {"type": "constrain_child_tools", "tool_name": "a", "children": ["b"]},
    ],
)
SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
NEW_SOURCE = TOOL_SOURCE.replace("mood: str)", "mood: str, level: int)").replace(
    "the mood\n", "the mood\n        level (int): how much\n"
)

AGENT: list[tuple[Values, Values]] = [
    ({"name": "pattern_42_flux"}, {"name": "pattern 42 flux - new"}),
    ({"description": "First contact"}, {"description": ""}),
    ({"system": "You help.\r\n\n  Always. ünï ✓ \n"}, {"system": "You do not."}),
    ({"agent_type": "memgpt_v2_agent"}, {}),
    ({"model": MODEL}, {"model": OTHER_MODEL}),
    ({"embedding": MODEL}, {"embedding": EMBEDDING}),
    ({"context_window_limit": 16_000}, {"context_window_limit": 9_000}),
    ({"model_settings.temperature": 0.3}, {"model_settings.temperature": 0.7}),
    ({"model_settings.max_output_tokens": 1_000}, {"model_settings.max_output_tokens": 2_000}),
    ({"model_settings.parallel_tool_calls": False}, {"model_settings.parallel_tool_calls": True}),
    ({"model_settings.strict": False}, {"model_settings.strict": True}),
    (
        {"model_settings.reasoning.reasoning_effort": "low"},
        {"model_settings.reasoning.reasoning_effort": "high"},
    ),
    ({"model_settings.response_format.type": "json_object"}, {"model_settings.response_format.type": "text"}),
    ({"compaction_settings.clip_chars": 4_000}, {"compaction_settings.clip_chars": 5_000}),
    ({"compaction_settings.mode": "all"}, {"compaction_settings.prompt": "Sum up."}),
    ({"compaction_settings.sliding_window_percentage": 0.5}, {"compaction_settings.model": MODEL}),
    (
        {"compaction_settings.prompt_acknowledgement": True},
        {"compaction_settings.prompt_acknowledgement": False},
    ),
    ({"response_format": {"type": "json_object"}}, {"response_format": SCHEMA}),
    *(({case.name: case.first}, {case.name: case.second}) for case in plain_fields("agent")),
    ({"tool_rules": RULES[0]}, {"tool_rules": RULES[1]}),
    ({"approvals[a]": True, "approvals[b]": True}, {"approvals[c]": True}),
    ({"tags[a b:ü]": True, "tags[c,d]": True}, {"tags[e]": True}),
    ({"metadata.team": {"deep": [1, None, "x"]}, "metadata.a.b[c]": 1}, {"metadata.team": "other"}),
    ({"secrets.K": Secret("one")}, {"secrets.K": Secret("two"), "secrets.L": Secret("three")}),
]
BLOCK: list[tuple[Values, Values]] = [
    ({"label": "state"}, {"label": "mood"}),
    ({"value": "a\r\nb \n\tü✓ \n"}, {"value": ""}),
    ({"description": "Status"}, {"description": ""}),
    ({"limit": 200}, {"limit": 300}),
    ({"read_only": True}, {"read_only": False}),
    ({"hidden": True}, {"hidden": False}),
    ({"tags[a b:ü]": True}, {"tags[c]": True}),
    ({"metadata.team": [1, {"x": None}]}, {"metadata.team": "other"}),
]
TOOL: list[tuple[Values, Values]] = [
    ({"source_code": TOOL_SOURCE}, {"source_code": NEW_SOURCE}),
    ({"description": "Logs."}, {"description": "Logs it."}),
    ({"return_char_limit": 100}, {"return_char_limit": 200}),
    (
        {"pip_requirements": [{"name": "httpx", "version": "0.28.1"}, {"name": "idna"}]},
        {"pip_requirements": []},
    ),
    ({"npm_requirements": [{"name": "left-pad"}]}, {"npm_requirements": [{"name": "x", "version": "1"}]}),
    ({"default_requires_approval": True}, {"default_requires_approval": False}),
    ({"enable_parallel_execution": True}, {"enable_parallel_execution": False}),
    ({"tags[a]": True}, {"tags[b]": True}),
]
SOURCE: list[tuple[Values, Values]] = [
    ({"name": "pattern_42_kn"}, {"name": "pattern_42_other"}),
    ({"description": "Shared"}, {"description": ""}),
    ({"instructions": "Search first."}, {"instructions": ""}),
    ({"embedding": EMBEDDING}, {}),
    ({"embedding_chunk_size": 200}, {}),
    ({"metadata.team": {"deep": [1]}}, {"metadata.team": "other"}),
]


def agrees(live: LiveResource, values: Values) -> bool:
    return all(
        live.leaves.get(path) == value or not (live.leaves.get(path) or value)
        for path, value in values.items()
    )


def others(live: LiveResource, values: Values) -> dict[str, Leaf]:
    return {path: leaf for path, leaf in live.leaves.items() if path not in values}


def settle(world: World, address: Address, first: Values, second: Values) -> None:
    """Create was sent; now what it made, then the update."""
    made = world.one(address)
    assert agrees(made, first)
    if not second:
        return
    world.update(address, second)
    after = world.one(address)
    assert agrees(after, second)
    moved = {*second, *_follows(second)}
    assert others(after, dict.fromkeys(moved)) == others(made, dict.fromkeys(moved))
    assert after.id == made.id
    assert after.marker is not None


def _follows(values: Values) -> set[str]:
    """What the server moves along by itself, while it still is its own default."""
    return {"compaction_settings.model"} if "model" in values else set()


@pytest.mark.parametrize(("first", "second"), AGENT, ids=lambda values: ",".join(values))
def test_an_agent(world: World, first: Values, second: Values) -> None:
    world.agent("flux", {"model": MODEL, **first})
    settle(world, at("agent", "flux"), first, second)


@pytest.mark.parametrize(("first", "second"), BLOCK, ids=lambda values: ",".join(values))
def test_a_block(world: World, first: Values, second: Values) -> None:
    address = at("block", "state")
    world.make(address, first)
    settle(world, address, first, second)


@pytest.mark.parametrize(("first", "second"), TOOL, ids=lambda values: ",".join(values))
def test_a_tool(world: World, first: Values, second: Values) -> None:
    address = at("tool", "log_mood")
    world.make(address, {"source_code": TOOL_SOURCE, "description": "Fixed.", **first})
    settle(world, address, first, second)


@pytest.mark.parametrize(("first", "second"), SOURCE, ids=lambda values: ",".join(values))
def test_a_source(world: World, first: Values, second: Values) -> None:
    address = at("source", "kn")
    world.make(address, {"name": "kn", "embedding": MODEL, **first})
    settle(world, address, first, second)


GROUPS: list[tuple[Values, Values]] = [
    ({"manager_type": "round_robin", "max_turns": 4}, {"max_turns": 6}),
    ({"manager_type": "supervisor", "manager_agent": "c"}, {"manager_agent": "d"}),
    (
        {"manager_type": "dynamic", "manager_agent": "c", "termination_token": "END", "max_turns": 3},
        {"termination_token": "STOP"},
    ),
    ({"manager_type": "dynamic", "manager_agent": "c", "termination_token": "END"}, {"max_turns": 9}),
    ({"manager_type": "sleeptime", "manager_agent": "c", "frequency": 5}, {"frequency": 7}),
    (
        {
            "manager_type": "voice_sleeptime",
            "manager_agent": "c",
            "max_message_buffer_length": 20,
            "min_message_buffer_length": 8,
        },
        {"max_message_buffer_length": 30},
    ),
    ({"description": "Support [x] 1"}, {"description": ""}),
]


def member(name: str) -> str:
    return str(at("agent", name))


def with_addresses(values: Values) -> dict[str, Leaf]:
    return {path: member(str(leaf)) if path == "manager_agent" else leaf for path, leaf in values.items()}


@pytest.mark.parametrize(("first", "second"), GROUPS, ids=lambda values: ",".join(values))
def test_a_group(world: World, first: Values, second: Values) -> None:
    for name in "abcd":
        world.agent(name)
    address = at("group", "main")
    first, second = with_addresses(first), with_addresses(second)
    edges: dict[str, Leaf] = {"agents[a]": member("a"), "agents[b]": member("b"), "order": ["b", "a"]}
    world.make(address, {**edges, **first})
    settle(world, address, first, second)
    assert world.one(address).leaves["order"] == ["b", "a"]


def test_members_of_a_group_and_their_order(world: World) -> None:
    for name in "abc":
        world.agent(name)
    address = at("group", "main")
    world.make(address, {"agents[a]": member("a"), "agents[b]": member("b"), "order": ["b", "a"]})
    world.update(address, {"order": ["a", "b"]})
    assert world.one(address).leaves["order"] == ["a", "b"]
    world.update(address, {"agents[c]": member("c"), "order": ["c", "a", "b"]})
    live = world.one(address)
    assert live.leaves["order"] == ["c", "a", "b"]
    assert live.leaves["agents[c]"] == member("c")


def test_files_of_a_source(world: World) -> None:
    address = at("source", "kn")
    names = ("a.md", "ü b, [c].txt")
    files = {name: world.content(name, f"text of {name}".encode()) for name in names}
    leaves: dict[str, Leaf] = {f"files[{name}]": content for name, content in files.items()}
    world.make(address, {"name": "kn", "embedding": EMBEDDING, **leaves})
    for name, content in files.items():
        world.perform(Upload(address, name, content))
    made = world.one(address)
    assert agrees(made, leaves)
    assert made.marker is not None

    same_size = world.content("a.md", b"TEXT of a.md")
    world.perform(Upload(address, "a.md", same_size, ids_of(made, "files[a.md]")))
    world.update(address, {"instructions": "the update after an upload notes it, though the plan did not"})
    assert world.one(address).leaves["files[a.md]"] == same_size
    world.perform(RemoveFile(address, names[1]))
    world.update(address, {"description": "one file"})
    live = world.one(address)
    assert live.leaves["files[a.md]"] == same_size
    assert [path for path in live.leaves if field_of(path) == "files"] == ["files[a.md]"]


def ids_of(live: LiveResource, path: str) -> tuple[str, ...]:
    leaf = live.leaves[path]
    assert isinstance(leaf, FileContent)
    return leaf.ids


def test_a_file_that_somebody_put_there_meanwhile_stays(world: World) -> None:
    address = at("source", "kn")
    content, theirs = world.content("a.md", b"ours"), {"file": ("a.md", b"theirs")}
    world.make(address, {"name": "kn", "embedding": EMBEDDING, "files[a.md]": content})
    world.raw.post(f"/v1/folders/{world.ids[str(address)]}/upload", files=theirs).raise_for_status()
    with pytest.raises(Conflict, match="somebody else"):
        world.perform(Upload(address, "a.md", content))
    assert world.one(address).leaves["files[a.md]"] == FileContent("", size=6)


def test_a_run_killed_before_its_uploads_does_not_take_the_files_for_deleted_by_somebody(
    world: World,
) -> None:
    address = at("source", "kn")
    content = world.content("a.md", b"text")
    world.make(address, {"name": "kn", "embedding": EMBEDDING, "files[a.md]": content})
    killed = world.one(address)
    assert killed.marker is not None
    assert "files[a.md]" not in {*killed.leaves, *killed.marker.base}
    world.perform(Upload(address, "a.md", content))
    made = world.one(address)
    assert made.marker is not None
    assert made.marker.base["files[a.md]"] == digest(content)


def test_a_file_somebody_replaced_is_told_by_its_size(world: World) -> None:
    address = at("source", "kn")
    content = world.content("a.md", b"ours")
    world.make(address, {"name": "kn", "embedding": EMBEDDING, "files[a.md]": content})
    folder = world.ids[str(address)]
    world.raw.post(
        f"/v1/folders/{folder}/upload",
        params={"duplicate_handling": "replace"},
        files={"file": ("a.md", b"theirs")},
    ).raise_for_status()
    assert world.one(address).leaves["files[a.md]"] == FileContent("", size=6)


def test_every_declarable_field_is_in_a_table_above() -> None:
    tables = {"agent": AGENT, "block": BLOCK, "tool": TOOL, "source": SOURCE, "group": GROUPS}
    elsewhere = {("agent", "blocks"), ("agent", "tools"), ("agent", "sources")}
    elsewhere |= {("group", "agents"), ("group", "order"), ("source", "files")}
    elsewhere |= {("agent", "enable_sleeptime")}  # set once its group is there: test_background_groups
    covered = {
        (kind, field_of(path)) for kind, table in tables.items() for first, _ in table for path in first
    }
    declared = {(kind.name, field.name) for kind in KINDS.values() for field in kind.fields}
    assert declared == covered | elsewhere
