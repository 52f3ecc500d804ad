"""The record of a set on the real server: a hidden block, written once for each changed set, under a lock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live import fleet
from tests.live.drifting import agent, drift, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server


@pytest.fixture
def made(project: Project) -> Project:
    """Two users with an agent and a block each, applied."""
    project.write("team.yaml", declared(), users("ada", "bob"))
    project.apply()
    return project


def declared(system: str = "be kind", **more: Any) -> dict[str, Any]:
    agents = {"helper": agent("state", system=system, memory_blocks={"persona": {"value": "a seed"}}, **more)}
    return team(agents, blocks={"state": {"value": "calm"}})


def said(row: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(row["value"])
    return document


def of(server: RawServer, owner: str) -> dict[str, Any]:
    """What the record of one set says."""
    (found,) = (said(row) for row in server.records() if said(row)["set"] == owner)
    return found


def test_each_set_has_one_and_nobody_sees_it_by_chance(made: Project, server: RawServer) -> None:
    rows = server.records()
    assert sorted(said(row)["set"] for row in rows) == ["team/ada", "team/bob"]
    assert all(row["hidden"] and row["read_only"] for row in rows)
    visible = server.call("GET", "/v1/blocks/?limit=1000")
    assert not {row["id"] for row in rows} & {row["id"] for row in visible}
    attached = {block["id"] for each in server.list("agents") for block in each["blocks"]}
    assert not {row["id"] for row in rows} & attached


def test_it_knows_the_ids_and_what_was_noted_of_them(made: Project, server: RawServer) -> None:
    helper = server.agent("team_ada_helper")
    known = of(server, "team/ada")["known"]
    assert known["agent/helper"]["id"] == helper["id"]
    assert known["agent/helper"]["made"] == helper["created_at"]
    assert known["block/state"]["label"] == "state"
    assert set(known) == {"agent/helper", "agent/helper/block/persona", "block/state"}


def test_only_a_changed_set_is_written_and_a_second_apply_is_silent(made: Project, server: RawServer) -> None:
    before = {said(row)["set"]: said(row)["serial"] for row in server.records()}
    assert made.apply()["requests"]["writes"] == 0
    override = {"id": "ada", "overrides": {"agents": {"helper": {"system": "be brief"}}}}
    made.write("team.yaml", declared(), {**users("bob"), "users": [override, {"id": "bob"}]})

    done = made.apply()

    after = {said(row)["set"]: said(row)["serial"] for row in server.records()}
    assert after == {"team/ada": before["team/ada"] + 1, "team/bob": before["team/bob"]}
    assert done["requests"]["writes"] == 2 + 1 + 2  # the agent and its prompt, the record, the lock


def test_comments_change_nothing_and_the_older_states_are_remembered(
    made: Project, server: RawServer
) -> None:
    first = of(server, "team/ada")["digest"]
    made.write("team.yaml", declared("be brief"), users("ada", "bob"))
    made.apply()
    assert of(server, "team/ada")["earlier"] == [first]
    made.write("team.yaml", declared(), users("ada", "bob"))
    made.apply()
    assert of(server, "team/ada")["digest"] == first


def test_a_missing_record_is_written_while_the_plan_stays_empty(made: Project, server: RawServer) -> None:
    for row in server.records():
        server.call("DELETE", f"/v1/blocks/{row['id']}")
    made.cache.unlink()
    assert not made.plan()["changes"]
    made.apply()
    assert len(server.records()) == 2
    assert made.apply()["requests"]["writes"] == 0


def test_a_clean_machine_knows_what_was_deleted(made: Project, server: RawServer) -> None:
    state = of(server, "team/ada")["known"]["block/state"]["id"]
    helper = server.agent("team_ada_helper")["id"]
    server.call("DELETE", f"/v1/agents/{helper}")
    server.call("DELETE", f"/v1/blocks/{state}")
    made.cache.unlink()
    deleted = {each["address"] for each in drift(made, exit_code=2)["deleted"]}
    assert {"team/ada/agent/helper", "team/ada/block/state"} <= deleted


def test_the_last_destroy_takes_it_away(made: Project, server: RawServer) -> None:
    gone = made.run("destroy", "team/ada", "--yes", "--manifests", str(made.root))
    assert gone.exit_code == 0, gone.output
    assert {said(row)["set"] for row in server.records()} == {"team/bob", "shared"}
    assert set(of(server, "shared")) == {"v", "min_client", "project", "set", "serial", "left", "salt"}


def test_a_deleted_and_a_renamed_address_are_remembered(made: Project, server: RawServer) -> None:
    renamed = team({"aide": agent(system="be kind")}, moved=[{"from": "agent/helper", "to": "agent/aide"}])
    made.write("team.yaml", renamed, users("ada", "bob"))
    made.apply("--prune", "--force")
    record = of(server, "team/ada")
    assert record["former"]["agent/helper"] == "team/ada/agent/aide"
    assert "block/state" in record["removed"]


def test_protection_outlives_the_lines_that_asked_for_it(made: Project, server: RawServer) -> None:
    made.write("team.yaml", declared(protect=True), users("ada", "bob"))
    made.apply()
    made.cache.unlink()
    made.write("team.yaml", team({}, blocks={"state": {"value": "calm"}}), users("ada", "bob"))

    refused = made.run("apply", str(made.root), "--yes", "--prune", "--force")

    assert refused.exit_code == 4
    assert "R102" in refused.output
    assert server.agent("team_ada_helper")
    made.write("team.yaml", declared(), users("ada", "bob"))
    made.apply()
    made.write("team.yaml", team({}, blocks={"state": {"value": "calm"}}), users("ada", "bob"))
    made.apply("--prune", "--force")
    assert not server.list("agents")


def test_two_records_of_one_set_are_an_error_that_lists_both(made: Project, server: RawServer) -> None:
    (row,) = (each for each in server.records() if said(each)["set"] == "team/ada")
    more = {key: row[key] for key in ("label", "value", "tags", "hidden", "read_only", "limit")}
    copied = server.call("POST", "/v1/blocks/", more)["id"]
    refused = made.run("apply", str(made.root), "--yes")
    assert refused.exit_code == 1
    assert row["id"] in refused.output
    assert copied in refused.output


def test_a_record_of_a_later_release_is_an_upgrade_and_never_foreign(
    made: Project, server: RawServer
) -> None:
    (row,) = (each for each in server.records() if said(each)["set"] == "team/ada")
    later = json.dumps({**said(row), "v": 2, "min_client": "99.0"})
    server.call("PATCH", f"/v1/blocks/{row['id']}", {"value": later})
    before = server.everything()
    refused = made.run("apply", str(made.root), "--yes")
    assert refused.exit_code == 1
    assert "upgrade" in refused.output
    assert server.everything() == before


def test_what_somebody_wrote_over_is_an_error_that_says_how_to_go_on(
    made: Project, server: RawServer
) -> None:
    (row,) = (each for each in server.records() if said(each)["set"] == "team/ada")
    server.call("PATCH", f"/v1/blocks/{row['id']}", {"value": "nonsense"})
    refused = made.run("apply", str(made.root), "--yes")
    assert refused.exit_code == 1
    assert f"delete the block {row['id']}" in refused.output
    server.call("DELETE", f"/v1/blocks/{row['id']}")
    made.apply()
    assert len(server.records()) == 2


def test_no_secret_and_no_digest_of_one_is_in_it(project: Project, server: RawServer) -> None:
    project.environ["PIN"] = "1234"
    project.write("team.yaml", team({"helper": agent(secrets={"PIN": {"secret_env": "PIN"}})}), users())
    project.apply()
    base = of(server, "team/ada")["known"]["agent/helper"]["base"]
    assert base["secrets.PIN"] == ""


def test_a_saved_plan_writes_it_as_a_fresh_one_does(made: Project, server: RawServer) -> None:
    made.write("team.yaml", declared("be brief"), users("ada", "bob"))
    saved = made.root.parent / "plan.json"
    assert made.run("plan", str(made.root), "-o", str(saved)).exit_code == 0
    done = made.run("apply", str(saved), "--yes", "--root", str(made.root))
    assert done.exit_code == 0, done.output
    assert not made.plan()["changes"]
    assert made.apply()["requests"]["writes"] == 0
    assert of(server, "team/ada")["serial"] == 2


def test_what_is_adopted_is_known_and_what_is_forgotten_is_not(project: Project, server: RawServer) -> None:
    adopted = fleet.agent(server, "team_ada_helper")["id"]
    project.write("team.yaml", team({"helper": agent()}), users())
    taken = project.run("adopt", "--match-names", "--yes", "--manifests", str(project.root))
    assert taken.exit_code == 0, taken.output
    assert of(server, "team/ada")["known"]["agent/helper"]["id"] == adopted
    let_go = project.run("state", "forget", "team/ada", "--yes", "--manifests", str(project.root))
    assert let_go.exit_code == 0, let_go.output
    assert not server.records()


def test_marks_say_whose_a_resource_is_and_nothing_of_what_was_applied(
    made: Project, server: RawServer
) -> None:
    marked = [*server.list("agents"), *server.list("blocks")]
    assert not [tag for row in marked for tag in row.get("tags") or () if "base=" in tag]
    entries = [agent["metadata"]["letta-reconciler"] for agent in server.list("agents")]
    assert [set(entry) for entry in entries] == [{"v", "project", "address"}] * 2


def test_an_update_leaves_the_marks_alone(made: Project, server: RawServer) -> None:
    made.write("team.yaml", declared("be brief"), users("ada", "bob"))
    requests = made.plan()["requests"]
    assert requests["writes"] == 2 * 2  # a system text and the prompt in context, of each
    done = made.apply()["requests"]
    assert done["writes"] == 2 * 2 + 2 + 2  # and the records and the lock
    assert not made.plan()["changes"]


def test_what_an_older_client_writes_into_marks_is_ignored(made: Project, server: RawServer) -> None:
    (state, *_) = (each for each in server.list("blocks") if each["label"] == "state")
    tags = [*state["tags"], "letta-reconciler:base=limit:000000000000,value:000000000000"]
    server.call("PATCH", f"/v1/blocks/{state['id']}", {"tags": tags})
    assert not made.plan()["changes"]
    assert not drift(made)["drift"]


def without_memory(project: Project) -> None:
    """The next command runs on a machine that knows nothing."""
    for file in project.cache.parent.glob(f"{project.cache.stem}*"):
        if file.is_file():
            file.unlink()


def test_a_clean_machine_merges(project: Project, server: RawServer) -> None:
    def shared(text: str) -> dict[str, Any]:
        rules = {"value": text, "ownership": {"value": "merged"}}
        return team({"helper": agent("rules")}, blocks={"rules": rules})

    project.write("team.yaml", shared("one\ntwo\nthree\n"), users("ada"))
    project.apply()
    (block,) = (each for each in server.list("blocks") if each["label"] == "rules")
    server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": "one\ntwo\nTHREE\n"})
    without_memory(project)
    project.write("team.yaml", shared("ONE\ntwo\nthree\n"), users("ada"))

    project.apply()

    assert server.call("GET", f"/v1/blocks/{block['id']}")["value"] == "ONE\ntwo\nTHREE\n"
    assert of(server, "team/ada")["texts"] == {"block/rules": {"value": "ONE\ntwo\nthree\n"}}
    assert not project.plan()["changes"]


def lose_records(project: Project, server: RawServer) -> None:
    for row in server.records():
        server.call("DELETE", f"/v1/blocks/{row['id']}")
    without_memory(project)


@pytest.mark.parametrize("rewritten", [True, False], ids=["made anew", "still lost"])
def test_a_set_whose_record_was_lost_is_not_pruned_before_somebody_looked(
    made: Project, server: RawServer, rewritten: bool
) -> None:
    lose_records(made, server)
    if rewritten:
        made.apply()
        assert of(server, "team/ada")["rebuilt"]
    made.write("team.yaml", declared(), users("bob"))
    before = server.everything()

    refused = made.run("apply", str(made.root), "--yes", "--prune", "--force")

    assert refused.exit_code == 4, refused.output
    assert "R115 rebuilt: the record of team/ada was lost" in refused.output
    assert made.run("destroy", "team/bob", "--yes", "--manifests", str(made.root)).exit_code == 4
    assert server.everything() == before
    made.write("team.yaml", declared(), users("ada", "bob"))
    assert made.run("apply", str(made.root), "--yes", "--allow", "rebuilt").exit_code == 0
    assert "rebuilt" not in of(server, "team/ada")
    made.write("team.yaml", declared(), users("bob"))
    made.apply("--prune", "--force")
    assert not [row for row in server.list("agents") if row["name"].startswith("team_ada")]


def test_a_first_apply_that_was_cut_off_is_no_lost_record(project: Project, server: RawServer) -> None:
    project.write("team.yaml", team({"helper": agent()}), users("ada"))
    project.apply()
    lose_records(project, server)
    project.write("team.yaml", team({"helper": agent(), "second": agent()}), users("ada"))
    project.apply()
    assert "rebuilt" not in of(server, "team/ada")
