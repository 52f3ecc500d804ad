"""What is on the real server comes back as manifests that plan empty against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live import fleet
from tests.live.examples import STUB_MODELS, example
from tests.live.project import Project
from tests.live.raw import RawServer


@pytest.fixture
def made(server: RawServer) -> fleet.Fleet:
    """A fleet nobody manages."""
    return fleet.make(server)


def exported(letta_url: str, tmp_path: Path, name: str, *arguments: str) -> Project:
    """A project that is nothing but an export."""
    project = Project(tmp_path / "exported", letta_url, tmp_path / "cache" / "exported.db")
    result = project.run("export", "--project", name, "-o", str(project.root), *arguments)
    assert result.exit_code == 0, result.output
    validated = project.run("validate", str(project.root))
    assert validated.exit_code == 0, validated.output
    return project


def adopted(project: Project) -> Project:
    result = project.run("adopt", "--match-names", "--yes", "--manifests", str(project.root))
    assert result.exit_code == 0, result.output
    return project


def documents(project: Project) -> list[dict[str, Any]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(project.root.glob("*.yaml"))]
    return [document for text in texts for document in yaml.safe_load_all(text)]


@pytest.mark.parametrize("name", ["pattern", "support"])
def test_an_example_comes_back_as_manifests_that_plan_empty(
    letta_url: str, tmp_path: Path, name: str
) -> None:
    original = example(name, letta_url, tmp_path)
    original.apply()

    again = exported(letta_url, tmp_path, f"{name}-demo")

    again.assert_settled()
    assert {each["name"] for each in documents(again) if each["kind"] == "Constellation"} == {name}
    original.assert_settled()


def test_agents_of_nobody_come_back_adopted_and_plan_empty(
    letta_url: str, tmp_path: Path, server: RawServer, made: fleet.Fleet
) -> None:
    before = fleet.without_marks(server)

    again = adopted(exported(letta_url, tmp_path, "taken", "--all"))

    again.assert_settled()
    assert len(again.plan()["ids"]) == len(made.ids)
    assert fleet.without_marks(server) == before


def test_one_agent_of_nobody_brings_what_hangs_on_it(
    letta_url: str, tmp_path: Path, made: fleet.Fleet
) -> None:
    again = adopted(exported(letta_url, tmp_path, "taken", "--agent", made["critic"]))

    again.assert_settled()
    ids = set(again.plan()["ids"].values())
    assert ids == {made["critic"], made["critic persona"], made["state"]}


def test_values_with_anything_in_them_come_back(letta_url: str, tmp_path: Path, server: RawServer) -> None:
    texts = [
        "plain",
        "yes",
        "012",
        "12:30",
        "key: value # no",
        "- item\n- item",
        " leading",
        "trailing \n",
        "\n\nempty",
        "${{ user.id }} and }}",
        "a ${{ b",
        "one\r\ntwo\r\n",
        "tab\there",
        "ünï 東京 🙂",
        "quote ' \" \\ end",
        "---\n...\n",
        "| pipe\n  indented\n",
        "#comment",
        "x" * 300,
        "\n".join(f"line {n} ${{{{ n }}}}" for n in range(12)),
    ]
    blocks = [{"label": f"b{number}", "value": text} for number, text in enumerate(texts)]
    fleet.agent(
        server,
        "odd",
        description="it's: ${{ odd }}",
        system="${{",
        memory_blocks=blocks,
        metadata={"k": "${{ x }}"},
    )

    again = adopted(exported(letta_url, tmp_path, "odd", "--all"))

    again.assert_settled()


def test_every_setting_of_an_agent_comes_back(letta_url: str, tmp_path: Path, server: RawServer) -> None:
    fleet.agent(
        server,
        "tuned",
        agent_type="memgpt_v2_agent",
        context_window_limit=16000,
        timezone="Europe/Berlin",
        model_settings={"provider_type": "openai", "temperature": 0.3, "parallel_tool_calls": True},
        compaction_settings={"model": fleet.MODEL, "mode": "all", "clip_chars": 900},
        max_files_open=3,
        response_format={"type": "json_object"},
        message_buffer_autoclear=True,
        include_base_tool_rules=False,
        tools=["memory_insert"],
        tool_rules=[{"type": "run_first", "tool_name": "memory_insert"}],
    )

    again = adopted(exported(letta_url, tmp_path, "tuned", "--all"))

    again.assert_settled()
    (agent,) = next(each for each in documents(again) if each["kind"] == "Shared")["agents"].values()
    assert agent["model_settings"]["temperature"] == 0.3
    assert agent["compaction_settings"]["mode"] == "all"
    assert "prompt" not in agent["compaction_settings"]


def test_what_a_server_fills_in_is_left_out(letta_url: str, tmp_path: Path, server: RawServer) -> None:
    fleet.agent(server, "bare", memory_blocks=[{"label": "persona", "value": "me"}])

    again = exported(letta_url, tmp_path, "bare", "--all")

    (shared,) = (each for each in documents(again) if each["kind"] == "Shared")
    assert shared["agents"] == {
        "bare": {
            "model": fleet.MODEL,
            "embedding": fleet.EMBEDDING,
            "context_window_limit": 128000,
            "memory_blocks": {"persona": {"value": "me"}},
        }
    }


def test_secrets_come_back_by_name_only(letta_url: str, tmp_path: Path, server: RawServer) -> None:
    fleet.agent(server, "keeper", secrets={"API_KEY": "canary-4711"})

    project = exported(letta_url, tmp_path, "secret", "--all")

    texts = [path.read_text(encoding="utf-8") for path in project.root.rglob("*") if path.is_file()]
    assert not [text for text in texts if "canary-4711" in text]
    project.environ["API_KEY"] = "canary-4711"
    adopted(project).assert_settled()


def test_two_sets_with_one_label_become_sets_of_their_own(
    letta_url: str, tmp_path: Path, server: RawServer
) -> None:
    for user in ("ada", "ben"):
        human = fleet.block(server, "human", f"name: {user}")
        members = [
            fleet.agent(server, f"{user} {role}", block_ids=[human])["id"] for role in ("coach", "critic")
        ]
        server.call("POST", "/v1/groups/", {"agent_ids": members, "description": user})

    again = adopted(exported(letta_url, tmp_path, "app", "--all"))

    again.assert_settled()
    assert len(again.plan()["ids"]) == 8


def test_files_of_sources_come_back_with_their_content(letta_url: str, tmp_path: Path) -> None:
    original = example("support", letta_url, tmp_path)
    original.apply()

    again = exported(letta_url, tmp_path, "support-demo")

    manual = {path.name: path.read_bytes() for path in (original.root / "manual").iterdir()}
    found = {path.name: path.read_bytes() for path in (again.root / "files" / "product_manual").iterdir()}
    assert found == manual


def test_one_user_is_exported_with_what_is_shared(letta_url: str, tmp_path: Path) -> None:
    example("support", letta_url, tmp_path).apply()

    again = exported(letta_url, tmp_path, "support-demo", "support/acme")

    (users,) = (each for each in documents(again) if each["kind"] == "Users")
    assert [user["id"] for user in users["users"]] == ["acme"]
    plan = again.plan("--user", "acme")
    assert not plan["changes"]


def test_existing_files_are_left_alone(letta_url: str, tmp_path: Path, made: fleet.Fleet) -> None:
    again = exported(letta_url, tmp_path, "taken", "--all")
    (again.root / "shared.yaml").write_text("mine", encoding="utf-8")

    refused = again.run("export", "--project", "taken", "--all", "-o", str(again.root))

    assert refused.exit_code == 1
    assert (again.root / "shared.yaml").read_text(encoding="utf-8") == "mine"
    assert again.run("export", "--project", "taken", "--all", "-o", str(again.root), "--force").exit_code == 0


def test_without_a_folder_it_is_one_stream_of_documents(
    letta_url: str, tmp_path: Path, made: fleet.Fleet
) -> None:
    project = Project(tmp_path, letta_url, tmp_path / "cache.db", dict(STUB_MODELS))

    result = project.run("export", "--project", "taken", "--all")

    assert result.exit_code == 0
    assert [each["kind"] for each in yaml.safe_load_all(result.stdout)] == ["Project", "Shared"]
