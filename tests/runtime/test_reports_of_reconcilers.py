"""What people reported of other reconcilers, played with this one on the simulated and on the real server.

Each test names the report it was made from; the words are ours. In between is a proxy that refuses, and that
leaves tags out of lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.shared.options import shard_of
from reconciler.runtime.errors import UserLeft
from tests.faults.proxy import Fault, Proxy, Rule, Sent, no_faults, proxying
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.simulated_team import TEMPLATE, provisioning, records, users
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served

PROJECT = {"kind": "Project", "name": "demo"}
SHARDS = ("1/3", "2/3", "3/3")


@pytest.fixture(params=["simulated", pytest.param("real", marks=pytest.mark.server)])
def upstream(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty server."""
    if request.param == "real":
        yield request.getfixturevalue("letta_url")
        return
    with served(SimulatedLetta()) as url:
        yield url


@pytest.fixture
def proxy(upstream: str) -> Iterator[Proxy]:
    """Between the command line and the server."""
    with proxying(upstream) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, proxy: Proxy) -> Project:
    """Two users of a small team; nothing is applied."""
    (tmp_path / "project").mkdir()
    made = Project(tmp_path / "project", proxy.url, tmp_path / "cache.db")
    made.write("all.yaml", PROJECT, TEMPLATE)
    made.write("users.yaml", users("7", "42"))
    return made


@pytest.fixture
def server(upstream: str) -> RawServer:
    """The server itself."""
    return RawServer(upstream)


def refuses(method: str, path: str = "/v1/agents/", subject: str = "") -> Rule:
    """What is sent there is answered with a refusal."""

    def rule(sent: Sent) -> Fault | None:
        wanted = sent.method == method and sent.path.startswith(path) and subject in sent.subject
        return Fault.STATUS_400 if wanted else None

    return rule


def agents(server: RawServer) -> dict[str, str]:
    rows = server.list("agents")
    assert len(rows) == len({row["name"] for row in rows})
    return {row["name"]: row["id"] for row in rows}


def on_another_machine(project: Project) -> Project:
    return replace(project, cache=project.root.parent / "elsewhere" / "cache.db")


def test_a_shard_that_starts_alone_takes_only_its_own(project: Project, server: RawServer) -> None:
    """argoproj/argo-cd#20620: a restarted shard 0 owned everything until the others were known."""
    project.apply("--shard", f"{shard_of('42', 3)}/3")
    assert {name.split("_")[1] for name in agents(server)} == {
        user for user in ("7", "42") if shard_of(user, 3) == shard_of("42", 3)
    }


def test_one_more_user_moves_nobody_to_another_shard(project: Project, server: RawServer) -> None:
    """argoproj/argo-cd#29476: one more cluster left others without a shard, and nothing said so."""
    for shard in SHARDS:
        project.apply("--shard", shard)
    before = agents(server)
    project.write("users.yaml", users("0", "7", "42", "99"))
    for shard in SHARDS:
        project.apply("--shard", shard)
    assert before.items() <= agents(server).items()
    assert len(agents(server)) == 8
    project.assert_settled()


def test_who_is_being_removed_is_not_made_again_by_a_bot(project: Project, server: RawServer) -> None:
    """tektoncd/operator#773: the removal of a part woke the controller, which made it again."""
    project.apply()
    project.write("users.yaml", users("7"))
    shard = next(f"{shard_of('42', of)}/{of}" for of in range(2, 9) if shard_of("42", of) > 1)
    project.apply("--shard", shard, "--prune", "--allow", "data-loss")
    project.write("users.yaml", users("7", "42"))
    with pytest.raises(UserLeft):
        provisioning(project)("42")
    assert not [name for name in agents(server) if "_42_" in name]


def test_what_was_made_again_under_its_name_is_not_taken_for_it(project: Project, server: RawServer) -> None:
    """kubevirt/ssp-operator#145: deleted and made again by hand, it looked the same to the cache."""
    project.apply()
    row = next(row for row in server.list("agents") if row["name"] == "team_7_critic")
    server.call("DELETE", f"/v1/agents/{row['id']}")
    keys = ("name", "tags", "metadata")
    model = {"model": "openai-proxy/gpt-4o-mini", "embedding": "openai/text-embedding-3-small"}
    again = server.call("POST", "/v1/agents/", {**model, **{key: row[key] for key in keys}})
    done = project.run("apply", str(project.root), "--yes")
    assert done.exit_code == 4, done.output
    assert f"adopt team/7/agent/critic {again['id']}" in " ".join(done.output.split())


def test_what_was_deleted_by_hand_is_made_again_with_the_same_cache(
    project: Project, server: RawServer
) -> None:
    """istio/istio#23238: the cache still held what was deleted, and so nothing was made."""
    project.apply()
    before = agents(server)
    server.call("DELETE", f"/v1/agents/{before['team_7_critic']}")
    assert project.run("drift", str(project.root)).exit_code == 2
    project.apply()
    assert agents(server).keys() == before.keys()
    project.assert_settled()


@pytest.mark.parametrize("failing", ["PATCH", "POST"])
def test_a_rename_that_was_cut_off_keeps_the_agent(
    project: Project, server: RawServer, proxy: Proxy, failing: str
) -> None:
    """alchemy-run/alchemy#1108: a rename was a new resource and the end of the old one."""
    project.apply()
    before = agents(server)["team_7_critic"]
    renamed: dict[str, Any] = {
        **TEMPLATE,
        "agents": {"lead": TEMPLATE["agents"]["lead"], "reviewer": TEMPLATE["agents"]["critic"]},
        "moved": [{"from": "agent/critic", "to": "agent/reviewer"}],
    }
    project.write("all.yaml", PROJECT, renamed)
    proxy.rule = refuses(failing)
    project.run("apply", str(project.root), "--yes")
    proxy.rule = no_faults
    on_another_machine(project).apply()
    assert agents(server)["team_7_reviewer"] == before
    assert len(agents(server)) == 4
    project.assert_settled()


def test_one_failing_resource_does_not_double_the_others(
    project: Project, server: RawServer, proxy: Proxy
) -> None:
    """hashicorp/terraform#14751: one conflict, and every apply made everything else once more."""
    proxy.rule = refuses("POST", subject="team/7/agent/critic")
    elsewhere = on_another_machine(project)
    ended = [elsewhere.run("apply", str(project.root), "--yes").exit_code for _ in range(3)]
    assert ended == [3, 1, 1]  # partial, then nothing is left that could be done
    assert sorted(agents(server)) == ["team_42_critic", "team_42_lead", "team_7_lead"]
    proxy.rule = no_faults
    project.apply()
    project.assert_settled()


def test_what_a_saved_plan_made_is_known_afterwards(project: Project, server: RawServer) -> None:
    """hashicorp/terraform#4725: what was applied from a plan file was missing in the state."""
    saved = str(project.root.parent / "plan.json")
    assert project.run("plan", str(project.root), "-o", saved).exit_code == 0
    done = project.run("apply", saved, "--root", str(project.root), "--yes")
    assert done.exit_code == 0, done.output
    assert {str(owner) for owner in records(server)} == {"team/7", "team/42"}
    on_another_machine(project).assert_settled()
    project.assert_settled()


def test_lists_without_tags_make_no_second_agent(project: Project, server: RawServer, proxy: Proxy) -> None:
    """nouamanecodes/lettactl#396: lists left tags out, so that an update wiped them."""
    project.apply()
    before, tags = agents(server), {row["name"]: row["tags"] for row in server.list("agents")}

    def without_tags(sent: Sent) -> bytes | None:
        if sent.method != "GET" or not sent.path.startswith("/v1/agents/?"):
            return None
        return json.dumps([{**row, "tags": []} for row in server.call("GET", sent.path)]).encode()

    proxy.instead = without_tags
    on_another_machine(project).run("apply", str(project.root), "--yes")
    proxy.instead = lambda sent: None
    assert agents(server) == before
    assert {row["name"]: row["tags"] for row in server.list("agents")} == tags


def test_imported_twice_is_a_copy_twice(project: Project, server: RawServer) -> None:
    """BaseIntelligence/bounty-challenge#25609: every import made the same agents once more."""
    project.apply()
    row = next(row for row in server.list("agents") if row["name"] == "team_7_critic")
    body = {"tags": row["tags"], "metadata": row["metadata"], "model": "openai-proxy/gpt-4o-mini"}
    more = {"embedding": "openai/text-embedding-3-small"}
    made = [server.call("POST", "/v1/agents/", {**body, **more, "name": f"copy {n}"}) for n in (1, 2)]
    planned = project.run("plan", str(project.root), "--detailed-exitcode", "-v")
    assert planned.exit_code == 0, planned.output
    assert all(each["id"] in planned.output for each in made)
    project.apply("--prune")
    assert len(agents(server)) == 6
