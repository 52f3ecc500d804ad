"""A lettactl fleet file becomes manifests that say the same, and says what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from reconciler.cli.main import cli
from reconciler.manifest import load
from reconciler.values import Address, DesiredResource, Ownership, Secret
from tests.adopt.fleets import FLEET, LOSSES, LOST, fleet

SECRETS = {"FLEET_TEAM_TOKEN": "t", "FLEET_API_KEY": "k"}


def convert(folder: Path, text: str = FLEET, *more: str) -> Result:
    file = fleet(folder, text)
    return CliRunner().invoke(cli, ["adopt", "--from-lettactl", str(file), "-o", str(folder / "out"), *more])


@pytest.fixture
def declared(tmp_path: Path) -> dict[str, DesiredResource]:
    """What the sample declares, by address."""
    result = convert(tmp_path)
    assert result.exit_code == 0, result.output
    return {str(each.address): each for each in load([tmp_path / "out"], SECRETS).desired()}


def test_everything_has_its_place(declared: dict[str, DesiredResource]) -> None:
    assert sorted(declared) == [
        "shared/agent/quiet_agent",
        "shared/agent/support-agent",
        "shared/agent/support-agent/block/persona",
        "shared/agent/support-agent/block/policy",
        "shared/block/guidelines",
        "shared/block/house_rules",
        "shared/source/cases",
        "shared/source/handbook",
        "shared/tool/open_case",
    ]


def test_an_agent_keeps_its_settings(declared: dict[str, DesiredResource]) -> None:
    leaves = declared["shared/agent/support-agent"].leaves
    assert leaves["name"] == "support-agent"
    assert leaves["system"] == "You have memory.\n\nYou answer.\n\nYou ask back."
    assert leaves["model"] == "openai-proxy/gpt-4o-mini"
    assert leaves["context_window_limit"] == 16000
    assert leaves["model_settings.max_output_tokens"] == 1500
    assert leaves["compaction_settings.mode"] == "all"
    assert leaves["tags[tenant:acme]"] is True
    assert leaves["secrets.API_KEY"] == Secret("k")
    assert leaves["secrets.TEAM_TOKEN"] == Secret("t")


def test_base_tools_are_named_unless_they_were_switched_off(declared: dict[str, DesiredResource]) -> None:
    tools = [path for path in declared["shared/agent/support-agent"].leaves if path.startswith("tools[")]
    assert sorted(tools) == [
        "tools[archival_memory_search]",
        "tools[conversation_search]",
        "tools[memory_insert]",
        "tools[memory_replace]",
        "tools[open_case]",
    ]
    quiet = declared["shared/agent/quiet_agent"].leaves
    assert not [path for path in quiet if path.startswith("tools[")]


@pytest.mark.parametrize(
    ("address", "text", "ownership"),
    [
        ("shared/agent/support-agent/block/persona", "I help. ${{ not.ours }}", None),
        ("shared/agent/support-agent/block/policy", "Be brief.", Ownership.ENFORCED),
        ("shared/block/house_rules", "Be kind.\nBe honest.\n", Ownership.ENFORCED),
        ("shared/block/guidelines", "Ask before you act.\n", None),
    ],
)
def test_blocks_keep_their_text_and_their_owner(
    declared: dict[str, DesiredResource], address: str, text: str, ownership: Ownership | None
) -> None:
    block = declared[address]
    assert block.leaves["value"] == text
    assert block.policy.fields.get("value") is ownership


def test_folders_are_sources_and_files_of_one_name_are_kept_apart(
    declared: dict[str, DesiredResource],
) -> None:
    files = [path for path in declared["shared/source/cases"].leaves if path.startswith("files[")]
    assert sorted(files) == ["files[files-one.md]", "files[one.md]"]
    assert declared["shared/agent/support-agent"].requires >= {
        Address.parse("shared/source/cases"),
        Address.parse("shared/source/handbook"),
    }


@pytest.mark.parametrize("word", LOST)
def test_what_cannot_be_said_is_reported(tmp_path: Path, word: str) -> None:
    result = convert(tmp_path, LOSSES)

    assert result.exit_code == 0, result.output
    assert word in result.stderr
    assert "fleet.yaml:" in result.stderr


def test_no_secret_is_written(tmp_path: Path) -> None:
    convert(tmp_path, LOSSES)

    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [text for text in texts if "canary" in text]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("shared_blocks:\n", "shared_block: []\nshared_blocks:\n", "unknown key 'shared_block' in a fleet"),
        ("    tags:", "    tagz: []\n    tags:", "unknown key 'tagz' in an agent"),
        ("agent_owned: true", "read_only: true", "unknown key 'read_only' in a block"),
        ("max_tokens: 1500", "max_token: 1500", "unknown key 'max_token' in 'llm_config'"),
        ("[house_rules, guidelines]", "[house_rule]", "there is no shared block 'house_rule'"),
        ("shared_folders: [handbook]", "shared_folders: [handbok]", "there is no shared folder 'handbok'"),
        ("from_file: rules.md", "from_file: rulez.md", "there is no file 'rulez.md'"),
        ("name: quiet_agent", "name: support-agent", "agent 'support-agent' is declared twice"),
        ("    description: Has nothing\n", "", "'description' of an agent is missing"),
        ("limit: 200, value: Be brief.", "limit: many, value: Be brief.", "must be a whole number"),
        ("docs/handbook.md", "docs/none.md", "there is no file 'docs/none.md'"),
    ],
)
def test_a_mistake_is_an_error_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FLEET

    result = convert(tmp_path, FLEET.replace(old, new, 1))

    assert result.exit_code == 1
    assert said in str(result.exception)
    assert "fleet.yaml:" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_the_root_of_a_fleet_can_be_elsewhere(tmp_path: Path) -> None:
    fleet(tmp_path / "content")
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "fleet.yaml"
    file.write_text(f"root_path: ../content\n{FLEET}", encoding="utf-8")

    result = CliRunner().invoke(cli, ["adopt", "--from-lettactl", str(file), "-o", str(tmp_path / "out")])

    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "tools" / "open_case.py").exists()


def test_existing_files_are_left_alone(tmp_path: Path) -> None:
    assert convert(tmp_path).exit_code == 0
    assert convert(tmp_path).exit_code == 1
    assert convert(tmp_path, FLEET, "--force").exit_code == 0


def test_manifests_are_plain_yaml_with_a_schema_for_editors(tmp_path: Path) -> None:
    convert(tmp_path)
    text = (tmp_path / "out" / "fleet.yaml").read_text(encoding="utf-8")

    assert text.startswith("# yaml-language-server: $schema=")
    assert yaml.safe_load(text)["kind"] == "Shared"
    assert (tmp_path / "out" / ".reconciler" / "manifest.schema.json").exists()
