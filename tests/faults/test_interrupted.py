"""Ctrl-C with real signals: the first lets running writes finish and says what is left, the second stops."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.faults.proxy import Fault, Proxy, Sent, no_faults
from tests.faults.reference import Reference

pytestmark = pytest.mark.usefixtures("ctrl_c_reaches_children")
INTERRUPTED = 130


def said_until(word: str, process: subprocess.Popen[str]) -> str:
    """What a process says up to a line with this word; it is killed when that takes too long."""
    assert process.stderr is not None
    alarm = threading.Timer(120, process.kill)
    alarm.start()
    said = ""
    while word not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    alarm.cancel()
    return said


def hold_back(proxy: Proxy, path: str) -> tuple[threading.Event, threading.Event]:
    """Writes to this path wait in the proxy: `arrived` is set by the first, all go on once `go` is set."""
    arrived, go = threading.Event(), threading.Event()

    def wait(sent: Sent) -> None:
        if sent.is_write and sent.path.startswith(path):
            arrived.set()
            assert go.wait(180)

    proxy.arrived = wait
    return arrived, go


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_finishes_running_writes_and_says_what_is_left(
    world: Reference, proxy: Proxy, number: signal.Signals
) -> None:
    arrived, go = hold_back(proxy, "/v1/agents/")
    process = world.command("apply", str(world.root), "--yes", "--json", url=proxy.url)
    assert arrived.wait(120)
    process.send_signal(number)
    assert "Ctrl-C again" in said_until("stopping", process)
    go.set()
    output, _ = process.communicate(timeout=120)
    assert process.returncode == INTERRUPTED
    ended = json.loads(output)
    summary = ended["summary"]
    failed = [each["error"]["summary"] for each in ended["results"] if each["status"] == "failed"]
    manager = "pattern/42/agent/archive"  # made, and waits for the group that it manages
    assert set(failed) <= {f"the run was stopped between its writes: {manager}"}
    assert summary["done"] >= 5
    assert summary["not_started"] >= 4, "groups wait for agents"
    assert len(world.raw.list("groups")) == 0
    assert world.apply().is_complete
    world.assert_converged()


def test_the_second_signal_stops_at_once_and_the_next_run_recovers(world: Reference, proxy: Proxy) -> None:
    arrived, go = hold_back(proxy, "/v1/agents/")
    process = world.command("apply", str(world.root), "--yes", "--json", url=proxy.url)
    assert arrived.wait(120)
    process.send_signal(signal.SIGINT)
    said_until("stopping", process)
    process.send_signal(signal.SIGINT)
    output, complaints = process.communicate(timeout=120)
    assert process.returncode == INTERRUPTED
    assert "Traceback" not in complaints
    document = json.loads(output)
    running = [r for r in document["results"] if r["status"] == "failed"]
    assert running
    assert all("was being written" in result["error"]["summary"] for result in running)
    assert document["next_command"].startswith("reconciler apply")
    names = [folder["name"] for folder in world.raw.list("folders")]
    assert "letta-reconciler lock pattern-demo" in names, "others wait for what is still under way"
    go.set()
    proxy.arrived = lambda sent: None
    proxy.settle()
    assert world.apply().is_complete
    world.assert_converged()


def test_a_partial_apply_exits_with_3_and_accounts_for_every_change(world: Reference, proxy: Proxy) -> None:
    def refuse_entropy(sent: Sent) -> Fault | None:
        return Fault.STATUS_500 if sent.is_write and sent.subject.endswith("agent/entropy") else None

    proxy.rule = refuse_entropy
    process = world.command("apply", str(world.root), "--yes", "--json", url=proxy.url)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 3
    results = {result["address"]: result for result in json.loads(output)["results"]}
    assert results["pattern/42/agent/entropy"]["status"] == "failed"
    assert results["pattern/42/group/main"]["status"] == "skipped"
    assert results["pattern/42/group/main"]["because"] == "pattern/42/agent/entropy"
    assert results["pattern/42/group/crisis"]["status"] == "done"
    proxy.rule = no_faults
    assert world.apply().is_complete
    world.assert_converged()


@pytest.mark.parametrize("signals", [1, 2])
def test_ctrl_c_while_reading_is_heeded_at_once(world: Reference, proxy: Proxy, signals: int) -> None:
    arrived, go = threading.Event(), threading.Event()

    def wait(sent: Sent) -> None:
        arrived.set()
        assert go.wait(180)

    proxy.arrived = wait
    process = world.command("plan", str(world.root), url=proxy.url)
    assert arrived.wait(120)
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=60)  # the reads are answered only after that
    assert process.returncode == INTERRUPTED
    assert "Traceback" not in complaints
    go.set()


def test_ctrl_c_while_it_waits_to_try_again_is_heeded_at_once(world: Reference, proxy: Proxy) -> None:
    arrived = threading.Event()

    def fail(sent: Sent) -> Fault | None:
        arrived.set()
        return Fault.STATUS_500

    proxy.rule = fail
    process = world.command("plan", str(world.root), url=proxy.url)
    assert arrived.wait(120)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert time.monotonic() - began < 20  # all attempts take longer
    assert process.returncode == INTERRUPTED


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_first_write_leaves_no_lock(
    world: Reference, proxy: Proxy, number: signal.Signals
) -> None:
    locked, reading, go = threading.Event(), threading.Event(), threading.Event()

    def wait(sent: Sent) -> None:
        if locked.is_set() and not sent.is_write:
            reading.set()
            assert go.wait(180)
        if sent.is_write:
            locked.set()

    proxy.arrived = wait
    process = world.command("apply", str(world.root), "--yes", url=proxy.url)
    assert reading.wait(120)
    process.send_signal(number)
    go.set()
    process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert not [each for each in world.raw.list("folders") if "lock" in each["name"]]
    proxy.arrived = lambda sent: None
    assert world.apply().is_complete


def test_a_full_disk_after_the_writes_is_no_failure_of_the_apply(world: Reference) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "reconciler", "apply", str(world.root), "--yes", "--json"],
            env=world.environ(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
            check=False,
        )
    assert ended.returncode == 3
    assert "27 of 27 changes done, but the report could not be written" in ended.stderr
    world.assert_converged()
