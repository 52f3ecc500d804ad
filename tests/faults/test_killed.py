"""kill -9 at every single write, before it is sent and after it is done; then the same command again.

The tests take one write of each kind, half of them before and half of them after; the soak takes every write,
both ways.
"""

from __future__ import annotations

import json

import pytest

from tests.faults.proxy import Fault, Proxy, Sent, no_faults, once
from tests.faults.reference import WHOLE, Reference
from tests.faults.test_every_write import WHICH_WRITES, Choice, writes_of_an_apply

KILLED = -9
HALVES = (Fault.KILL_AFTER, Fault.KILL_BEFORE)
BEFORE_AND_AFTER = pytest.mark.parametrize("fault", HALVES, ids=lambda fault: fault.value)
AFTER_CHANGE = {**WHOLE, "blocks": WHOLE["blocks"] + 1}


def killed_at(world: Reference, proxy: Proxy, label: str, fault: Fault) -> None:
    """Run apply in a process of its own until it is killed, and all it sent has arrived."""
    proxy.hit.clear()
    process = world.command("apply", str(world.root), "--yes", url=proxy.url)
    proxy.kill = process.kill
    proxy.rule = once(label, fault)
    process.communicate(timeout=180)
    assert process.returncode == KILLED, label
    if fault is not Fault.KILL_LATE:
        proxy.settle()
    proxy.rule = no_faults


def apply_again(world: Reference, **environ: str) -> None:
    """The same command, which must succeed."""
    process = world.command("apply", str(world.root), "--yes", "--json", **environ)
    said, complaints = process.communicate(timeout=180)
    assert process.returncode == 0, complaints
    assert json.loads(said)["exit_code"] == 0


@WHICH_WRITES
@BEFORE_AND_AFTER
def test_a_kill_at_each_single_write_of_an_apply(
    world: Reference, proxy: Proxy, fault: Fault, chosen: Choice
) -> None:
    for label in chosen(writes_of_an_apply(world, proxy), HALVES.index(fault)):
        world.start_over()
        killed_at(world, proxy, label, fault)
        assert world.apply().is_complete, label
        world.assert_converged()


def prepare_change(world: Reference, before: str, after: str) -> None:
    """The reference set, learned, and manifests that say something new."""
    world.start_over()
    manifest = world.root / "constellation.yaml"
    manifest.write_text(before, encoding="utf-8")
    assert world.apply().is_complete
    world.learn()
    manifest.write_text(after, encoding="utf-8")


def changed(text: str) -> str:
    """One agent replaced, one described anew, a new shared block for one, a group that talks longer."""
    for old, new in (
        (
            "  flux:\n",
            "  flux:\n    shared_blocks: [current_state, active_context, bond_evolution, human, day]\n",
        ),
        ("description: Time sense; ", "description: Sense of time; "),
        ("  entropy:\n", "  entropy:\n    agent_type: memgpt_v2_agent\n"),
        ("blocks:\n  current_state:", "blocks:\n  day: {value: Monday}\n  current_state:"),
        ("{type: round_robin, max_turns: 10}", "{type: round_robin, max_turns: 12}"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@WHICH_WRITES
@BEFORE_AND_AFTER
def test_a_kill_at_each_write_of_a_change_loses_nothing_learned(
    world: Reference, proxy: Proxy, fault: Fault, chosen: Choice
) -> None:
    before = (world.root / "constellation.yaml").read_text(encoding="utf-8")
    after = changed(before)
    prepare_change(world, before, after)
    assert world.apply(proxy.url).is_complete
    world.assert_converged(AFTER_CHANGE)
    writes = proxy.writes()
    assert len(writes) == len(set(writes)) >= 10
    for label in chosen(writes, HALVES.index(fault)):
        prepare_change(world, before, after)
        learned = world.learned()
        assert len(learned) == 3
        killed_at(world, proxy, label, fault)
        assert world.apply().is_complete, label
        world.assert_converged(AFTER_CHANGE)
        assert world.learned() == learned, label


def test_a_create_the_server_finishes_only_after_the_next_run_began_is_waited_for(
    world: Reference, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal knows of it: the next run looks and waits before it plans."""
    world.patience = 120.0  # counts from when it was sent: the next run has to be up by then
    monkeypatch.setenv("RECONCILER_PARALLEL", "1")  # nothing else is on its way, and waited for
    killed_at(world, proxy, "POST /v1/agents/ pattern/42/agent/flux", Fault.KILL_LATE)

    def let_go(sent: Sent) -> None:
        if "flux" in sent.path:
            proxy.release.set()

    proxy.arrived = let_go
    process = world.command("apply", str(world.root), "--yes", url=proxy.url)
    _, said = process.communicate(timeout=180)
    assert process.returncode == 0, said
    assert proxy.release.is_set()
    world.assert_converged()
