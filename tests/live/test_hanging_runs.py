"""A run that hangs keeps nobody from changing its agent."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from reconciler.remote.read.running_agents import Runs
from tests.live.drifting import helper_with, users
from tests.live.project import Project
from tests.live.raw import RawServer


def hang(server: RawServer) -> str:
    """A message to a conversation that is not streamed leaves its run in `created`; the id of that run."""
    agent_id = server.agent("team_ada_helper")["id"]
    made = server.call("POST", f"/v1/conversations/?agent_id={agent_id}", {})
    body = {"messages": [{"role": "user", "content": "hello"}], "streaming": False}
    server.call("POST", f"/v1/conversations/{made['id']}/messages", body)
    (run,) = server.call("GET", f"/v1/runs/?agent_id={agent_id}&active=true")
    return str(run["id"])


@pytest.mark.parametrize("options", [(), ("--wait",), ("--wait", "0")], ids=str)
def test_it_is_named_and_does_not_count(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    project.write("team.yaml", helper_with(), users())
    project.apply()
    run = hang(server)
    project.write("team.yaml", helper_with(description="helps"), users())
    with monkeypatch.context() as patched:
        patched.setattr("reconciler.project.planning.Runs", partial(Runs, patience=timedelta(0)))
        done = project.run("apply", *options, str(project.root), "--yes")
    assert done.exit_code == 0, done.output
    assert run in done.output
