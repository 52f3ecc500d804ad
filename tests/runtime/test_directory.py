"""Where things are: memory, then the cache, then the server; what is gone is found again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reconciler import Constellations, NotThere
from reconciler.runtime import UserSet
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.conftest import Open


def test_a_cold_look_up_is_one_request(opened: Open, user: UserSet) -> None:
    cold = opened("cold.db")
    assert cold.user("42").agent("lead").id == user.agent("lead").id
    assert cold.requests == (1, 0)
    cold.user("42").agent("lead").send("hello")
    assert cold.requests == (1, 1)


def test_a_warm_process_asks_nothing_before_it_talks_to_an_agent(opened: Open, user: UserSet) -> None:
    del user
    warm = opened()
    warm.user("42").agent("lead").send("hello")
    assert warm.requests == (0, 1)


def test_a_warm_process_only_asks_whether_a_group_is_of_now(opened: Open, user: UserSet) -> None:
    del user
    warm = opened()
    warm.user("42").group("dream").send("hello")
    assert warm.requests == (1, 1)


def test_warming_up_reads_the_whole_project_in_a_few_requests(opened: Open, user: UserSet) -> None:
    del user
    cold = opened("cold.db")
    assert cold.warm() == 13
    reads = cold.requests[0]
    assert reads <= 8
    assert cold.user("42").agent_cached("lead")
    assert cold.user("42").group_cached("talk")
    cold.user("42").group("board").send("hello")
    assert cold.requests == (reads + 1, 3)


def test_cached_look_ups_never_ask(opened: Open, user: UserSet) -> None:
    cold = opened("cold.db")
    assert cold.user("42").agent_cached("lead") is None
    assert cold.user("42").group_cached("talk") is None
    assert cold.requests == (0, 0)
    warm = opened()
    record = warm.user("42").group_cached("talk")
    assert record is not None
    assert record.document is not None
    assert record.document["fields"]["manager_agent"] == str(user.agent("lead").address)
    assert warm.requests == (0, 0)


def test_an_agent_made_anew_is_found_again(
    constellations: Constellations, opened: Open, user: UserSet, server: RawServer
) -> None:
    old = user.agent("left").id
    server.call("DELETE", f"/v1/agents/{old}")
    opened("other.db").provision("42", parameters={"partner": "Ada"})
    assert user.agent("left").send("hello") == "STUB answer to: hello"
    assert user.agent("left").id != old
    assert constellations.user("42").group("board").send("hello")


def test_what_is_gone_for_good_is_said(user: UserSet, server: RawServer) -> None:
    server.call("DELETE", f"/v1/agents/{user.agent('left').id}")
    with pytest.raises(NotThere, match="team/42/agent/left"):
        user.agent("left").send("hello")


def test_a_name_nobody_has_is_said(user: UserSet) -> None:
    with pytest.raises(NotThere, match="did you mean 'left'"):
        user.agent("lefd").send("hello")


def test_without_a_cache_everything_works(opened: Open, folder: object, letta_url: str) -> None:
    del opened
    with Constellations(folder, base_url=letta_url, cache=False) as constellations:  # type: ignore[arg-type]
        assert constellations.provision("42").agent("lead").send("hello")


def test_an_agent_made_anew_is_found_again_for_a_stream(
    opened: Open, user: UserSet, server: RawServer
) -> None:
    server.call("DELETE", f"/v1/agents/{user.agent('left').id}")
    opened("other.db").provision("42", parameters={"partner": "Ada"})
    assert "".join(piece.text for piece in user.agent("left").stream("hello")) == "STUB answer to: hello"


def test_a_user_who_was_destroyed_gets_everything_again(
    constellations: Constellations, user: UserSet, project: Project
) -> None:
    """Memory and cache still believe in the old set until one look proves them wrong."""
    result = project.run(
        "destroy", "team/42", "--manifests", project.root, "--yes", "--cache", str(project.root / "o.db")
    )
    assert result.exit_code == 0, result.output
    with pytest.raises(NotThere):
        user.agent("left").send("hello")
    again = constellations.provision("42", parameters={"partner": "Ada"}, rejoin=True)
    assert again.agent("left").send("hello") == "STUB answer to: hello"
    assert again.group("board").send("hello")


def test_the_package_itself_is_light() -> None:
    code = (
        "import sys, reconciler; assert not {'httpx', 'letta_client', 'sqlite3'} & set(sys.modules); "
        "assert reconciler.Constellations and 'httpx' not in sys.modules, 'the client is loaded when used'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=180)
