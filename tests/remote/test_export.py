"""An exported agent is whole, and has no secret in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.errors import MalformedAnswer, NotFound
from reconciler.remote.write.agent_export import export_agent
from reconciler.values import Address, Owner

AGENT = Address(Owner("pattern", "42"), "agent", "flux")
FILE = {
    "agents": [
        {"name": "flux", "secrets": {"KEY": "canary"}, "tool_exec_environment_variables": {"KEY": "canary"}}
    ],
    "mcp_servers": [
        {"server_name": "s", "token": "canary", "custom_headers": {"X-Key": "canary"}, "stdio_config": None}
    ],
    "blocks": [{"label": "persona", "value": "kind"}],
}


class Server:
    """Lists of two messages a page."""

    def __init__(self, agent_file: Any, messages: list[dict[str, str]]) -> None:
        self.agent_file = agent_file
        self.messages = messages

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        del task
        if path.endswith("/export"):
            if self.agent_file is None:
                raise NotFound("gone", status=404)
            return self.agent_file
        if path.endswith("/archival-memory"):
            passage = {"id": "passage-1", "text": "Fig", "embedding": [0.5], "embedding_config": {"a": 1}}
            return [] if dict(query).get("after") else [passage]
        ids = list(dict.fromkeys(row["id"] for row in self.messages))
        after = dict(query).get("after")
        start = ids.index(after) + 1 if after else 0
        return [row for row in self.messages if row["id"] in ids[start : start + 2]]


def rows(*ids: str) -> list[dict[str, str]]:
    return [{"id": each} for each in ids]


def test_every_page_of_messages_is_read_also_when_one_message_is_several_rows() -> None:
    messages = rows("m1", "m2", "m2", "m3", "m4")
    exported = export_agent(Server(FILE, messages), AGENT, "agent-1")
    assert exported is not None
    assert exported.messages == messages


def test_values_of_secrets_are_taken_out_and_their_names_stay() -> None:
    exported = export_agent(Server(FILE, []), AGENT, "agent-1")
    assert exported is not None
    assert "canary" not in json.dumps(exported.agent_file)
    assert exported.agent_file["agents"][0]["secrets"] == {"KEY": ""}
    assert exported.agent_file["blocks"] == FILE["blocks"]


def test_passages_are_saved_without_their_vectors() -> None:
    exported = export_agent(Server(FILE, []), AGENT, "agent-1")
    assert exported is not None
    assert exported.passages == [{"id": "passage-1", "text": "Fig"}]


def test_an_agent_that_is_gone_is_none() -> None:
    assert export_agent(Server(None, []), AGENT, "agent-1") is None


@pytest.mark.parametrize("answer", [[], {}, {"agents": []}])
def test_an_export_without_an_agent_is_an_error(answer: Any) -> None:
    with pytest.raises(MalformedAnswer):
        export_agent(Server(answer, []), AGENT, "agent-1")
