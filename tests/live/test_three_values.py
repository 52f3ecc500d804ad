"""Every declarable field of every kind, set to three values one after the other: each settles at once.

One resource for each field, all of them in one apply: a value settles when the plan after it is empty.
"""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifest.language import models
from tests.live.fleet import ADD, EMBEDDING, MODEL
from tests.live.project import Project, changed_paths
from tests.plain_fields import plain_fields

OTHER_MODEL, OTHER_EMBEDDING = "openai-proxy/gpt-4o", "letta/letta-free"
SECRETS = [{"ONE": {"secret_env": "ONE"}}, {"ONE": {"secret_env": "TWO"}}, {}]
CHILDREN = {
    "type": "constrain_child_tools",
    "tool_name": "memory_insert",
    "children": ["add", "archival_memory_search"],
}
BRANCH = {"type": "conditional", "tool_name": "add", "child_output_mapping": {"1": "memory_insert"}}
FIRST = {"type": "run_first", "tool_name": "add"}
ASKS = {"type": "requires_approval", "tool_name": "add"}

Values = list[Any]
"""Three of one field; `None` leaves the field out."""

AGENT: dict[str, Values] = {
    "name": ["Adas helper", "Adas friend", "Adas 3rd"],
    "description": ["helps", "", "helps more"],
    "system": ["be kind", "", "be brief\n"],
    "agent_type": ["letta_v1_agent", "memgpt_v2_agent", "memgpt_agent"],
    "model": [MODEL, OTHER_MODEL, MODEL],
    "embedding": [EMBEDDING, OTHER_EMBEDDING, EMBEDDING],
    "context_window_limit": [16000, 20000, None],
    "model_settings": [
        {"provider_type": "openai", "temperature": 0},
        {"provider_type": "anthropic", "temperature": 0.5, "max_output_tokens": 500},
        {"provider_type": "openai"},
    ],
    "model_settings ": [{"temperature": 1}, {"parallel_tool_calls": True}, {"strict": True}],
    "model_settings  ": [
        {"reasoning": {"reasoning_effort": "low"}},
        {"reasoning": {"reasoning_effort": "high"}},
        {"response_format": {"type": "json_object"}},
    ],
    "compaction_settings": [
        {"sliding_window_percentage": 0.5},
        {"mode": "all", "prompt": "Sum up."},
        {"mode": "sliding_window", "clip_chars": 4000},
    ],
    "compaction_settings ": [
        {"model": MODEL, "model_settings": {"provider_type": "openai", "temperature": 0.5}},
        {"model": OTHER_MODEL, "model_settings": {"temperature": 0.25}},
        {"prompt_acknowledgement": True, "clip_chars": 1},
    ],
    "response_format": [{"type": "json_object"}, {"type": "text"}, None],
    **{case.name: [case.first, case.second, None] for case in plain_fields("agent")},
    "timezone ": ["Europe/Berlin", "", "Asia/Tokyo"],
    "tool_rules": [
        [BRANCH],
        [{**BRANCH, "require_output_mapping": True, "default_child": "add"}],
        [BRANCH, ASKS],
    ],
    "tool_rules ": [[FIRST, FIRST], [{**FIRST, "args": {"first": 1}}, FIRST], []],
    "tool_rules  ": [
        [CHILDREN, {**CHILDREN, "children": CHILDREN["children"][::-1]}],
        [{"type": "max_count_per_step", "tool_name": "add", "max_count_limit": 2}, ASKS, ASKS],
        [
            {"type": "exit_loop", "tool_name": "add", "prompt_template": ""},
            {"type": "continue_loop", "tool_name": "add"},
        ],
    ],
    "memory_blocks": [{"persona": {"value": "kind"}}, {"persona": {}, "human": {"value": ""}}, {}],
    "shared_blocks": [["state"], [], ["state"]],
    "sources": [["notes"], [], ["notes"]],
    "tools": [["memory_insert"], ["add", "memory_insert"], []],
    "tags": [["a"], ["b", "a b:ü"], []],
    "metadata": [{"e": "", "l": [], "flags": {"on": 1}}, {"e": None, "l": {}, "flags": {"on": True}}, {}],
    "secrets": SECRETS,
    "ownership": [{"system": "observed"}, "observed", {"tools": "seeded"}],
    "exact": [["tags"], ["approvals"], ["blocks"]],
    "additive": [["tools"], ["sources"], []],
    "protect": [True, False, True],
}
SOURCES_AND_TOOLS: dict[str, list[dict[str, Any]]] = {
    "some of its tools": [
        {"sources": ["notes"], "tools": ["open_files"]},
        {"tools": ["open_files", "memory_insert"]},
        {"sources": ["notes"], "tools": []},
    ],
    "all of its tools": [
        {"sources": ["notes"], "tools": ["open_files", "grep_files", "semantic_search_files"]},
        {"sources": ["notes"]},
        {},
    ],
}
"""Agents of which two fields hang together."""
BLOCK: dict[str, Values] = {
    "value": ["calm", "", "a\n\tü\n"],
    "description": ["what is", "", None],
    "limit": [300, 400, None],
    "read_only": [True, False, True],
    "hidden": [True, False, None],
    "metadata": [{"e": "", "n": 0}, {"e": [], "n": False}, {}],
    "tags": [["a"], ["b", "c"], []],
    "ownership": ["enforced", "merged", {"value": "seeded"}],
    "exact": [["tags"], [], ["tags"]],
    "additive": [["tags"], [], ["tags"]],
    "protect": [True, False, True],
}
SOURCE: dict[str, Values] = {
    "name": ["Adas notes", "Adas papers", "Adas 3rd"],
    "description": ["notes", "", "papers"],
    "instructions": ["search first", "", None],
    "embedding": [EMBEDDING, OTHER_EMBEDDING, EMBEDDING],
    "embedding_chunk_size": [300, 200, 400],
    "files": [
        ["a.txt"],
        ["a.txt", {"path": "a.txt", "as": "b.txt"}],
        ["*.txt", {"path": "a.txt", "as": "b.txt"}],
    ],
    "metadata": [{"e": ""}, {"e": {}}, {"e": None}],
    "ownership": ["enforced", {"files": "seeded"}, "seeded"],
    "exact": [["files"], [], ["files"]],
    "additive": [["files"], [], ["files"]],
    "protect": [True, False, True],
}
TOOL: dict[str, Values] = {
    "description": ["adds", "adds two", None],
    "tags": [["a"], ["b"], []],
    "return_char_limit": [1000, 2000, None],
    "pip_requirements": [[{"name": "idna"}], [], [{"name": "six", "version": "1.16.0"}]],
    "npm_requirements": [[{"name": "left-pad"}], [], [{"name": "x", "version": "1"}]],
    "default_requires_approval": [True, False, None],
    "enable_parallel_execution": [True, False, None],
    "ownership": ["seeded", "enforced", {"tags": "observed"}],
    "exact": [["tags"], [], ["tags"]],
    "additive": [["tags"], [], ["tags"]],
    "protect": [True, False, True],
}
GROUP: dict[str, Values] = {
    "description": ["talk", "talk more", "talk less"],
    "manager": [
        {"type": "dynamic", "agent": "name", "termination_token": "BYE", "max_turns": 5},
        {"type": "dynamic", "agent": "plain", "termination_token": "DONE!"},
        {"type": "round_robin", "max_turns": 3},
    ],
    "manager ": [
        {"type": "sleeptime", "agent": "plain", "frequency": 2},
        {"type": "supervisor", "agent": "plain"},
        {
            "type": "voice_sleeptime",
            "agent": "plain",
            "max_message_buffer_length": 20,
            "min_message_buffer_length": 9,
        },
    ],
    "agents": [["description", "system"], ["system", "description"], ["tags"]],
    "shared_blocks": [["value"], [], ["value"]],
    "ownership": ["seeded", {"description": "observed"}, "enforced"],
    "exact": [[], ["agents"], []],
    "additive": [["agents"], [], ["agents"]],
    "protect": [True, False, True],
}
TABLES: dict[str, tuple[type[models.Managed], dict[str, Values]]] = {
    "agent": (models.Agent, AGENT),
    "block": (models.Block, BLOCK),
    "source": (models.Source, SOURCE),
    "tool": (models.Tool, TOOL),
    "group": (models.Group, GROUP),
}
GIVEN = {"tool": {"file"}, "agent": {"enable_sleeptime"}}
"""What each resource of a kind has anyhow, or only with a group that it manages: test_background_groups."""
ROUNDS = 3


@pytest.mark.parametrize("kind", TABLES)
def test_every_field_has_three_values(kind: str) -> None:
    model, table = TABLES[kind]
    assert {name.strip() for name in table} == set(model.model_fields) - GIVEN.get(kind, set())
    assert all(len(values) == ROUNDS for values in table.values())


def called(field: str) -> str:
    """The resource that shows a field: one for each of its rows."""
    return field.strip().replace("_", "-") + "i" * field.count(" ")


def bodies(table: dict[str, Values], turn: int, **given: Any) -> dict[str, dict[str, Any]]:
    """One resource for each field, with the value of this turn."""
    return {
        called(field): {**given, **({} if values[turn] is None else {field.strip(): values[turn]})}
        for field, values in table.items()
    }


def tools(project: Project, turn: int) -> dict[str, dict[str, Any]]:
    found = {"add": {"file": "add.py"}}
    (project.root / "add.py").write_text(ADD, encoding="utf-8")
    for name, body in bodies(TOOL, turn).items():
        function = f"show_{name.replace('-', '_')}"
        text = ADD.replace("def add", f"def {function}")
        (project.root / f"{function}.py").write_text(text, encoding="utf-8")
        found[function] = {"file": f"{function}.py", **body}
    return found


def declare(project: Project, turn: int) -> None:
    (project.root / "a.txt").write_text("A file.\n", encoding="utf-8")
    agents = bodies(AGENT, turn, system="be kind")
    agents |= {called(name).replace(" ", "-"): values[turn] for name, values in SOURCES_AND_TOOLS.items()}
    agents["plain"] = {"system": "be kind", "tools": ["add"]}
    members = {"agents": ["description", "system"]}
    team = {
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL, "embedding": EMBEDDING},
        "blocks": {"state": {}, **bodies(BLOCK, turn)},
        "sources": {"notes": {}, **bodies(SOURCE, turn)},
        "agents": agents,
        "groups": {
            name: {**members, "description": "talk", **body} for name, body in bodies(GROUP, turn).items()
        },
    }
    shared = {"kind": "Shared", "tools": tools(project, turn)}
    project.write(
        "team.yaml", shared, team, {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}
    )


def test_every_value_settles_at_once(project: Project) -> None:
    project.environ |= {"ONE": "canary-1", "TWO": "canary-2"}
    safety = {"max_deletes": 1000, "max_overwrites": 1000}
    project.write("project.yaml", {"kind": "Project", "name": "demo", "safety": safety})
    for turn in range(ROUNDS):
        declare(project, turn)
        project.apply()
        document = project.plan()
        assert changed_paths(document) == {}, f"turn {turn}"
        assert document["drift"] == [], f"turn {turn}"
