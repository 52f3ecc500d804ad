"""Programs provision while somebody applies: nothing twice, and nothing pruned that is being made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reconciler import Constellations
from reconciler.apply.apply_lock import Terms
from reconciler.apply.proposal import Proposal
from reconciler.errors import LockHeld, StalePlan
from reconciler.lock import Lock
from reconciler.lock.names import project_lock, set_lock
from reconciler.lock.on_server import OnServer, server_lock, server_terms
from reconciler.plan import Plan, PlanOptions
from reconciler.plan.model import RecordChange
from reconciler.project.planning import plan as planned_from
from reconciler.project.session import Session
from reconciler.runtime.provision import Provisioning
from reconciler.values import Desired, Owner, Scope, SetRecord
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.conftest import Open

ADA = Owner("team", "42")
GIVEN = {"partner": "Ada"}


def provision(constellations: Constellations, owner: Owner) -> int:
    """Now or never: somebody else's lock is not waited for."""
    provisioning = Provisioning(constellations._parts, constellations.manifests, server_terms(patience=0))
    return provisioning.provision(owner, GIVEN).changes


@contextmanager
def applying(constellations: Constellations, *sets: str) -> Iterator[None]:
    """Somebody is in the middle of an apply that writes these sets, on a machine of their own."""
    session = constellations._parts.session
    with server_lock(session.transport, project_lock("demo"), server_terms(), sets or None):
        yield


def test_a_new_user_does_not_wait_for_an_apply_of_others(constellations: Constellations) -> None:
    with applying(constellations, "team/7", "shared"):
        assert provision(constellations, ADA) == 13


@pytest.mark.parametrize("sets", [("team/42",), ()], ids=["it says so", "an older release says nothing"])
def test_a_user_whom_an_apply_may_be_making_waits_for_it(
    constellations: Constellations, server: RawServer, sets: tuple[str, ...]
) -> None:
    with applying(constellations, *sets), pytest.raises(LockHeld):
        provision(constellations, ADA)
    assert not server.list("agents")


def test_an_apply_waits_for_who_provisions_a_user_it_declares(
    constellations: Constellations, project: Project, server: RawServer
) -> None:
    project.write("users.yaml", {"kind": "Users", "constellation": "team", "users": [{"id": "42"}]})
    with server_lock(constellations._parts.session.transport, set_lock("demo", ADA), server_terms()):
        refused = project.run("apply", str(project.root), "--yes")
    assert (refused.exit_code, server.list("agents")) == (4, [])
    assert "whoever provisions a set they write" in refused.output


def test_what_a_plan_made_again_under_the_lock_writes_is_announced_as_well(opened: Open) -> None:
    here, elsewhere = opened()._parts.session, opened("elsewhere.db")
    planned = planned_from(here, Desired("demo"), Scope())
    with here.locked(Terms(server=server_terms())) as lock:
        lock.claim(replace(planned, plan=written(planned.plan, Owner("team", "7"))))
        lock.claim(replace(planned, plan=written(planned.plan, ADA)))
        with pytest.raises(LockHeld):
            provision(elsewhere, ADA)


def written(plan: Plan, owner: Owner) -> Plan:
    """The plan as if it wrote this set."""
    return replace(plan, records=(RecordChange(None, SetRecord("demo", owner)),))


def test_a_set_that_an_apply_may_be_completing_waits_for_it(opened: Open, server: RawServer) -> None:
    opened().provision("42", parameters=GIVEN)
    group = next(row for row in server.list("groups") if row["manager_type"] == "round_robin")
    server.call("DELETE", f"/v1/groups/{group['id']}")
    elsewhere = opened("elsewhere.db")
    with server_lock(elsewhere._parts.session.transport, project_lock("demo"), server_terms()):
        with pytest.raises(LockHeld):
            provision(elsewhere, ADA)
        assert len(server.list("groups")) == 3
    assert provision(elsewhere, ADA) == 1
    assert len(server.list("groups")) == 4


def half_made(constellations: Constellations, server: RawServer) -> None:
    """What the server has of a user in the middle of being provisioned: the record comes last."""
    constellations.provision("42", parameters=GIVEN)
    (record,) = (each for each in server.records() if '"set":"team/42"' in each["value"])
    server.call("DELETE", f"/v1/blocks/{record['id']}")


def pruning(session: Session) -> Proposal:
    planned = planned_from(session, Desired("demo"), Scope(), PlanOptions(prune=True))
    assert planned.pruned_sets() == {ADA: 0}
    return planned


def test_a_set_that_is_being_made_is_not_pruned(
    constellations: Constellations, server: RawServer, project: Project
) -> None:
    half_made(constellations, server)
    project.write("users.yaml", {"kind": "Users", "constellation": "team", "users": [{"id": "7"}]})
    project.apply()
    prune = (
        "apply",
        str(project.root),
        "--prune",
        "--force",
        "--allow-data-loss",
        "--allow",
        "rebuilt",
        "--yes",
    )
    with server_lock(constellations._parts.session.transport, set_lock("demo", ADA), server_terms()):
        refused = project.run(*prune)
    assert "team/42 would be pruned, and is being provisioned right now" in refused.output
    assert (refused.exit_code, len(server.list("agents"))) == (4, 6)
    assert project.run(*prune).exit_code == 0
    assert len(server.list("agents")) == 3


def test_a_set_that_was_completed_after_the_plan_was_made_is_not_pruned(
    opened: Open, server: RawServer
) -> None:
    half_made(opened(), server)
    session = opened()._parts.session
    planned = pruning(session)
    opened("elsewhere.db").provision("42", parameters=GIVEN)
    with (
        session.locked(Terms(server=server_terms())) as lock,
        pytest.raises(StalePlan, match="somebody else"),
    ):
        lock.claim(planned)


def test_a_set_that_is_being_made_is_not_claimed_for_pruning(opened: Open, server: RawServer) -> None:
    half_made(opened(), server)
    session = opened()._parts.session
    planned = pruning(session)
    with (
        server_lock(session.transport, set_lock("demo", ADA), server_terms()),
        session.locked(Terms(server=server_terms())) as lock,
        pytest.raises(LockHeld, match="being provisioned right now"),
    ):
        lock.claim(planned)


def test_a_plan_made_again_under_the_lock_is_looked_at_as_well(opened: Open, server: RawServer) -> None:
    """The lock of a project does not keep a program from provisioning a new user."""
    half_made(opened(), server)
    session = opened()._parts.session
    with session.locked(Terms(server=server_terms())) as lock:
        lock.claim(pruning(session))
        planned = pruning(session)
        with (
            server_lock(session.transport, set_lock("demo", ADA), server_terms()),
            pytest.raises(LockHeld, match="being provisioned right now"),
        ):
            lock.claim(planned)


def test_a_set_whose_maker_died_is_pruned(opened: Open, server: RawServer) -> None:
    """Its lock is over, and nothing will complete it."""
    half_made(opened(), server)
    session = opened()._parts.session
    over = Lock(OnServer(session.transport, set_lock("demo", ADA)), replace(server_terms(), seconds=-1))
    over.acquire()
    planned = pruning(session)
    with session.locked(Terms(server=server_terms())) as lock:
        lock.claim(planned)
