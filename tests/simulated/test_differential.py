"""The simulated server is held to the real one: one long lifecycle on both, every answer compared, and after
each command every row of the tables that the auditor and the histories look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.server import ServerInstance
from tests.audit.snapshot import Eyes, Snapshot
from tests.live.drifting import EMBEDDING, MODEL
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.simulated import SimulatedLetta
from tests.simulated.comparable import Names, comparable, comparable_rows, differences
from tests.simulated.recorded import Recording, recording
from tests.simulated.serve import served
from tests.simulated.tables import tables

pytestmark = pytest.mark.server

TOOL = '''def log_mood(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): the mood
    """
    return mood
'''


@pytest.fixture(autouse=True)
def audited() -> None:
    """Nobody audits here: half of the commands go to a server that has no database to look at."""


@dataclass
class Side:
    """One of the two servers, with a project of its own on it."""

    project: Project
    server: RawServer
    recorded: Recording
    names: Names
    look: Callable[[], Snapshot]
    """Its tables."""

    def took(self) -> dict[str, list[Any]]:
        """What was asked and answered since the last time."""
        return comparable(self.recorded.take(), self.names)


@pytest.fixture
def sides(
    letta_url: str,
    letta_server: ServerInstance,
    eyes_on: Callable[[ServerInstance], Eyes],
    tmp_path: Path,
) -> Iterator[tuple[Side, Side]]:
    """The real one and the simulated one."""
    with ExitStack() as stack:
        letta = SimulatedLetta()
        urls = (letta_url, stack.enter_context(served(letta)))
        looks = (eyes_on(letta_server).look, lambda: tables(letta.world))
        made = []
        for name, url, look in zip(("real", "simulated"), urls, looks, strict=True):
            recorded = stack.enter_context(recording(url))
            environ = {"RECONCILER_PARALLEL": "1", "PIN": "1234"}
            project = Project(tmp_path / name / "project", recorded.url, tmp_path / name / "c.db", environ)
            made.append(Side(project, RawServer(url), recorded, Names(), look))
        yield made[0], made[1]


def declared(**more: Any) -> dict[str, Any]:
    """A constellation with something of every kind."""
    agents = {
        "lead": {
            "description": "leads",
            "system": "lead well",
            "memory_blocks": {"persona": {"value": "kind"}, "plan": {"value": "none", "limit": 500}},
            "shared_blocks": ["state", "shared/house"],
            "sources": ["notes"],
            "tools": ["memory_insert", "shared/log_mood"],
            "tags": ["front"],
            "metadata": {"team": "a", "nested": {"x": [1, 2]}},
            "secrets": {"PIN": {"secret_env": "PIN"}},
            "model_settings": {"temperature": 0.5},
            **more,
        },
        "writer": {"system": "write", "shared_blocks": ["state"], "tools": ["conversation_search"]},
        "night": {"system": "rest"},
    }
    return {
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL, "embedding": EMBEDDING, "context_window_limit": 16_000},
        "blocks": {"state": {"value": "calm", "limit": 200, "description": "how it is"}},
        "sources": {"notes": {"description": "notes", "embedding": EMBEDDING, "files": ["notes/*.md"]}},
        "agents": agents,
        "groups": {
            "circle": {"manager": {"type": "round_robin", "max_turns": 3}, "agents": ["lead", "writer"]},
            "board": {
                "description": "decides",
                "manager": {"type": "supervisor", "agent": "lead"},
                "agents": ["writer"],
            },
            "dream": {"manager": {"type": "sleeptime", "agent": "night", "frequency": 3}, "agents": ["lead"]},
        },
    }


SHARED = {
    "kind": "Shared",
    "blocks": {"house": {"value": "be kind", "read_only": True}},
    "tools": {"log_mood": {"file": "tools/log_mood.py"}},
}


def write(side: Side, constellation: dict[str, Any], *users: str, tool: str = TOOL) -> None:
    root = side.project.root
    for name, text in (("notes/a.md", "first"), ("notes/b.md", "second"), ("tools/log_mood.py", tool)):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    side.project.write("project.yaml", {"kind": "Project", "name": "demo"})
    roster = {"kind": "Users", "constellation": "team", "users": [{"id": each} for each in users]}
    side.project.write("team.yaml", constellation, SHARED, roster)


def learn(side: Side) -> None:
    """An agent rewrites a block, an app replaces all tags, somebody changes a prompt and takes a tool off."""
    lead = side.server.agent("team_ada_lead")
    block = next(each for each in lead["blocks"] if each["label"] == "plan")
    side.server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": "to rest"})
    writer = side.server.agent("team_ada_writer")
    side.server.call("PATCH", f"/v1/agents/{writer['id']}", {"tags": ["vip"], "system": "scribble"})
    tool = next(each for each in writer["tools"] if each["name"] == "conversation_search")
    side.server.call("PATCH", f"/v1/agents/{writer['id']}/tools/detach/{tool['id']}")


def quiet(side: Side) -> None:
    """An app keeps a background group from its turns."""
    path = f"/v1/agents/{side.server.agent('team_ada_night')['id']}"
    side.server.call("PATCH", path, {"enable_sleeptime": False})


def test_one_long_life_gets_the_same_answers_and_leaves_the_same_rows(sides: tuple[Side, Side]) -> None:
    apply = ("apply", ".", "--yes", "--prune", "--allow", "data-loss", "--allow", "deletes=9")
    renamed = declared(system="lead gently")
    renamed["agents"]["scribe"] = renamed["agents"].pop("writer")
    renamed["groups"]["circle"]["agents"] = ["scribe", "lead"]
    renamed["groups"]["board"]["agents"] = ["scribe"]
    renamed["moved"] = [{"from": "agent/writer", "to": "agent/scribe"}]
    replaced = {**renamed, "agents": {**renamed["agents"]}}
    replaced["agents"]["scribe"] = {**renamed["agents"]["scribe"], "agent_type": "memgpt_v2_agent"}

    both(sides, lambda side: write(side, declared(), "ada", "bob"))
    said(sides, *apply)
    said(sides, "plan", ".")
    both(sides, learn)
    said(sides, "drift", ".", expected=2)
    said(sides, *apply)
    both(sides, lambda side: write(side, renamed, "ada", "bob"))
    said(sides, *apply)
    recoded = TOOL.replace("return mood", "return str(mood)")
    both(sides, lambda side: write(side, renamed, "ada", "bob", tool=recoded))
    said(sides, *apply)
    both(sides, lambda side: write(side, replaced, "ada"))
    said(sides, *apply)
    said(sides, "provision", "cy", "--yes")
    said(sides, "plan", ".")
    both(sides, quiet)
    said(sides, "drift", ".", expected=2)
    said(sides, *apply)
    said(sides, "destroy", "team/ada", "--yes", "--allow", "data-loss", "--manifests", ".")
    said(sides, "plan", ".")


OFFERS = "GET /v1/models/"
"""Which models there are is told by the keys and services of a server, not by its API."""
SIGN_OF_LIFE = "PATCH /v1/folders/<source letta-reconciler lock "
"""Whoever takes long gives one: that depends on the machine."""


def both(sides: tuple[Side, Side], step: Any) -> None:
    for side in sides:
        step(side)


def said(sides: tuple[Side, Side], command: str, *arguments: str, expected: int = 0) -> None:
    """The same command on both: it ends the same way, every answer it got is the same, and so is every row
    that is there afterwards."""
    statuses, answers = [], []
    for side in sides:
        given = [str(side.project.root) if each == "." else each for each in arguments]
        if command == "provision":
            given += ["--manifests", str(side.project.root)]
        side.recorded.take()
        result = side.project.run(command, *given)
        statuses.append((result.exit_code, result.output[-1500:] if result.exit_code else ""))
        answers.append(side.took())
    real, simulated = answers
    assert [status for status, _ in statuses] == [expected, expected], statuses
    one_only = sorted(each for each in real.keys() ^ simulated.keys() if not each.startswith(SIGN_OF_LIFE))
    different = [f"{request}: asked of one only" for request in one_only]
    for request in sorted(each for each in real.keys() & simulated.keys() if not each.startswith(OFFERS)):
        different += [f"{request} {each}" for each in differences(real[request], simulated[request])]
    both_names = (sides[0].names, sides[1].names)
    different += comparable_rows(sides[0].look(), sides[1].look(), both_names)
    assert not different, f"{command}:\n" + "\n".join(different[:40])
