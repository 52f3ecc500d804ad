"""Get-or-create of one user's set: complete, remembered, cheap."""

from __future__ import annotations

import json

import pytest

from reconciler import Constellations
from reconciler.errors import ManifestError
from reconciler.remote.marks.markers import agent_tags
from reconciler.values import Address, Marker
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team
from tests.runtime.conftest import Open


def test_a_new_user_gets_everything(constellations: Constellations, server: RawServer) -> None:
    made = constellations.provision_report("42", parameters={"partner": "Ada"})
    assert made.changes == 13
    assert made.reads <= 8
    assert sorted(agent["name"] for agent in server.list("agents")) == [
        "team_42_lead",
        "team_42_left",
        "team_42_right",
    ]
    assert server.block("human")["value"] == "Ada"
    assert len(server.list("groups")) == 4


def test_what_is_complete_costs_nothing(opened: Open) -> None:
    first = opened().provision_report("42")
    assert first.changes
    for again in (opened(), opened()):
        made = again.provision_report("42")
        assert (made.changes, again.requests) == (0, (0, 0))


def test_without_its_cache_a_complete_user_costs_a_few_reads(opened: Open) -> None:
    opened().provision("42")
    made = opened("other.db").provision_report("42")
    assert (made.changes, made.writes) == (0, 0)
    assert made.reads <= 8


def test_the_reads_do_not_grow_with_the_number_of_users(constellations: Constellations) -> None:
    reads = {constellations.provision_report(str(number)).reads for number in range(4)}
    assert len(reads) == 1


def test_what_is_missing_is_completed(opened: Open, server: RawServer) -> None:
    opened().provision("42")
    server.call("DELETE", f"/v1/agents/{server.agent('team_42_left')['id']}")
    made = opened("other.db").provision_report("42")
    assert made.changes >= 1
    assert server.agent("team_42_left")


def test_a_plan_knows_a_provisioned_user(constellations: Constellations, project: Project) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    constellations.provision("43")
    project.assert_settled()
    pruned = project.plan("--prune")
    assert not pruned["changes"]


def test_a_new_template_reaches_provisioned_users(constellations: Constellations, project: Project) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    changed = team.constellation()
    changed["agents"]["left"]["description"] = "is on the left"
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, changed)
    plan = project.plan("--user", "42")
    assert [change["address"] for change in plan["changes"]] == ["team/42/agent/left"]
    project.apply()
    project.assert_settled()


def test_a_destroyed_user_is_forgotten(constellations: Constellations, project: Project) -> None:
    constellations.provision("42")
    result = project.run("destroy", "team/42", "--manifests", project.root, "--yes")
    assert result.exit_code == 0, result.output
    project.assert_settled()


def test_a_user_who_moves_into_a_document_belongs_to_it(
    constellations: Constellations, project: Project, server: RawServer
) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    team.write(
        project.root,
        {
            "kind": "Users",
            "constellation": "team",
            "users": [{"id": "42", "parameters": {"partner": "Ada"}}],
        },
    )
    assert not project.plan("--prune", "--user", "42")["changes"]
    project.apply()
    (record,) = (each for each in server.records() if '"set":"team/42"' in each["value"])
    assert '"parameters"' not in record["value"]
    with Constellations(project.root, base_url=project.url, cache=False) as again:
        (warning,) = again.provision_report("42", parameters={"partner": "Eve"}).warnings
        assert "declared in the manifests" in warning
        assert again.provision_report("42").changes == 0


def test_other_parameters_change_what_they_fill_in(opened: Open, server: RawServer) -> None:
    opened().provision("42", parameters={"partner": "Ada"})
    opened().provision("42", parameters={"partner": "Eve"})
    assert server.block("human")["value"] == "Eve"


def test_wrong_parameters_are_said_before_anything_is_sent(constellations: Constellations) -> None:
    with pytest.raises(ManifestError, match="partnr"):
        constellations.provision("42", parameters={"partnr": "Ada"})
    assert constellations.requests == (0, 0)


def test_the_record_is_in_nobodys_prompt(constellations: Constellations, server: RawServer) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    (record,) = server.records()
    assert '"parameters":{"partner":"Ada"}' in record["value"]
    assert record["hidden"]
    attached = {block["id"] for agent in server.list("agents") for block in agent["blocks"]}
    assert record["id"] not in attached


def test_the_command_provisions(project: Project, server: RawServer) -> None:
    arguments = ("provision", "42", "43", "--manifests", project.root, "-p", "partner=Ada")
    refused = project.run(*arguments)
    assert refused.exit_code != 0
    assert not server.list("agents")
    done = project.run(*arguments, "--yes")
    assert done.exit_code == 0, done.output
    assert len(server.list("agents")) == 6


def test_the_block_of_earlier_releases_is_read_until_the_record_has_the_parameters(
    constellations: Constellations, project: Project, server: RawServer
) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    as_before_records_held_parameters(server, {"partner": "Ada"})
    project.assert_settled()
    assert not project.plan("--prune")["changes"]
    project.apply()
    (change,) = project.plan("--prune")["changes"]
    assert (change["address"], change["action"]) == ("team/42/block/.provisioned", "delete")
    project.apply("--prune", "--allow", "data-loss")
    project.assert_settled()
    assert not project.plan("--prune")["changes"]
    assert server.block("human")["value"] == "Ada"


def as_before_records_held_parameters(server: RawServer, parameters: dict[str, str]) -> None:
    """The set of user 42 as a release left it that kept parameters in a block of their own."""
    record = next(each for each in server.records() if '"set":"team/42"' in each["value"])
    value = json.loads(record["value"])
    del value["parameters"]
    server.call("PATCH", f"/v1/blocks/{record['id']}", {"value": json.dumps(value)})
    marker = Marker("demo", Address.parse("team/42/block/.provisioned"))
    body = {"label": ".provisioned", "value": json.dumps(parameters), "tags": agent_tags(marker)}
    server.call("POST", "/v1/blocks/", {**body, "read_only": True, "hidden": True})


def parameters_of(server: RawServer, user: str) -> object:
    """What the record of a user says of them."""
    value = next(each["value"] for each in server.records() if f'"set":"team/{user}"' in each["value"])
    return json.loads(value).get("parameters")


def test_a_saved_plan_gives_no_parameters_back(
    constellations: Constellations, opened: Open, project: Project, server: RawServer
) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    bot = opened()
    changed = team.constellation()
    changed["agents"]["left"]["description"] = "is on the left"
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, changed)
    saved = project.root.parent / "plan.json"
    assert project.run("plan", str(project.root), "-o", str(saved)).exit_code == 0
    bot.provision("42", parameters={"partner": "Eve"})
    done = project.run("apply", str(saved), "--root", str(project.root), "--yes")
    assert done.exit_code == 0, done.output
    assert parameters_of(server, "42") == {"partner": "Eve"}


def test_a_parameter_that_nothing_shows_yet_is_remembered(
    opened: Open, project: Project, server: RawServer
) -> None:
    changed = team.constellation()
    changed["parameters"]["plan"] = {"type": "string", "default": "free"}
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, changed)
    opened().provision("42", parameters={"plan": "free"})
    assert opened().provision_report("42", parameters={"plan": "free"}).reads == 0
    opened().provision("42", parameters={"plan": "pro"})
    assert parameters_of(server, "42") == {"plan": "pro"}


def test_a_set_that_is_let_go_of_leaves_nothing_known(
    constellations: Constellations, project: Project, server: RawServer
) -> None:
    constellations.provision("42", parameters={"partner": "Ada"})
    (group,) = (each["id"] for each in server.list("groups") if each["manager_type"] == "round_robin")
    server.call("DELETE", f"/v1/groups/{group}")
    done = project.run("state", "forget", "team/42", "--manifests", str(project.root), "--yes")
    assert done.exit_code == 0, done.output
    assert not [each for each in server.records() if '"set":"team/42"' in each["value"]]
    project.assert_settled()
