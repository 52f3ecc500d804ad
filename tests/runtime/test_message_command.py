"""`reconciler message`: what a person and a program see."""

from __future__ import annotations

import json

import pytest

from reconciler.runtime import UserSet
from tests.live.project import Project


@pytest.mark.usefixtures("user")
def test_the_answer_is_on_stdout(project: Project) -> None:
    result = project.run("message", "team/42/agent/lead", "hello", "--manifests", project.root)
    assert (result.exit_code, result.stdout) == (0, "STUB answer to: hello\n")


@pytest.mark.usefixtures("user")
def test_a_group_says_who_speaks(project: Project) -> None:
    result = project.run("message", "team/42/group/circle", "hello", "--manifests", project.root)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("lead: STUB answer to: hello\nleft: STUB")


def test_json_holds_the_whole_exchange(project: Project, user: UserSet) -> None:
    said = 'CALL:memory_insert:{"label": "state", "new_string": "busy"}'
    result = project.run("message", "team/42/agent/lead", said, "--manifests", project.root, "--json")
    document = json.loads(result.stdout)
    assert [each["kind"] for each in document["messages"]] == ["tool_call", "tool_return", "assistant"]
    assert document["stop_reason"] == "end_turn"
    assert user.block("state").read() == "calm\nbusy"


@pytest.mark.parametrize("address", ["team/42", "team/42/block/state", "nonsense"])
def test_only_agents_and_groups_can_be_talked_to(project: Project, address: str) -> None:
    result = project.run("message", address, "hello", "--manifests", project.root)
    assert result.exit_code == 1
    assert "names no agent or group" in result.output
