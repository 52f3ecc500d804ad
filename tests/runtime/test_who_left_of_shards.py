"""Who was removed by a run of one shard stays away, too; who is back is taken off the list of those who left.

Of several shards only the first writes the shared record; the others leave a tombstone in the record of the
user's set, which the next run that owns Shared takes over. On the simulated server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.shared.options import shard_of
from reconciler.runtime.errors import UserLeft
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.simulated_team import SIZE, Provision, opened, provisioning, records, rows, users

LAST, FIRST = "42", "7"
"""Users of the second and the first of two shards."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Two users of two shards, applied by two runners."""
    assert (shard_of(LAST, 2), shard_of(FIRST, 2)) == (2, 1)
    with opened(tmp_path, LAST, FIRST) as made:
        apply(made, "1/2")
        apply(made, "2/2")
        yield made


@pytest.fixture
def server(project: Project) -> RawServer:
    return RawServer(project.url)


@pytest.fixture
def provision(project: Project) -> Provision:
    return provisioning(project)


def apply(project: Project, shard: str = "", *options: str) -> dict[str, int]:
    done = project.run(
        "apply", str(project.root), "--yes", "--json", *(("--shard", shard) if shard else ()), *options
    )
    assert done.exit_code == 0, done.output
    requests: dict[str, int] = json.loads(done.stdout)["requests"]
    return requests


def prune(project: Project, shard: str = "2/2", *stay: str) -> dict[str, int]:
    project.write("users.yaml", users(*(stay or (FIRST,))))
    return apply(project, shard, "--prune", "--allow", "data-loss")


def roster_of_before(project: Project) -> None:
    project.write("users.yaml", users(LAST, FIRST))


def test_a_user_whom_a_shard_pruned_does_not_come_back(
    project: Project, server: RawServer, provision: Provision
) -> None:
    prune(project)
    roster_of_before(project)
    before = rows(server)
    with pytest.raises(UserLeft, match="team/42 left"):
        provision(LAST)
    assert rows(server) == before


@pytest.mark.parametrize("shard", ["", "1/2"])
def test_a_run_that_owns_shared_takes_the_tombstone_over(
    project: Project, server: RawServer, provision: Provision, shard: str
) -> None:
    prune(project)
    assert not records(server)["team/42"].known
    apply(project, shard)
    assert len(records(server)["shared"].left) == 1
    apply(project, "2/2")
    assert "team/42" not in records(server)
    roster_of_before(project)
    with pytest.raises(UserLeft):
        provision(LAST)


def test_one_run_of_everything_takes_it_over_and_away(project: Project, server: RawServer) -> None:
    prune(project)
    apply(project)
    assert not [row for row in server.records() if "team/42" in str(row)]


def test_another_shard_never_writes_the_record_of_a_user_of_the_second(
    project: Project, server: RawServer
) -> None:
    prune(project)
    before = records(server)["team/42"]
    apply(project, "1/2")
    assert records(server)["team/42"] == before


@pytest.mark.parametrize("shard", ["", "1/2", "2/2"])
def test_a_plan_beside_a_tombstone_is_quiet(project: Project, shard: str) -> None:
    prune(project)
    options = ("--shard", shard) if shard else ()
    planned = project.run("plan", str(project.root), "--detailed-exitcode", *options)
    assert planned.exit_code == 0, planned.output
    assert "team/42" not in planned.output
    drift = project.run("drift", str(project.root), *options)
    assert drift.exit_code == 0, drift.output
    assert "team/42" not in drift.output


@pytest.mark.parametrize("shard", ["", "1/2", "2/2"])
def test_nothing_is_written_once_it_is_taken_over(project: Project, server: RawServer, shard: str) -> None:
    prune(project)
    apply(project, "1/2")
    apply(project, "2/2")
    before = rows(server)
    assert apply(project, shard)["writes"] == 0
    assert rows(server) == before


@pytest.mark.parametrize("shard", ["", "2/2"])
@pytest.mark.parametrize("between", [(), ("1/2",), ("1/2", "2/2")])
def test_who_is_declared_anew_is_welcome(
    project: Project, server: RawServer, provision: Provision, shard: str, between: tuple[str, ...]
) -> None:
    prune(project)
    for each in between:
        apply(project, each)
    roster_of_before(project)
    apply(project, shard)
    assert provision(LAST) == 0
    apply(project)
    assert not records(server)["shared"].left if "shared" in records(server) else True
    record = records(server)["team/42"]
    assert record.applied
    assert record.known
    assert not record.left
    project.assert_settled()


@pytest.mark.parametrize("shard", ["2/2", ""])
@pytest.mark.parametrize("between", [(), ("1/2",), ("1/2", "2/2"), ("",)])
def test_who_is_welcome_again_is_taken_off_the_list(
    project: Project, server: RawServer, provision: Provision, between: tuple[str, ...], shard: str
) -> None:
    prune(project, shard)
    for each in between:
        apply(project, each)
    assert provision(LAST, rejoin=True) == SIZE
    apply(project)
    assert not any(record.left for record in records(server).values())
    assert not records(server)["team/42"].applied
    assert apply(project)["writes"] == 0
    assert provision(LAST) == 0


def test_who_leaves_again_is_on_the_list_again(
    project: Project, server: RawServer, provision: Provision
) -> None:
    prune(project, "")
    provision(LAST, rejoin=True)
    destroyed = project.run("destroy", "team/42", "--manifests", str(project.root), "--yes")
    assert destroyed.exit_code == 0, destroyed.output
    assert len(records(server)["shared"].left) == 1
    with pytest.raises(UserLeft):
        provision(LAST)


LOOKS_OF_A_PRUNE = 2
"""Beyond what is announced: whether a program gives the user a set."""


@pytest.mark.parametrize("more", [(), ({"kind": "Shared", "blocks": {"rules": {"value": "be kind"}}},)])
@pytest.mark.parametrize("shard", ["2/2", ""])
def test_the_requests_of_a_prune_are_those_announced(project: Project, shard: str, more: Any) -> None:
    project.write("users.yaml", users(FIRST), *more)
    options = ("--shard", shard, "--prune") if shard else ("--prune",)
    planned = project.run("plan", str(project.root), *options, "--allow", "data-loss")
    done = apply(project, shard, "--prune", "--allow", "data-loss")
    sent = done["reads"] + done["writes"]
    assert announced(planned.output) == sent - LOOKS_OF_A_PRUNE, planned.output


@pytest.mark.parametrize("shard", ["1/2", ""])
def test_the_requests_of_taking_over_are_those_announced(project: Project, shard: str) -> None:
    prune(project)
    options = ("--shard", shard) if shard else ()
    planned = project.run("plan", str(project.root), *options)
    done = apply(project, shard)
    assert announced(planned.output) == done["reads"] + done["writes"], planned.output


def announced(output: str) -> int:
    """All requests of an apply, as the last line of a plan tells them."""
    line = next(line for line in reversed(output.splitlines()) if line.startswith("Requests:"))
    return sum(int(word) for word in line.replace(",", " ").split() if word.isdigit())


def test_several_users_are_taken_over_at_once(project: Project, server: RawServer) -> None:
    second = [str(n) for n in range(100) if shard_of(str(n), 2) == 2][:3]
    project.write("users.yaml", users(*second, FIRST))
    apply(project)
    prune(project, "2/2")
    assert sum(not record.known for record in records(server).values()) == len(second) + (LAST not in second)
    apply(project)
    assert len(records(server)["shared"].left) == len({*second, LAST})
    assert set(records(server)) == {"shared", "team/7"}
