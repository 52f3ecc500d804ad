"""Two applies at once: on one machine, and on two that share nothing but the server."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from reconciler.errors import LockHeld, NotFound
from reconciler.remote import Connection, connect
from reconciler.remote.lock import RemoteLock, RemoteTerms, remotely_held
from reconciler.values import Scope
from tests.faults.proxy import Proxy, Sent
from tests.faults.reference import Reference, Silent


def hold_first_write(proxy: Proxy) -> tuple[threading.Event, threading.Event]:
    """The first write waits in the proxy: `arrived`, and on `go` it goes on."""
    arrived, go = threading.Event(), threading.Event()

    def wait(sent: Sent) -> None:
        if sent.is_write and not arrived.is_set():
            arrived.set()
            assert go.wait(60)

    proxy.arrived = wait
    return arrived, go


def test_the_second_apply_is_refused_with_the_command_that_unlocks(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(30)
    second = world.command("apply", str(world.root), "--yes")
    _, said = second.communicate(timeout=60)
    assert second.returncode == 4
    assert f"process {first.pid}" in said
    assert f"reconciler unlock --project pattern-demo --url {world.url} --cache {world.cache}" in said
    planned = world.command("plan", str(world.root), "--json")
    output, complaints = planned.communicate(timeout=60)
    assert planned.returncode == 0, f"reads need no lock: {complaints}"
    assert json.loads(output)["changes"]
    go.set()
    first.communicate(timeout=60)
    assert first.returncode == 0
    world.assert_converged()


def test_the_second_apply_waits_and_then_has_nothing_to_do(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(30)
    second = world.command("apply", str(world.root), "--yes", "--json", "--lock-timeout", "60")
    go.set()
    output, complaints = second.communicate(timeout=90)
    first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), complaints
    assert json.loads(output)["results"] == []
    world.assert_converged()


def test_a_killed_holder_does_not_block_the_next_apply(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(30)
    first.kill()
    first.communicate(timeout=30)
    go.set()
    world.patience = 10.0
    assert world.apply().is_complete
    world.assert_converged()


def test_unlock_frees_the_lock_of_a_running_apply(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_first_write(proxy)
    first = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert arrived.wait(30)
    for said in ("is unlocked", "nobody holds a lock"):
        unlock = world.command("unlock", "--project", "pattern-demo", "--cache", str(world.cache), "--yes")
        output, _ = unlock.communicate(timeout=30)
        assert unlock.returncode == 0
        assert said in output
    go.set()
    first.communicate(timeout=60)


def test_two_machines_with_a_lock_on_the_server_never_make_anything_twice(
    world: Reference, proxy: Proxy
) -> None:
    here, there = world, replace(world, cache=world.cache.parent.parent / "elsewhere" / "c.db")
    arrived, go = hold_first_write(proxy)
    first = here.command("apply", str(here.root), "--yes", "--remote-lock", url=proxy.url)
    assert arrived.wait(30)
    go.set()
    second = there.command(
        "apply", str(there.root), "--yes", "--json", "--remote-lock", "--lock-timeout", "60"
    )
    output, complaints = second.communicate(timeout=90)
    first.communicate(timeout=90)
    assert (first.returncode, second.returncode) == (0, 0), complaints
    assert json.loads(output)["results"] == []
    world.assert_converged()


def test_two_machines_without_it_make_things_twice_and_the_next_plan_says_so(
    world: Reference, proxy: Proxy
) -> None:
    """What cannot hold without --remote-lock: two that plan at the same moment and share nothing."""
    elsewhere = replace(world, cache=world.cache.parent.parent / "elsewhere" / "c.db")
    with world.session() as here, elsewhere.session() as there:
        plans = [session.plan(world.desired(), Scope()).plan for session in (here, there)]
        outcomes = [
            session.execute(plan, Silent(), world.read_file)
            for session, plan in zip((here, there), plans, strict=True)
        ]
    assert [outcome.is_complete for outcome in outcomes] == [True, False], "folder names are unique"
    found = world.plan()
    assert found.has_errors
    assert all("carry the marker of this address" in each.summary for each in found.diagnostics)
    assert {each.address.split("/")[2] for each in found.diagnostics} == {"block"}, (
        "agents wait for the folder"
    )


def test_of_many_machines_at_once_one_gets_the_lock(letta_url: str) -> None:
    transport = connect(Connection(letta_url))
    barrier, got, refused = threading.Barrier(6), list[RemoteLock](), list[LockHeld]()

    def ask(number: int) -> None:
        lock = RemoteLock(transport, "demo", RemoteTerms(f"machine {number}"))
        barrier.wait(10)
        try:
            lock.acquire()
            got.append(lock)
        except LockHeld as error:
            refused.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(got), len(refused)) == (1, 5)
    assert "machine" in refused[0].summary
    got[0].release()
    assert got[0].holder() is None
    transport.close()


def test_a_lock_on_the_server_whose_holder_died_expires(letta_url: str) -> None:
    transport = connect(Connection(letta_url))
    dead = RemoteLock(transport, "demo", RemoteTerms("dead", seconds=-1))
    dead.acquire()
    with remotely_held(transport, "demo", RemoteTerms("alive")) as alive:
        dead.beat()
        assert dead.is_lost
        alive.beat()
        assert not alive.is_lost
        dead.release()
        holder = alive.holder()
        assert holder is not None
        assert holder.who == "alive"
    with pytest.raises(NotFound):
        transport.get(f"/v1/folders/{alive.id}", "look")
    transport.close()
