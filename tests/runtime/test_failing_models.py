"""A model that cannot be reached: said at once, by every way to talk, and nothing is sent twice."""

from __future__ import annotations

import pytest

from reconciler import AgentFailed
from reconciler.runtime import Kind, UserSet
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.conftest import Open


@pytest.fixture
def user(opened: Open, server: RawServer) -> UserSet:
    """One user, whose agents' model answers nothing."""
    found = opened().provision("42")
    for agent in found.agents():
        config = server.call("GET", f"/v1/agents/{agent.id}")["llm_config"]
        config["model_endpoint"] = "http://127.0.0.1:9/v1"
        server.call("PATCH", f"/v1/agents/{agent.id}", {"llm_config": config})
    return found


def test_an_agent_says_why_it_cannot_answer(user: UserSet, server: RawServer) -> None:
    with pytest.raises(AgentFailed, match="could not answer") as caught:
        user.agent("lead").send("hello")
    assert "Failed to connect" in caught.value.why
    assert len(server.call("GET", f"/v1/runs/?agent_id={user.agent('lead').id}")) == 1


def test_a_stream_ends_with_the_error(user: UserSet) -> None:
    stream = user.agent("lead").stream("hello")
    (message,) = stream
    assert (message.kind, stream.exchange.stop_reason) == (Kind.ERROR, "llm_api_error")


def test_a_group_breaks_off(user: UserSet) -> None:
    with pytest.raises(AgentFailed, match="broke off"):
        user.group("circle").send("hello")
    with pytest.raises(AgentFailed):
        list(user.group("circle").stream("hello"))


@pytest.mark.usefixtures("user")
def test_the_command_fails(project: Project) -> None:
    result = project.run("message", "team/42/agent/lead", "hello", "--manifests", project.root)
    assert result.exit_code == 1
    assert "error: An error occurred with the LLM request." in result.stderr
