"""What an editor offers and underlines: the schema that `reconciler schema` and `init` write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from reconciler.kinds import KINDS, MANAGER_FIELDS
from reconciler.manifest.editors import editor_schema
from reconciler.manifest.language.json_schema import manifest_schema
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.reader import read

ROOT = Path(__file__).parents[2]
GOOD = [*ROOT.glob("constellations/**/*.yaml"), *ROOT.glob("tests/cases/manifests/good_*/*.yaml")]
EDITORS = jsonschema.Draft202012Validator(editor_schema())
CHECK = jsonschema.Draft202012Validator(manifest_schema())


def template(agent: str = "{}", group: str = "{agents: [aide]}") -> Any:
    """A constellation with one agent and one group, as a person types them."""
    text = "apiVersion: reconciler/v1\nkind: Constellation\nname: desk\n"
    text += f"agents:\n  lead: {agent}\n  aide: {{}}\ngroups:\n  main: {group}\n"
    return yaml.safe_load(text)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_good_manifests_are_not_underlined(path: Path) -> None:
    for node in read(path.read_bytes(), path.name, Findings()):
        EDITORS.validate(node.plain())


@pytest.mark.parametrize(
    "document",
    [
        template(agent="{ownership: {sytem: seeded}}"),
        template(agent="{exact: [tagz]}"),
        template(agent="{additive: [system]}"),
        template(agent="{description: null}"),
        template(group="{agents: [aide], manager: {type: supervisor, agent: lead, frequency: 5}}"),
        template(group="{agents: [aide], manager: {termination_token: DONE}}"),
    ],
    ids=["field of ownership", "set of exact", "set of additive", "null", "supervisor", "round robin"],
)
def test_mistakes_that_the_check_of_shapes_leaves_to_others_are_underlined(document: Any) -> None:
    CHECK.validate(document)
    with pytest.raises(jsonschema.ValidationError):
        EDITORS.validate(document)


@pytest.mark.parametrize(
    "document",
    [
        template(agent="{tools: [conversation_search, my_own]}"),
        template(agent='{ownership: {"tags[red]": observed, "model_settings.temperature": seeded}}'),
        template(agent="{ownership: {system: seeded}, exact: [tags], additive: [tools]}"),
        *(template(group=f"{{agents: [aide], manager: {{type: {name}}}}}") for name in MANAGER_FIELDS),
        template(group="{agents: [aide], manager: {max_turns: 3}}"),
    ],
)
def test_what_is_right_is_not(document: Any) -> None:
    EDITORS.validate(document)


def test_names_are_offered() -> None:
    definitions = editor_schema()["$defs"]
    words = definitions["Agent"]["properties"]["ownership"]["oneOf"][1]
    assert set(words["propertyNames"]["anyOf"][0]["enum"]) == {each.name for each in KINDS["agent"].fields}
    tools = definitions["Agent"]["properties"]["tools"]["items"]["anyOf"][0]["enum"]
    assert "conversation_search" in tools


def test_null_is_offered_only_where_it_may_mean_something() -> None:
    """In settings that are handed to the server."""
    before, now = manifest_schema()["$defs"], editor_schema()["$defs"]
    ours = {name for name in now if "'null'" in str(before[name]) and "'null'" not in str(now[name])}
    assert {"Agent", "Block", "Group", "Manager", "Source", "Tool", "Users", "User", "Constellation"} <= ours
    assert "'null'" in str(now["CompactionSettings"])
