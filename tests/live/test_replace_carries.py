"""A replaced resource takes along everything that came to it at run time, on the real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.live import fleet
from tests.live.drifting import MODEL, agent, blocks, team, users
from tests.live.files import contents, upload
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER = "team_ada_helper"
OLD, NEW = "letta_v1_agent", "memgpt_v2_agent"


def declared(agent_type: str, **more: Any) -> dict[str, Any]:
    """One agent of this type."""
    return team({"helper": agent(agent_type=agent_type, tools=["memory_insert"], **more)})


@pytest.fixture
def made(project: Project) -> Project:
    return applied(project)


def applied(project: Project, **more: Any) -> Project:
    project.write("team.yaml", declared(OLD, **more), users())
    project.apply()
    return project


def replaced(project: Project, server: RawServer, *options: str, **more: Any) -> dict[str, Any]:
    """The agent after it was made anew."""
    before = server.agent(HELPER)["id"]
    project.write("team.yaml", declared(NEW, **more), users())
    project.apply("--force", *options)
    after = server.agent(HELPER)
    assert after["id"] != before
    assert after["agent_type"] == NEW
    assert not project.plan()["changes"]
    return after


def patch(server: RawServer, **body: Any) -> None:
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", body)


def test_a_block_made_at_run_time(made: Project, server: RawServer) -> None:
    block = fleet.block(server, "diary", "dear diary", tags=["mine"])
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}/core-memory/blocks/attach/{block}")
    replaced(made, server)
    assert blocks(server, HELPER)["diary"]["id"] == block
    assert blocks(server, HELPER)["diary"]["value"] == "dear diary"


def test_private_blocks(made: Project, server: RawServer) -> None:
    persona = blocks(server, HELPER)["persona"]["id"]
    server.call("PATCH", f"/v1/blocks/{persona}", {"value": "I can juggle"})
    replaced(made, server)
    assert blocks(server, HELPER)["persona"]["id"] == persona
    assert blocks(server, HELPER)["persona"]["value"] == "I can juggle"


def test_a_tag(made: Project, server: RawServer) -> None:
    patch(server, tags=[*server.agent(HELPER)["tags"], "vip"])
    assert "vip" in replaced(made, server)["tags"]


def test_metadata(made: Project, server: RawServer) -> None:
    patch(server, metadata={**server.agent(HELPER)["metadata"], "channel": {"id": 7}})
    assert replaced(made, server)["metadata"]["channel"] == {"id": 7}


@pytest.mark.parametrize("tool", ["conversation_search", "add"])
def test_a_tool(project: Project, server: RawServer, tool: str) -> None:
    """Tools are exact where a manifest names them; here extra ones may stay."""
    additive = {"additive": ["tools"]}
    applied(project, **additive)
    server.call("POST", "/v1/tools/", {"source_code": fleet.ADD})
    found = next(each for each in server.list("tools") if each["name"] == tool)
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}/tools/attach/{found['id']}")
    assert tool in {each["name"] for each in replaced(project, server, **additive)["tools"]}


def test_an_archive_with_its_passages(made: Project, server: RawServer) -> None:
    path = f"/v1/agents/{server.agent(HELPER)['id']}/archival-memory"
    server.call("POST", path, {"text": "the key is under the mat"})
    archive = server.list("archives")[0]["id"]
    after = replaced(made, server)
    passages = server.call("GET", f"/v1/agents/{after['id']}/archival-memory")
    assert [each["text"] for each in passages] == ["the key is under the mat"]
    assert [each["id"] for each in server.list("archives")] == [archive]
    query = urlencode({"agent_id": after["id"]})
    assert [each["id"] for each in server.call("GET", f"/v1/archives/?{query}")] == [archive]


def test_an_identity(made: Project, server: RawServer) -> None:
    body = {"identifier_key": "ada", "name": "Ada", "identity_type": "user"}
    identity = server.call("POST", "/v1/identities/", body)["id"]
    patch(server, identity_ids=[identity])
    after = replaced(made, server)
    assert server.call("GET", f"/v1/agents/{after['id']}")["identity_ids"] == [identity]


def test_a_folder_of_an_app(made: Project, server: RawServer) -> None:
    folder = server.call("POST", "/v1/folders/", {"name": "uploads", "embedding": fleet.EMBEDDING})["id"]
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}/folders/attach/{folder}")
    assert [each["id"] for each in replaced(made, server)["sources"]] == [folder]


def test_secrets_of_an_app(made: Project, server: RawServer) -> None:
    patch(server, secrets={"TOKEN": "canary"})
    secrets = {each["key"]: each["value"] for each in replaced(made, server)["secrets"]}
    assert secrets == {"TOKEN": "canary"}


def test_secrets_of_an_app_beside_declared_ones(project: Project, server: RawServer) -> None:
    project.environ["OURS"] = "declared"
    declared_secrets = {"secrets": {"OURS": {"secret_env": "OURS"}}}
    applied(project, **declared_secrets)
    patch(server, secrets={"OURS": "declared", "TOKEN": "canary"})
    after = replaced(project, server, **declared_secrets)
    assert {each["key"]: each["value"] for each in after["secrets"]} == {
        "OURS": "declared",
        "TOKEN": "canary",
    }
    plan = made_plan = project.run("plan", str(project.root), "--json").output
    assert "canary" not in plan + made_plan


def test_the_context_window_and_settings_of_the_model(made: Project, server: RawServer) -> None:
    settings = {"provider_type": "openai", "temperature": 0.25, "max_output_tokens": 1234}
    patch(server, model=MODEL, context_window_limit=12345, model_settings=settings)
    after = replaced(made, server)
    assert after["llm_config"]["context_window"] == 12345
    assert after["model_settings"]["temperature"] == 0.25
    assert after["model_settings"]["max_output_tokens"] == 1234


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "talks"},
        {"timezone": "Asia/Tokyo"},
        {"message_buffer_autoclear": True},
        {"max_files_open": 3, "per_file_view_window_char_limit": 777},
        {"tool_rules": [{"type": "exit_loop", "tool_name": "memory_insert"}]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_field_nobody_declares(made: Project, server: RawServer, fields: dict[str, Any]) -> None:
    patch(server, **fields)
    after = replaced(made, server)
    for name, value in fields.items():
        if name == "tool_rules":
            assert [(rule["type"], rule["tool_name"]) for rule in after[name]] == [
                ("exit_loop", "memory_insert")
            ]
        else:
            assert after[name] == value


@pytest.mark.parametrize("ownership", ["seeded", "observed"])
def test_a_system_text_that_was_learned(project: Project, server: RawServer, ownership: str) -> None:
    owned = {"ownership": {"system": ownership}}
    applied(project)
    applied(project, **owned)
    patch(server, system="be kind, and call her Countess")
    assert replaced(project, server, **owned)["system"] == "be kind, and call her Countess"


def test_a_system_text_nobody_ever_set_is_the_one_of_the_new_type(
    project: Project, server: RawServer
) -> None:
    manifest = declared(OLD)
    del manifest["agents"]["helper"]["system"]
    project.write("team.yaml", manifest, users())
    project.apply()
    before = server.agent(HELPER)["system"]
    manifest["agents"]["helper"]["agent_type"] = NEW
    project.write("team.yaml", manifest, users())
    project.apply("--force")
    assert server.agent(HELPER)["system"] not in (before, "", None)


def test_messages_cannot_be_carried_and_are_exported_first(made: Project, server: RawServer) -> None:
    said = {"messages": [{"role": "user", "content": "remember the mat"}]}
    server.call("POST", f"/v1/agents/{server.agent(HELPER)['id']}/messages", said)
    before = server.everything()
    made.write("team.yaml", declared(NEW), users())
    result = made.run("apply", str(made.root), "--yes", "--force")
    assert result.exit_code == 4, result.output
    assert server.everything() == before
    document = made.apply("--force", "--allow-data-loss")
    (saved,) = (each["saved_at"] for each in document["results"] if each["saved_at"])
    text = Path(saved).with_suffix(".messages.json").read_text(encoding="utf-8")
    assert "remember the mat" in text


def source(chunk: int, **more: Any) -> dict[str, Any]:
    notes = {"files": ["notes/*.md"], "embedding_chunk_size": chunk, **more}
    return team({"helper": agent(sources=["notes"])}, sources={"notes": notes})


@pytest.fixture
def noted(project: Project) -> Project:
    (project.root / "notes").mkdir()
    (project.root / "notes" / "a.md").write_text("# A\n", encoding="utf-8")
    project.write("team.yaml", source(300), users())
    project.apply()
    return project


def test_files_that_came_to_a_source_at_run_time(noted: Project, server: RawServer) -> None:
    (old,) = server.list("folders")
    upload(server, old["id"], "insight.md", b"she likes tea\n")
    noted.write("team.yaml", source(200), users())
    noted.apply("--force")
    (new,) = server.list("folders")
    assert new["id"] != old["id"]
    assert new["name"] == old["name"]
    assert contents(server, new["id"]) == {"a.md": "# A\n", "insight.md": "she likes tea\n"}
    assert [each["id"] for each in server.agent(HELPER)["sources"]] == [new["id"]]
    assert not noted.plan()["changes"]


def test_a_description_and_metadata_of_a_source(noted: Project, server: RawServer) -> None:
    (old,) = server.list("folders")
    body = {"description": "kept", "instructions": "read", "metadata": {**old["metadata"], "app": 1}}
    server.call("PATCH", f"/v1/folders/{old['id']}", body)
    noted.write("team.yaml", source(200), users())
    noted.apply("--force")
    (new,) = server.list("folders")
    assert (new["description"], new["instructions"], new["metadata"]["app"]) == ("kept", "read", 1)


def test_agents_of_others_keep_a_source(noted: Project, server: RawServer) -> None:
    (old,) = server.list("folders")
    other = fleet.agent(server, "other", folder_ids=[old["id"]])["id"]
    noted.write("team.yaml", source(200), users())
    (change,) = (each for each in noted.plan()["changes"] if each["action"] == "replace")
    assert [other in user for user in change["used_by"]] == [True]
    assert other in noted.run("plan", str(noted.root)).output
    noted.apply("--force")
    (new,) = server.list("folders")
    assert [each["id"] for each in server.agent("other")["sources"]] == [new["id"]]
    assert server.agent("other")["id"] == other


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5, 6])
def test_a_replace_that_was_cut_off_is_finished(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """Every write of it fails once; the next apply goes on from there."""
    from reconciler.errors import RemoteError
    from reconciler.remote import Writer

    project.write("team.yaml", team({"helper": agent(agent_type=OLD), "worker": agent()}, **NIGHT), users())
    project.apply()
    patch(server, tags=[*server.agent(HELPER)["tags"], "vip"], secrets={"TOKEN": "canary"})
    worker = server.agent("team_ada_worker")["id"]
    project.write("team.yaml", team({"helper": agent(agent_type=NEW), "worker": agent()}, **NIGHT), users())
    perform, sent = Writer.perform, []

    def failing(self: Any, operation: Any, ids: Any) -> Any:
        sent.append(operation)
        if len(sent) == cut:
            raise RemoteError("cut off")
        return perform(self, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", failing)
        project.run("apply", str(project.root), "--yes", "--force")
    project.apply("--force")
    after = server.agent(HELPER)
    assert "vip" in after["tags"]
    assert {each["key"]: each["value"] for each in after["secrets"]} == {"TOKEN": "canary"}
    assert server.agent("team_ada_worker")["id"] == worker
    assert [each["manager_agent_id"] for each in server.list("groups")] == [after["id"]]
    assert len(server.list("agents")) == 2
    assert not project.plan()["changes"]


NIGHT: dict[str, Any] = {
    "groups": {"main": {"manager": {"type": "sleeptime", "agent": "helper"}, "agents": ["worker"]}}
}
