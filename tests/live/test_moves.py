"""Renaming by `moved` on the real server: ids, memory and attachments stay, whatever was renamed how."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.drifting import agent, blocks, drift, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

A, X, Y = "agent/a", "agent/x", "agent/y"
P, Q = "block/p", "block/q"


def move(old: str, new: str) -> dict[str, str]:
    """One entry of `moved`."""
    return {"from": old, "to": new}


def with_private(*labels: str, **more: Any) -> dict[str, Any]:
    """An agent with private blocks of these labels."""
    return {
        "system": "be kind",
        "memory_blocks": {each: {"value": "a seed"} for each in labels},
        **more,
    }


def learn(server: RawServer, name: str, label: str, value: str) -> str:
    """Have a block of an agent say something else; its id."""
    block = blocks(server, name)[label]
    server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": value})
    return str(block["id"])


def found(server: RawServer, name: str) -> dict[str, tuple[str, str]]:
    """Label to id and value of every block of an agent."""
    return {label: (each["id"], each["value"]) for label, each in blocks(server, name).items()}


def still_learned(project: Project) -> None:
    """Nothing to do; all there is to say is that something was learned."""
    document = project.plan()
    said = [document[key] for key in ("changes", "drift", "conflicts", "diagnostics")]
    assert not any(said), said
    assert not drift(project)["drift"]


CHAINS = [
    pytest.param([move(A, X), move(X, Y)], "p", id="chain"),
    pytest.param([move(X, Y), move(A, X)], "p", id="chain in the other order"),
    pytest.param([move(A, Y), move(f"{Y}/{P}", f"{Y}/{Q}")], "q", id="block under the new name"),
    pytest.param([move(f"{Y}/{P}", f"{Y}/{Q}"), move(A, Y)], "q", id="block under the new name, first"),
    pytest.param([move(f"{A}/{P}", f"{A}/{Q}"), move(A, Y)], "q", id="block under the old name, first"),
    pytest.param([move(A, Y), move(f"{A}/{P}", f"{A}/{Q}")], "q", id="block under the old name, last"),
    pytest.param([move(A, Y), move(f"{A}/{P}", f"{Y}/{Q}")], "q", id="both at once"),
    pytest.param([move(f"{X}/{P}", f"{X}/{Q}"), move(X, Y), move(A, X)], "q", id="block in the middle"),
    pytest.param(
        [move(f"{Y}/block/r", f"{Y}/{Q}"), move(f"{A}/{P}", f"{A}/block/r"), move(A, Y)], "q", id="twice"
    ),
]


@pytest.mark.parametrize(("moved", "label"), CHAINS)
def test_private_blocks_follow_their_agent_to_the_end(
    project: Project, server: RawServer, moved: list[dict[str, str]], label: str
) -> None:
    project.write("team.yaml", team({"a": with_private("p", "other")}), users())
    project.apply()
    before = server.agent("team_ada_a")["id"]
    learned = learn(server, "team_ada_a", "p", "I can juggle")
    other = learn(server, "team_ada_a", "other", "I can swim")
    everything = {each["id"] for each in server.list("blocks")}

    project.write("team.yaml", team({"y": with_private(label, "other")}, moved=moved), users())
    project.apply()

    assert server.agent("team_ada_y")["id"] == before
    assert found(server, "team_ada_y") == {label: (learned, "I can juggle"), "other": (other, "I can swim")}
    assert {each["id"] for each in server.list("blocks")} == everything
    still_learned(project)


def test_an_explicit_move_wins_over_the_one_that_comes_with_the_agent(
    project: Project, server: RawServer
) -> None:
    """`p` becomes `q` although the agent takes a `p` of its own along, which is then a new one."""
    project.write("team.yaml", team({"a": with_private("p")}), users())
    project.apply()
    learned = learn(server, "team_ada_a", "p", "I can juggle")

    moved = [move(A, Y), move(f"{A}/{P}", f"{Y}/{Q}")]
    project.write("team.yaml", team({"y": with_private("p", "q")}, moved=moved), users())
    project.apply()

    after = found(server, "team_ada_y")
    assert after["q"] == (learned, "I can juggle")
    assert after["p"][1] == "a seed"
    still_learned(project)


def test_a_server_that_saw_every_step_comes_to_the_same_end(project: Project, server: RawServer) -> None:
    project.write("team.yaml", team({"a": with_private("p")}), users())
    project.apply()
    learned = learn(server, "team_ada_a", "p", "I can juggle")
    for name, moved in (("x", [move(A, X)]), ("y", [move(A, X), move(X, Y)])):
        project.write("team.yaml", team({name: with_private("p")}, moved=moved), users())
        project.apply()
        still_learned(project)
    assert found(server, "team_ada_y") == {"p": (learned, "I can juggle")}


def test_renaming_an_agent_and_dropping_one_of_its_blocks_can_be_pruned(
    project: Project, server: RawServer
) -> None:
    project.write("team.yaml", team({"a": with_private("p", "dropped")}), users())
    project.apply()
    before = found(server, "team_ada_a")

    project.write("team.yaml", team({"y": with_private("p")}, moved=[move(A, Y)]), users())
    project.apply("--prune")

    assert found(server, "team_ada_y") == {"p": before["p"]}
    assert {each["label"] for each in server.list("blocks")} == {"p"}
    project.assert_settled()


def test_a_dropped_block_of_a_renamed_agent_is_kept_under_the_new_name_without_prune(
    project: Project, server: RawServer
) -> None:
    project.write("team.yaml", team({"a": with_private("p", "dropped")}), users())
    project.apply()
    project.write("team.yaml", team({"y": with_private("p")}, moved=[move(A, Y)]), users())
    project.apply()
    document = project.plan()
    assert [each["address"] for each in document["kept"]] == ["team/ada/agent/y/block/dropped"]
    assert not document["changes"]


def test_an_observed_block_that_is_renamed_settles(project: Project, server: RawServer) -> None:
    seen = {"value": "calm", "ownership": "observed"}
    project.write("team.yaml", team({"a": agent("state")}, blocks={"state": seen}), users())
    project.apply()
    before = learn(server, "team_ada_a", "state", "busy")

    moved = [move("block/state", "block/mood")]
    project.write("team.yaml", team({"a": agent("mood")}, blocks={"mood": seen}, moved=moved), users())
    project.apply()

    assert found(server, "team_ada_a")["mood"] == (before, "busy")
    still_learned(project)


def test_an_observed_block_that_somebody_renamed_is_not_attached_again_and_again(
    project: Project, server: RawServer
) -> None:
    seen = {"value": "calm", "ownership": "observed"}
    project.write("team.yaml", team({"a": agent("state")}, blocks={"state": seen}), users())
    project.apply()
    server.call("PATCH", f"/v1/blocks/{server.block('state')['id']}", {"label": "mood"})
    document = project.plan()
    assert not document["changes"]
    assert not document["drift"]


def test_a_shared_block_is_renamed_by_one_request(project: Project, server: RawServer) -> None:
    agents = {name: agent("state", memory_blocks={}) for name in ("one", "two", "three")}
    project.write("team.yaml", team(agents, blocks={"state": {"value": "calm"}}), users())
    project.apply()
    before = learn(server, "team_ada_one", "state", "busy")

    renamed = {name: agent("mood", memory_blocks={}) for name in agents}
    moved = [move("block/state", "block/mood")]
    project.write("team.yaml", team(renamed, blocks={"mood": {"value": "calm"}}, moved=moved), users())
    document = project.plan()
    assert [each["address"] for each in document["changes"]] == ["team/ada/block/mood"]
    assert document["requests"]["writes"] == 1
    assert "left alone" not in project.run("plan", str(project.root)).output
    project.apply()

    for name in agents:
        assert found(server, f"team_ada_{name}") == {"mood": (before, "busy")}
    still_learned(project)


def test_a_block_that_was_renamed_is_detached_when_it_is_dropped_later(
    project: Project, server: RawServer
) -> None:
    """What was last applied to its agents is known under the new name, too."""
    blocks_ = {"mood": {"value": "calm"}}
    project.write("team.yaml", team({"a": agent("state")}, blocks={"state": {"value": "calm"}}), users())
    project.apply()
    moved = [move("block/state", "block/mood")]
    project.write("team.yaml", team({"a": agent("mood")}, blocks=blocks_, moved=moved), users())
    project.apply()
    project.write("team.yaml", team({"a": agent()}, blocks=blocks_, moved=moved), users())
    project.apply()
    assert set(found(server, "team_ada_a")) == {"persona"}
    project.assert_settled()


WHOLE = {
    "sources": {"notes": {}},
    "blocks": {"state": {"value": "calm"}},
    "groups": {"main": {"manager": {"type": "supervisor", "agent": "a"}, "agents": ["a", "b"]}},
}


def whole_set(name: str = "team", moved: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Two agents, a shared block, a source and a group."""
    agents = {"a": agent("state", sources=["notes"]), "b": agent("state")}
    return {**team(agents, **WHOLE, **({"moved": moved} if moved else {})), "name": name}


def ids(server: RawServer) -> dict[str, list[str]]:
    """Everything that has an id."""
    return {kind: sorted(found) for kind, found in server.everything().items()}


@pytest.mark.parametrize("where", ["constellation", "users"])
def test_a_users_id_can_be_moved(project: Project, server: RawServer, where: str) -> None:
    project.write("team.yaml", whole_set(), users("ada@old.example"))
    project.apply()
    before = ids(server)
    name = server.list("agents")[0]["name"].rpartition("_")[0]
    learn(server, f"{name}_a", "state", "busy")

    moved = [move("user/ada@old.example", "user/ada")]
    if where == "constellation":
        project.write("team.yaml", whole_set(moved=moved), users("ada"))
    else:
        project.write("team.yaml", whole_set(), {**users("ada"), "moved": moved})
    project.apply("--force")

    assert ids(server) == before
    assert server.block("state")["value"] == "busy"
    assert {each["name"] for each in server.list("agents")} == {"team_ada_a", "team_ada_b"}
    assert "user:ada" in server.agent("team_ada_a")["tags"]
    assert "user:ada@old.example" not in server.agent("team_ada_a")["tags"]
    still_learned(project)


def test_a_constellation_can_be_renamed_together_with_a_user_and_an_agent(
    project: Project, server: RawServer
) -> None:
    project.write("team.yaml", whole_set(), users("ada", "bob"))
    project.apply()
    before = ids(server)
    learned = learn(server, "team_ada_a", "persona", "I can juggle")

    crew = whole_set(
        "crew", [move("constellation/team", "constellation/crew"), move("user/ada", "user/eve"), move(A, X)]
    )
    crew["agents"]["x"] = crew["agents"].pop("a")
    crew["groups"] = {"main": {"manager": {"type": "supervisor", "agent": "x"}, "agents": ["x", "b"]}}
    project.write("team.yaml", crew, {**users("eve", "bob"), "constellation": "crew"})
    project.apply("--force")

    assert ids(server) == before
    assert found(server, "crew_eve_x")["persona"] == (learned, "I can juggle")
    still_learned(project)


def test_one_renamed_user_can_be_applied_alone(project: Project, server: RawServer) -> None:
    project.write("team.yaml", whole_set(), users("ada", "bob"))
    project.apply()
    before = ids(server)
    project.write("team.yaml", whole_set(moved=[move("user/ada", "user/eve")]), users("eve", "bob"))
    project.apply("--user", "eve", "--force")
    assert ids(server) == before
    project.assert_settled()


def test_a_saved_plan_of_a_renamed_user_is_applied(project: Project, server: RawServer) -> None:
    project.write("team.yaml", whole_set(), users("ada"))
    project.apply()
    before = ids(server)
    project.write("team.yaml", whole_set(moved=[move("user/ada", "user/eve")]), users("eve"))
    file = project.root.parent / "plan.json"
    assert project.run("plan", str(project.root), "-o", str(file)).exit_code == 0
    result = project.run("apply", str(file), "--yes", "--force", "--root", str(project.root))
    assert result.exit_code == 0, result.output
    assert ids(server) == before
    project.assert_settled()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(("ada", "bob"), ("eve", "bob"), "user/ada", id="user"),
        pytest.param(("ada", "bob"), ("eve", "kim"), "2 users", id="users"),
    ],
)
def test_as_many_sets_vanishing_as_appear_get_a_hint(
    project: Project, before: tuple[str, ...], after: tuple[str, ...], said: str
) -> None:
    project.write("team.yaml", team({"a": agent()}), users(*before))
    project.apply()
    project.write("team.yaml", team({"a": agent()}), users(*after))
    (hint,) = project.plan()["diagnostics"]
    assert hint["severity"] == "warning"
    assert said in hint["summary"] + hint["hint"]
    assert "moved" in hint["hint"]


def test_a_renamed_constellation_without_a_move_gets_a_hint(project: Project) -> None:
    project.write("team.yaml", team({"a": agent()}), users())
    project.apply()
    project.write("team.yaml", {**team({"a": agent()}), "name": "crew"}, {**users(), "constellation": "crew"})
    (hint,) = project.plan()["diagnostics"]
    assert "constellation/team" in hint["hint"]


def test_a_reverted_rename_gets_a_hint(project: Project) -> None:
    project.write("team.yaml", team({"a": agent()}), users())
    project.apply()
    project.write("team.yaml", team({"x": agent()}, moved=[move(A, X)]), users())
    project.apply()
    project.write("team.yaml", team({"a": agent()}), users())
    (hint,) = project.plan()["diagnostics"]
    assert "{from: agent/x, to: agent/a}" in hint["hint"]


def test_nothing_is_hinted_where_something_only_appears_or_only_vanishes(project: Project) -> None:
    project.write("team.yaml", team({"a": agent()}), users("ada"))
    project.apply()
    project.write("team.yaml", team({"a": agent(), "b": agent()}), users("ada", "bob"))
    assert not project.plan()["diagnostics"]
    project.apply()
    project.write("team.yaml", team({"a": agent()}), users("ada"))
    assert not project.plan()["diagnostics"]


SEEN = {"ownership": "observed"}
OBSERVED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "private block": (
        {"agents": {"a": {"memory_blocks": {"p": {"value": "calm"}}}}},
        {"agents": {"a": {"memory_blocks": {"q": {"value": "calm", **SEEN}}}}},
        move(f"{A}/{P}", f"{A}/{Q}"),
    ),
    "agent": ({"agents": {"a": {}}}, {"agents": {"y": SEEN}}, move(A, Y)),
    "source": (
        {"agents": {"a": {"sources": ["p"]}}, "sources": {"p": {}}},
        {"agents": {"a": {"sources": ["q"]}}, "sources": {"q": SEEN}},
        move("source/p", "source/q"),
    ),
    "group": (
        {"agents": {"a": {}}, "groups": {"p": {"agents": ["a"], "description": "talk"}}},
        {"agents": {"a": {}}, "groups": {"q": {"agents": ["a"], "description": "talk", **SEEN}}},
        move("group/p", "group/q"),
    ),
    "block of an observed agent": (
        {"agents": {"a": {"shared_blocks": ["p"]}}, "blocks": {"p": {}}},
        {"agents": {"a": {"shared_blocks": ["q"], **SEEN}}, "blocks": {"q": {}}},
        move(P, Q),
    ),
}


@pytest.mark.parametrize("kind", OBSERVED)
def test_what_is_only_observed_settles_when_it_is_renamed(
    project: Project, server: RawServer, kind: str
) -> None:
    before, after, moved = OBSERVED[kind]
    project.write("team.yaml", team(**_kind(before)), users())
    project.apply()
    ids = _ids(server)
    project.write("team.yaml", team(**_kind(after), moved=[moved]), users())
    project.apply()
    document = project.plan()
    assert (document["changes"], document["drift"], document["conflicts"]) == ([], [], [])
    assert _ids(server) == ids


def _kind(sections: dict[str, Any]) -> dict[str, Any]:
    agents = {name: {"system": "be kind", **body} for name, body in sections["agents"].items()}
    return {**sections, "agents": agents}


def _ids(server: RawServer) -> dict[str, set[str]]:
    collections = ("agents", "blocks", "folders", "groups")
    return {each: {found["id"] for found in server.list(each)} for each in collections}
