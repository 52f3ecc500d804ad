"""Two applies at once: on one machine, and on two that share nothing but the server."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from reconciler.apply import Outcome
from reconciler.apply.apply_lock import Terms
from reconciler.apply.proposal import Proposal
from reconciler.cli.shared.options import shard_of
from reconciler.errors import StalePlan
from reconciler.lock.on_server import server_terms
from reconciler.project.applying import carry_out
from reconciler.project.planned import Silent
from reconciler.project.planning import plan
from reconciler.project.session import Session
from reconciler.values import Scope
from tests.faults.proxy import Proxy, Sent
from tests.faults.reference import USERS, WHOLE, Reference
from tests.faults.test_interrupted import said_until

SIX_USERS = USERS.replace(
    '{id: "42"',
    ", ".join(f'{{id: "{number}", parameters: {{partner_name: Ada}}}}' for number in range(5))
    + ', {id: "42"',
)


def hold_first_write(proxy: Proxy, path: str = "/") -> tuple[threading.Event, threading.Event]:
    """The first write to this path waits in the proxy: `arrived`, and on `go` it goes on."""
    arrived, go = threading.Event(), threading.Event()

    def wait(sent: Sent) -> None:
        if sent.is_write and sent.path.startswith(path) and not arrived.is_set():
            arrived.set()
            assert go.wait(180)

    proxy.arrived = wait
    return arrived, go


def test_the_second_apply_is_refused_with_the_command_that_unlocks(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    second = world.command("apply", str(world.root), "--yes")
    _, said = second.communicate(timeout=120)
    assert second.returncode == 4
    assert f"process {first.pid}" in said
    assert f"reconciler unlock --project pattern-demo --url {world.url} --cache {world.cache}" in said
    planned = world.command("plan", str(world.root), "--json")
    output, complaints = planned.communicate(timeout=120)
    assert planned.returncode == 0, f"reads need no lock: {complaints}"
    assert json.loads(output)["changes"]
    go.set()
    first.communicate(timeout=120)
    assert first.returncode == 0
    world.assert_converged()


def test_the_second_apply_waits_and_then_has_nothing_to_do(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    second = world.command("apply", str(world.root), "--yes", "--json", "--lock-timeout", "120")
    go.set()
    output, complaints = second.communicate(timeout=120)
    first.communicate(timeout=120)
    assert (first.returncode, second.returncode) == (0, 0), complaints
    assert json.loads(output)["results"] == []
    world.assert_converged()


def test_a_killed_holder_does_not_block_the_next_apply(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    first.kill()
    first.communicate(timeout=120)
    go.set()
    proxy.settle()
    assert world.apply().is_complete
    world.assert_converged()


def test_unlock_frees_the_lock_of_a_running_apply(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    for said in ("is unlocked", "nobody holds a lock"):
        unlock = world.command("unlock", "--project", "pattern-demo", "--cache", str(world.cache), "--yes")
        output, _ = unlock.communicate(timeout=120)
        assert unlock.returncode == 0
        assert said in output
    go.set()
    first.communicate(timeout=120)


def elsewhere(world: Reference) -> Reference:
    """Another machine: it shares nothing with this one but the server."""
    return replace(world, cache=world.cache.parent.parent / "elsewhere" / "c.db")


def test_another_machine_is_refused_before_its_first_write(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy, "/v1/agents/")
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    second = elsewhere(world).command("apply", str(world.root), "--yes")
    _, said = second.communicate(timeout=120)
    assert second.returncode == 4
    assert f"process {first.pid}" in said
    assert "--lock-timeout" in said
    assert f"reconciler unlock --project pattern-demo --url {world.url}" in said
    assert "--remote-lock" in said
    go.set()
    first.communicate(timeout=120)
    assert first.returncode == 0
    world.assert_converged()


def test_another_machine_waits_plans_again_and_has_nothing_to_do(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy, "/v1/agents/")
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    second = elsewhere(world).command("apply", str(world.root), "--yes", "--json", "--lock-timeout", "120")
    said_until("Requests:", second)  # it has planned, and goes on to the lock
    go.set()
    output, complaints = second.communicate(timeout=120)
    first.communicate(timeout=120)
    assert (first.returncode, second.returncode) == (0, 0), complaints
    assert "planned again" in complaints
    assert json.loads(output)["results"] == []
    world.assert_converged()


@pytest.mark.parametrize("seed", range(3))
def test_machines_that_start_at_the_same_moment_never_make_anything_twice(
    world: Reference, seed: int
) -> None:
    del seed  # the race runs differently each time
    folder = world.cache.parent.parent
    machines = [replace(world, cache=folder / f"machine-{number}" / "c.db") for number in range(3)]
    processes = [
        machine.command("apply", str(world.root), "--yes", "--json", "--lock-timeout", "120")
        for machine in machines
    ]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in processes]
    assert [status for *_, status in ended] == [0, 0, 0], [said for _, said, _ in ended]
    assert sorted(bool(json.loads(output)["results"]) for output, *_ in ended) == [False, False, True]
    world.assert_converged()


def test_a_plan_that_another_machine_carried_out_meanwhile_is_stale(world: Reference) -> None:
    with world.session() as here, elsewhere(world).session() as there:
        planned = [plan(session, world.desired(), Scope()) for session in (here, there)]
        with here.locked(Terms(server=server_terms())) as lock:
            assert carry_out(here, lock.claim(planned[0]), Silent(), world.read_file).is_complete
        before = there.transport.counts
        with (
            there.locked(Terms(server=server_terms())) as lock,
            pytest.raises(StalePlan, match="somebody else applied"),
        ):
            lock.claim(planned[1])
        assert there.transport.counts.writes - before.writes == 2, "the lock, and nothing else"
    world.assert_converged()


def applied_without_lock_on_server(world: Reference, session: Session, planned: Proposal) -> Outcome:
    with session.locked(Terms()) as lock:
        return carry_out(session, lock.claim(planned), Silent(), world.read_file)


def test_without_the_lock_things_are_made_twice_and_the_next_plan_says_so(world: Reference) -> None:
    """What cannot hold with --no-remote-lock: two that plan at the same moment and share nothing."""
    with world.session() as here, elsewhere(world).session() as there:
        plans = [plan(session, world.desired(), Scope()) for session in (here, there)]
        outcomes = [
            applied_without_lock_on_server(world, session, planned)
            for session, planned in zip((here, there), plans, strict=True)
        ]
    assert [outcome.is_complete for outcome in outcomes] == [True, False], "folder names are unique"
    found = world.plan()
    assert found.has_errors
    records, twins = found.diagnostics[0], found.diagnostics[1:]
    assert "pattern/42 has 2 records" in records.summary
    assert all("carry the marker of this address" in each.summary for each in twins)
    assert {each.address.split("/")[2] for each in twins} == {"block"}, "agents wait for the folder"


def test_nothing_to_make_needs_no_lock(world: Reference, proxy: Proxy) -> None:
    assert world.apply().is_complete
    proxy.sent.clear()
    process = elsewhere(world).command("apply", str(world.root), "--yes", url=proxy.url)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert proxy.writes() == []


def test_the_lock_of_a_machine_that_was_killed_is_noticed_at_once_where_its_process_is_known(
    world: Reference, proxy: Proxy
) -> None:
    """A second cache on the machine of the first, as CI runners have."""
    arrived, go = hold_first_write(proxy, "/v1/blocks/")
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    first.kill()
    first.communicate(timeout=120)
    go.set()
    proxy.settle()
    again = elsewhere(world).command("apply", str(world.root), "--yes")
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said
    world.assert_converged()


def test_unlock_takes_the_lock_on_the_server_away(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy, "/v1/agents/")
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(60)
    for said in ("is unlocked", "nobody holds a lock"):
        unlock = world.command("unlock", "--project", "pattern-demo", "--remote-lock", "--yes")
        output, complaints = unlock.communicate(timeout=120)
        assert unlock.returncode == 0, complaints
        assert said in output
    go.set()
    first.communicate(timeout=120)


def test_shards_on_machines_of_their_own_work_side_by_side(world: Reference) -> None:
    (world.root / "users.yaml").write_text(SIX_USERS, encoding="utf-8")
    folder = world.cache.parent.parent
    processes = [
        replace(world, cache=folder / f"machine-{part}" / "c.db").command(
            "apply", str(world.root), "--yes", "--shard", f"{part}/2"
        )
        for part in (1, 2)
    ]
    ended = [(process.communicate(timeout=180)[1], process.returncode) for process in processes]
    assert [status for _, status in ended] == [0, 0], ended
    world.assert_converged({kind: number * 6 for kind, number in WHOLE.items()})


def test_a_run_of_everything_is_refused_beside_a_shard(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy, "/v1/agents/")
    part = next(part for part in ("1/2", "2/2") if shard_of("42", 2) == int(part[0]))
    first = world.command("apply", str(world.root), "--yes", "--shard", part, url=proxy.url)
    assert arrived.wait(60)
    second = elsewhere(world).command("apply", str(world.root), "--yes")
    _, said = second.communicate(timeout=120)
    go.set()
    first.communicate(timeout=120)
    assert (first.returncode, second.returncode) == (0, 4), said
    assert f"process {first.pid}" in said
    world.assert_converged()
