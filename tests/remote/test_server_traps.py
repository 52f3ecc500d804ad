"""Where letta 0.16.8 says one thing and does another: each test fails without the handling in the adapter."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import Conflict, NotFound, RemoteError, UnknownOutcome
from reconciler.values import (
    Attach,
    Create,
    Delete,
    Detach,
    Leaf,
    Marker,
    Operation,
    Owner,
    Recompile,
    Scope,
    Secret,
    Update,
    digest,
)
from tests.remote.world import MODEL, SHARED, TOOL_SOURCE, World, at, inline, marker

EMBEDDING = "openai/text-embedding-3-small"
FLUX = at("agent", "flux")


def test_a_new_window_resets_nothing_else_of_the_model(world: World) -> None:
    world.agent("flux", {"model_settings.temperature": 0.2, "model_settings.max_output_tokens": 1_000})
    world.update(FLUX, {"context_window_limit": 9_000})
    leaves = world.one(FLUX).leaves
    assert leaves["context_window_limit"] == 9_000
    assert leaves["model_settings.temperature"] == 0.2
    assert leaves["model_settings.max_output_tokens"] == 1_000


def test_nor_does_it_when_the_plan_names_the_window_alone(world: World) -> None:
    server_id = world.agent("flux", {"model_settings.temperature": 0.2})
    window: dict[str, Leaf] = {"context_window_limit": 9_000}
    world.perform(Update(FLUX, server_id, frozenset(window), window, marker(FLUX, window)))
    leaves = world.one(FLUX).leaves
    assert leaves["context_window_limit"] == 9_000
    assert leaves["model_settings.temperature"] == 0.2


def test_settings_alone_keep_the_window(world: World) -> None:
    world.agent("flux", {"context_window_limit": 16_000, "model_settings.temperature": 0.2})
    world.update(FLUX, {"model_settings.temperature": 0.9})
    assert world.one(FLUX).leaves["context_window_limit"] == 16_000


def test_a_new_compaction_mode_keeps_the_declared_prompt(world: World) -> None:
    mode, prompt = "compaction_settings.mode", "compaction_settings.prompt"
    world.agent("flux", {mode: "all", prompt: "Sum up."})
    assert world.one(FLUX).leaves[prompt] == "Sum up."
    world.update(FLUX, {mode: "sliding_window", prompt: "Be short."})
    assert world.one(FLUX).leaves[prompt] == "Be short."
    world.update(FLUX, {mode: "all"})
    assert world.one(FLUX).leaves[prompt] == "Be short."


def test_a_block_is_swapped_for_another_of_the_same_label(world: World) -> None:
    old, new = at("block", "old"), at("block", "new")
    for address in (old, new):
        world.make(address, {"label": "zeta", "value": address.name})
    world.agent("flux", {"blocks[old]": str(old)})
    for operation in (Detach(FLUX, "blocks", "old", str(old)), Attach(FLUX, "blocks", "new", str(new))):
        world.perform(operation)
    blocks = {path: leaf for path, leaf in world.one(FLUX).leaves.items() if path.startswith("blocks[")}
    assert blocks == {"blocks[new]": str(new)}


def test_a_second_block_of_one_label_is_a_conflict_with_the_servers_words(world: World) -> None:
    first, second = at("block", "first"), at("block", "second")
    for address in (first, second):
        world.make(address, {"label": "zeta"})
    world.agent("flux", {"blocks[zeta]": str(first)})
    with pytest.raises(Conflict, match="unique"):
        world.perform(Attach(FLUX, "blocks", "zeta", str(second)))


@pytest.mark.parametrize("field", ["blocks", "tools", "sources"])
def test_attaching_and_detaching_twice_is_fine(world: World, field: str) -> None:
    world.make(at("block", "state"), {"label": "state"})
    world.make(at("source", "kn"), {"name": "kn", "embedding": EMBEDDING})
    target = {
        "blocks": str(at("block", "state")),
        "tools": "memory_insert",
        "sources": str(at("source", "kn")),
    }[field]
    item = {"blocks": "state", "tools": "memory_insert", "sources": "kn"}[field]
    world.agent("flux")
    for _ in range(2):
        world.perform(Attach(FLUX, field, item, target))
    assert world.one(FLUX).leaves[f"{field}[{item}]"] == target
    for _ in range(2):
        world.perform(Detach(FLUX, field, item, target))
    assert not [path for path in world.one(FLUX).leaves if path.startswith(f"{field}[")]


def test_attaching_what_is_not_there_is_said(world: World) -> None:
    world.agent("flux")
    with pytest.raises(NotFound):
        world.perform(Attach(FLUX, "blocks", "x", "block-11111111-1111-4111-8111-111111111111"))
    with pytest.raises(NotFound, match="no tool"):
        world.perform(Attach(FLUX, "tools", "nope", "nope"))
    with pytest.raises(RemoteError, match="not known"):
        world.perform(Attach(FLUX, "blocks", "x", str(at("block", "never_made"))))


def test_a_block_the_server_drops_in_a_create_is_noticed(world: World) -> None:
    with pytest.raises(RemoteError, match="without block block-1111"):
        world.agent("flux", {"blocks[x]": "block-11111111-1111-4111-8111-111111111111"})


def test_blocks_of_a_failed_create_are_found_by_their_address(world: World) -> None:
    persona = at("block", "persona", agent="flux")
    with pytest.raises(RemoteError, match="nope"):
        world.agent("flux", {"tools[nope]": "nope"}, inline(persona, {"value": "I am"}))
    orphan = world.one(persona)
    assert orphan.leaves["value"] == "I am"
    assert [found.id for found in world.reader.lookup(persona)] == [orphan.id]

    world.ids[str(persona)] = orphan.id
    world.agent("flux", {"blocks[persona]": str(persona)})
    assert world.one(FLUX).leaves["blocks[persona]"] == str(persona)


def test_an_agent_has_the_declared_tools_and_rules_and_no_others(world: World) -> None:
    world.agent("flux", {"agent_type": "memgpt_agent", "tools[send_message]": "send_message"})
    leaves = world.one(FLUX).leaves
    assert [path for path in leaves if path.startswith("tools[")] == ["tools[send_message]"]
    assert "tool_rules" not in leaves


def test_builtin_and_own_tools_come_with_the_create(world: World) -> None:
    own = at("tool", "log_mood", owner=SHARED)
    world.make(own, {"source_code": TOOL_SOURCE})
    world.agent("flux", {"tools[log_mood]": str(own), "tools[memory_insert]": "memory_insert"})
    leaves = world.one(FLUX).leaves
    assert leaves["tools[log_mood]"] == "shared/tool/log_mood"
    assert leaves["tools[memory_insert]"] == "memory_insert"


def test_the_tools_of_a_source_come_with_it(world: World) -> None:
    source = at("source", "kn")
    world.make(source, {"name": "kn", "embedding": EMBEDDING})
    server_id = world.agent("flux", {"sources[kn]": str(source)})
    attached = {tool["name"] for tool in world.get(f"/v1/agents/{server_id}")["tools"]}
    assert attached == {"open_files", "grep_files", "semantic_search_files"}
    assert {f"tools[{tool}]" for tool in attached} <= world.one(FLUX).leaves.keys()


def test_tools_a_deleted_source_leaves_behind_are_seen(world: World) -> None:
    source = at("source", "kn")
    folder = world.make(source, {"name": "kn", "embedding": EMBEDDING})
    world.agent("flux", {"sources[kn]": str(source)})
    world.perform(Delete(source, folder))
    assert "tools[open_files]" in world.one(FLUX).leaves


def test_a_shared_source_has_a_name_of_its_own(world: World) -> None:
    source, stranger = at("source", "kn", owner=SHARED), "source"
    world.make(source, {"name": "kn", "embedding": EMBEDDING})
    unmanaged = world.raw.post("/v1/folders/", json={"name": stranger, "embedding": EMBEDDING}).json()["id"]
    world.agent("flux", {"sources[shared/kn]": str(source), f"sources[{unmanaged}]": unmanaged})
    leaves = world.one(FLUX).leaves
    assert leaves["sources[shared/kn]"] == "shared/source/kn"
    assert leaves[f"sources[{unmanaged}]"] == unmanaged


def test_a_recompile_brings_the_prompt_up_to_date(world: World) -> None:
    server_id = world.agent("flux", {"system": "You help."})
    world.make(at("block", "state"), {"label": "state", "value": "energy: low"})
    world.perform(Attach(FLUX, "blocks", "state", str(at("block", "state"))))

    def prompt() -> str:
        return str(world.get(f"/v1/agents/{server_id}/messages", limit=1, order="asc")[0])

    assert "energy: low" not in prompt()
    world.perform(Recompile(FLUX))
    assert "energy: low" in prompt()


def test_a_text_the_server_made_up_is_not_ours(world: World) -> None:
    persona = at("block", "persona", agent="flux")
    world.agent("flux", {}, inline(persona, {"value": "I am", "description": ""}))
    assert world.one(persona).leaves["description"] == ""


def test_a_block_over_its_limit_is_taken_as_it_is(world: World) -> None:
    state = at("block", "state")
    world.make(state, {"label": "state", "limit": 3, "value": "long"})
    assert world.one(state).leaves["value"] == "long"


def test_blocks_are_known_by_label_in_whatever_order_they_come(world: World) -> None:
    blocks = [inline(at("block", label, agent="flux"), {"value": label}) for label in "dcba"]
    world.agent("flux", {f"blocks[{block.address.name}]": str(block.address) for block in blocks}, *blocks)
    before = world.one(FLUX).fingerprint
    world.patch(f"/v1/blocks/{world.ids[str(blocks[3].address)]}", value="edited")
    assert world.one(FLUX).fingerprint == before


def test_what_an_agent_learned_since_the_plan_is_not_written_over(world: World) -> None:
    state = at("block", "state")
    server_id = world.make(state, {"label": "state", "value": "seed"})
    world.patch(f"/v1/blocks/{server_id}", value="learned")
    with pytest.raises(Conflict, match="edited since"):
        world.update(state, {"value": "new seed"}, expect={"value": digest("seed")})
    assert world.one(state).leaves["value"] == "learned"
    world.update(state, {"value": "new seed"}, expect={"value": digest("learned")})
    assert world.one(state).leaves["value"] == "new seed"


def test_nor_is_a_seeded_field_of_an_agent(world: World) -> None:
    server_id = world.agent("flux", {"system": "seed"})
    world.patch(f"/v1/agents/{server_id}", system="learned")
    with pytest.raises(Conflict, match="edited since"):
        world.update(FLUX, {"system": "new"}, expect={"system": digest("seed")})
    world.update(FLUX, {"system": "new"}, expect={"system": digest("learned")})
    assert world.one(FLUX).leaves["system"] == "new"


def test_a_new_source_of_a_tool_gives_models_its_new_parameters(world: World) -> None:
    tool = at("tool", "log_mood", owner=SHARED)
    server_id = world.make(
        tool, {"source_code": TOOL_SOURCE, "description": "Logs.", "return_char_limit": 77}
    )
    longer = TOOL_SOURCE.replace("(mood: str)", "(mood: str, level: int)")
    longer = longer.replace("the mood\n", "the mood\n        level (int): how much\n")
    world.update(tool, {"source_code": longer})
    live = world.get(f"/v1/tools/{server_id}")
    assert "level" in live["json_schema"]["parameters"]["properties"]
    assert (live["description"], live["return_char_limit"]) == ("Logs.", 77)


def test_a_tool_of_another_function_name_is_refused_before_it_is_made(world: World) -> None:
    tool = at("tool", "log_mood", owner=SHARED)
    world.make(tool, {"source_code": TOOL_SOURCE})
    with pytest.raises(RemoteError, match="makes the tool note_mood, and no longer log_mood"):
        world.update(tool, {"source_code": TOOL_SOURCE.replace("log_mood", "note_mood")})
    assert not world.get("/v1/tools/", name="note_mood")


def test_a_marker_of_a_tool_turns_nothing_off(world: World) -> None:
    tool = at("tool", "log_mood", owner=SHARED)
    server_id = world.make(tool, {"source_code": TOOL_SOURCE})
    world.patch(f"/v1/tools/{server_id}", enable_parallel_execution=True)
    world.update(tool, {"tags[x]": True})
    assert world.one(tool).leaves["enable_parallel_execution"] is True


def test_shared_blocks_of_a_group_are_never_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[Any] = []
    send = world.transport.send
    monkeypatch.setattr(
        world.transport, "send", lambda request: [bodies.append(request.body), send(request)][1]
    )
    world.agent("flux")
    group = at("group", "main")
    world.make(group, {"agents[flux]": str(FLUX), "order": ["flux"]})
    world.update(group, {"max_turns": 3})
    assert not any("shared_block_ids" in (body or {}) for body in bodies)


def test_the_last_member_of_a_group_cannot_be_taken_in_silence(world: World) -> None:
    server_id = world.agent("flux")
    group = at("group", "main")
    group_id = world.make(group, {"agents[flux]": str(FLUX), "order": ["flux"]})
    empty = Update(group, group_id, frozenset({"agents[flux]", "order"}), {"order": []}, marker(group, {}))
    with pytest.raises(RemoteError, match="last member"):
        world.perform(empty)
    assert server_id


def test_a_member_that_is_gone_is_shown_by_its_id(world: World) -> None:
    server_id = world.agent("flux")
    world.agent("two")
    group = at("group", "main")
    world.make(
        group, {"agents[flux]": str(FLUX), "agents[two]": str(at("agent", "two")), "order": ["flux", "two"]}
    )
    world.perform(Delete(FLUX, server_id))
    assert world.one(group).leaves["order"] == [server_id, "two"]


def test_a_manager_of_a_group_is_not_deleted_behind_its_back(world: World) -> None:
    server_id = world.agent("flux")
    world.agent("two")
    leaves: dict[str, Leaf] = {"manager_type": "supervisor", "manager_agent": str(FLUX)}
    world.make(at("group", "main"), {**leaves, "agents[two]": str(at("agent", "two")), "order": ["two"]})
    with pytest.raises(Conflict):
        world.perform(Delete(FLUX, server_id))


def test_deleting_what_is_gone_is_done(world: World) -> None:
    addresses = [at("block", "state"), at("source", "kn"), at("tool", "log_mood"), FLUX, at("group", "main")]
    world.make(addresses[0], {"label": "state"})
    world.make(addresses[1], {"name": "kn", "embedding": EMBEDDING})
    world.make(addresses[2], {"source_code": TOOL_SOURCE})
    world.agent("flux")
    world.make(addresses[4], {"agents[flux]": str(FLUX), "order": ["flux"]})
    for address in reversed(addresses):
        for _ in range(2):
            world.perform(Delete(address, world.ids[str(address)]))
    assert not world.read().resources


def test_hidden_resources_are_found(world: World) -> None:
    world.agent("flux", {"tags[role:subagent]": True})
    world.make(at("block", "state"), {"label": "state", "hidden": True})
    assert set(world.read().resources) == {FLUX, at("block", "state")}


def test_a_name_the_server_fails_on_is_not_tried_again(world: World) -> None:
    writes = world.transport.counts.writes
    with pytest.raises(RemoteError, match="invalid characters") as caught:
        world.agent("flux", {"name": "a.b"})
    assert not isinstance(caught.value, UnknownOutcome)
    assert world.transport.counts.writes == writes + 1


def test_an_unknown_model_does_not_look_like_a_missing_agent(world: World) -> None:
    world.agent("flux")
    with pytest.raises(RemoteError, match="Handle") as caught:
        world.update(FLUX, {"model": "openai/nope"})
    assert not isinstance(caught.value, NotFound)


def test_secrets_are_read_only_when_some_are_declared(world: World) -> None:
    world.agent("flux", {"secrets.K": Secret("hush")})
    assert world.one(FLUX).leaves["secrets.K"] == Secret("hush")
    world.desired.clear()
    assert "secrets.K" not in world.one(FLUX).leaves


def test_an_agent_whose_metadata_an_app_replaced_is_still_ours(world: World) -> None:
    server_id = world.agent("flux", {"metadata.k": 1})
    world.patch(f"/v1/agents/{server_id}", metadata={"app": True})
    live = world.one(FLUX)
    assert live.leaves["metadata.app"] is True
    assert live.marker == Marker("demo", FLUX)


def test_a_block_made_at_run_time_is_unmanaged_and_not_ours(world: World) -> None:
    server_id = world.agent("flux")
    block = world.raw.post("/v1/blocks/", json={"label": "notes", "value": "x"}).json()["id"]
    world.patch(f"/v1/agents/{server_id}/core-memory/blocks/attach/{block}")
    live = world.read()
    assert live.resources[FLUX].leaves["blocks[notes]"] == block
    assert [found.id for found in live.unmanaged if found.kind == "block"] == [block]


def test_two_resources_with_one_marker_are_both_reported(world: World) -> None:
    first = world.agent("flux")
    second = world.agent("flux")
    live = world.read()
    assert FLUX not in live.resources
    assert {found.id for found in live.duplicates[FLUX]} == {first, second}


def test_strangers_are_reported_only_where_they_touch_us(world: World) -> None:
    source = at("source", "kn")
    world.make(source, {"name": "ours", "embedding": EMBEDDING})
    server_id = world.agent("flux")
    stranger = world.raw.post("/v1/agents/", json={"name": "x", "model": MODEL}).json()["id"]
    world.raw.post("/v1/folders/", json={"name": "far", "embedding": EMBEDDING})
    for members in ([server_id], [stranger]):
        world.raw.post("/v1/groups/", json={"agent_ids": members, "description": "theirs"})
    live = world.read()
    strange = {found.kind: found for found in live.unmanaged if found.kind != "tool"}
    assert set(strange) == {"group"}
    assert strange["group"].leaves["agents[pattern/42/agent/flux]"] == str(FLUX)


def test_a_strangers_folder_of_a_wanted_name_is_reported(world: World) -> None:
    world.make(at("source", "kn"), {"name": "wanted", "embedding": EMBEDDING})
    world.perform(Delete(at("source", "kn"), world.ids[str(at("source", "kn"))]))
    world.raw.post("/v1/folders/", json={"name": "wanted", "embedding": EMBEDDING})
    assert [found.server_name for found in world.read().unmanaged if found.kind == "source"] == ["wanted"]


def test_a_name_another_folder_has_is_a_conflict(world: World) -> None:
    world.make(at("source", "kn"), {"name": "wanted", "embedding": EMBEDDING})
    with pytest.raises(Conflict):
        world.make(at("source", "other"), {"name": "wanted", "embedding": EMBEDDING})


def test_another_project_is_not_seen(world: World) -> None:
    foreign: list[Operation] = [
        Create(FLUX, "flux", {"model": MODEL}, marker(FLUX, {}, "other")),
        Create(at("block", "state"), "state", {}, marker(at("block", "state"), {}, "other")),
        Create(at("source", "kn"), "kn", {"embedding": EMBEDDING}, marker(at("source", "kn"), {}, "other")),
    ]
    for operation in foreign:
        world.perform(operation)
    live = world.read()
    assert not live.resources
    assert not [found for found in live.unmanaged if found.kind != "tool"]


def test_one_user_is_read_without_the_others(world: World) -> None:
    ada, bob = Owner("pattern", "ada@example.org"), Owner("pattern", "bob")
    for owner in (ada, bob, SHARED):
        world.make(at("block", "state", owner=owner), {"label": "state"})
        world.make(at("agent", "flux", owner=owner), {"name": "flux", "model": MODEL})
        member = str(at("agent", "flux", owner=owner))
        world.make(at("group", "main", owner=owner), {"agents[flux]": member, "order": ["flux"]})
    live = world.read(Scope(users=frozenset({"ada@example.org"})))
    assert {address.owner for address in live.resources} == {ada, SHARED}
    assert len(live.resources) == 6
