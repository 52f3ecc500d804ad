"""Single calls as a client makes them: names nobody has, long ones, and what is said of an error."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client

from reconciler import Constellations
from reconciler.errors import ReconcilerError, UnknownOutcome
from reconciler.mcp import Access, Tools
from reconciler.mcp.errors import said
from reconciler.mcp.serve import server_of
from reconciler.runtime import AgentFailed, Exchange, NotThere, ValueMoved
from tests.live.project import Project
from tests.runtime import team
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served


@pytest.fixture
def call(tmp_path: Path) -> Any:
    """Calls one tool of a server for user 42 of two, beside a Shared document; the result or the error."""
    folder = team.write(tmp_path / "project", team.SHARED)
    roster = {"kind": "Users", "constellation": "team", "users": [{"id": "42"}, {"id": "43"}]}
    with served(SimulatedLetta()) as url:
        Project(folder, url, tmp_path / "cache.db").write("users.yaml", roster)
        Project(folder, url, tmp_path / "cache.db").apply()
        with Constellations(folder, base_url=url, cache=tmp_path / "bot.db") as opened:
            tools = Tools(opened, Access(("42",), ("team",)))

            async def play(name: str, arguments: dict[str, Any]) -> Any:
                async with Client(server_of(tools)) as client:
                    result = await client.call_tool(name, arguments)
                    text = "".join(part.text for part in result.content if part.type == "text")
                    return text if result.is_error else (result.structured_content or {}).get("result", text)

            yield lambda name, **arguments: asyncio.run(play(name, arguments))


def test_what_there_is_can_be_listed(call: Any) -> None:
    assert [each["agent"] for each in call("list_agents")] == ["lead", "left", "right"]
    assert [each["name"] for each in call("list_groups")] == ["board", "circle", "dream", "talk"]
    names = {each["name"]: each["user"] for each in call("list_blocks")}
    assert names == {"human": "42", "state": "42", "shared/house": "", "shared/state": ""}
    assert [each["name"] for each in call("list_sources", user="42")] == ["notes", "shared/manual"]


def test_nobody_elses_are_listed(call: Any) -> None:
    for name in ("list_agents", "list_groups", "list_blocks", "list_sources"):
        assert {each["user"] for each in call(name)} <= {"42", ""}
        assert "there is no user '43' here" in call(name, user="43")


def test_a_label_nobody_has_is_said_with_those_there_are(call: Any) -> None:
    text = call("get_agent_memory", agent="lead", label="stat")
    assert "lead has no block 'stat'" in text
    assert "it has: persona, state" in text


def test_an_argument_nobody_knows_is_said_with_the_one_that_was_meant(call: Any) -> None:
    assert "no argument 'lable': did you mean label?" in call("get_agent_memory", agent="lead", lable="state")
    assert "no argument 'everything'" in call("drift", everything=True)


def test_a_name_nobody_has_is_said_in_words_of_tools(call: Any) -> None:
    text = call("get_agent_memory", agent="xyzzy")
    assert "there is no team/42/agent/xyzzy" in text
    assert "list_agents" in text
    assert "provision(" not in text


@pytest.mark.parametrize(
    "error",
    [
        NotThere("there is none", hint="check the name, or make it: provision('42')"),
        ValueMoved("the block is another", hint="exchange() shows it"),
        AgentFailed("no answer", Exchange(), hint="answer it: approve(error.exchange.approval), or deny"),
        UnknownOutcome("it took longer", hint="give it more time: timeout="),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_error_speaks_of_the_python_library(error: ReconcilerError) -> None:
    text = said(error)
    assert error.hint not in text
    assert "\nnext: " in text


def test_what_a_person_can_mend_is_said_as_it_is() -> None:
    error = ReconcilerError("no", why="because", hint="reconciler doctor")
    assert said(error) == "no\nwhy: because\nnext: reconciler doctor"


class Thinking:
    """One tool that answers when it is let go."""

    def __init__(self) -> None:
        self.may_end = threading.Event()

    def functions(self) -> list[Callable[..., Any]]:
        """What a server offers."""
        return [self.think]

    def think(self) -> str:
        """Take long."""
        self.may_end.wait(60)
        return "thought"


def test_a_client_hears_that_a_long_call_goes_on() -> None:
    thinking, heard = Thinking(), list[tuple[float, str | None]]()

    async def progress(now: float, total: float | None, message: str | None) -> None:
        heard.append((now, message))
        if len(heard) == 2:
            thinking.may_end.set()

    async def play() -> str:
        async with Client(server_of(cast(Tools, thinking), beat=0.05)) as client:
            result = await client.call_tool("think", {}, progress_callback=progress)
            return "".join(part.text for part in result.content if part.type == "text")

    assert asyncio.run(play()) == "thought"
    assert heard[:2] == [(0.05, "think goes on for 0.05 s"), (0.1, "think goes on for 0.1 s")]
