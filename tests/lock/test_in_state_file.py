"""One apply at a time; a holder that died is noticed, one that lives is named."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import LockHeld
from reconciler.lock import LockTerms, Signature, held
from reconciler.lock.in_state_file import InStateFile, holder_of, lease, lease_terms
from reconciler.process import Process, is_dead, this_process
from reconciler.state import State


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


ELSEWHERE = Process("ada", "ci-7", "ci-7/pid:[1]", 4711, "12")


def terms(process: Process | None = None, patience: float = 0.0, **more: Any) -> LockTerms:
    signature = Signature.of(process or this_process())
    return replace(lease_terms(patience), signature=signature, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo.db"


def dead_process() -> Process:
    """A process of this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(60)
    return replace(this_process(), pid=process.pid, started="1")


def test_a_lease_is_free_again_after_the_block(path: Path) -> None:
    with State.open(path) as state:
        with held(lease(state, terms())):
            assert holder_of(state) is not None
        assert holder_of(state) is None


def test_who_comes_second_learns_who_holds_it_since_when_and_what_to_type(path: Path) -> None:
    with State.open(path) as one, State.open(path) as two:
        lease(one, terms(process=ELSEWHERE)).acquire()
        with pytest.raises(LockHeld) as caught:
            lease(two, terms(unlock_command="reconciler unlock --project demo")).acquire()
    said = str(caught.value)
    assert "ada on ci-7, process 4711, since 20" in said
    assert "reconciler unlock --project demo" in said
    assert caught.value.exit_code == 4


def test_a_holder_that_died_on_this_machine_is_noticed_at_once(path: Path) -> None:
    with State.open(path) as state:
        lease(state, terms(process=dead_process())).acquire()
        lease(state, terms()).acquire()


def test_a_reused_process_id_is_not_taken_for_the_holder(path: Path) -> None:
    with State.open(path) as state:
        lease(state, terms(process=replace(this_process(), started="1"))).acquire()
        lease(state, terms()).acquire()


def test_another_machine_of_the_same_name_is_not_judged_by_our_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines of one image share a name, and the first process namespace has one number everywhere."""
    dead = dead_process()
    assert is_dead(dead)
    (tmp_path / "boot_id").write_text("another", encoding="ascii")
    monkeypatch.setattr("reconciler.process._BOOT", tmp_path / "boot_id")
    assert not is_dead(dead)
    monkeypatch.setattr("reconciler.process._BOOT", tmp_path / "does not say")
    assert not is_dead(dead)


def test_a_zombie_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()  # its end: the process is gone, and nobody has asked for its status
    zombie = replace(this_process(), pid=process.pid, started="")
    deadline = threading.Event()
    while not is_dead(zombie) and not deadline.wait(0.01):
        pass
    process.stdout.close()
    process.wait(60)


def test_a_holder_elsewhere_counts_until_its_lease_expires(path: Path) -> None:
    clock = Clock()
    with State.open(path, clock) as state:
        lease(state, terms(process=ELSEWHERE)).acquire()
        clock.advance(59)
        with pytest.raises(LockHeld):
            lease(state, terms()).acquire()
        clock.advance(2)
        lease(state, terms()).acquire()


def test_signs_of_life_extend_it(path: Path) -> None:
    clock = Clock()
    with State.open(path, clock) as state:
        mine = lease(state, terms(process=ELSEWHERE))
        mine.acquire()
        clock.advance(50)
        mine.beat()
        clock.advance(50)
        with pytest.raises(LockHeld):
            lease(state, terms()).acquire()
        assert not mine.is_lost


def test_a_holder_whose_lease_was_taken_notices_and_takes_nothing_back(path: Path) -> None:
    clock = Clock()
    with State.open(path, clock) as state:
        first = lease(state, terms(process=ELSEWHERE))
        first.acquire()
        clock.advance(100)
        second = lease(state, terms())
        second.acquire()
        first.beat()
        assert first.is_lost
        first.release()
        assert holder_of(state) is not None


def test_a_waiting_apply_goes_on_when_the_first_is_done(path: Path) -> None:
    with State.open(path) as one, State.open(path) as two:
        first = lease(one, terms(process=ELSEWHERE))
        first.acquire()
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                first.release()

        lease(two, terms(patience=60, sleep=sleep)).acquire()
        assert len(pauses) == 3


def test_of_many_at_once_one_gets_it(path: Path) -> None:
    State.open(path).close()
    got: list[str] = []
    barrier = threading.Barrier(8)

    def ask() -> None:
        with State.open(path) as state:
            asking = lease(state, terms())
            barrier.wait(60)
            try:
                asking.acquire()
            except LockHeld:
                return
            got.append(asking.owner)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == 1


def test_breaking_a_lease_needs_the_owner_that_was_seen(path: Path) -> None:
    with State.open(path) as state:
        mine = lease(state, terms())
        mine.acquire()
        seen = holder_of(state)
        assert seen is not None
        InStateFile(state).take_away(replace(seen, owner="somebody else"))
        assert holder_of(state) is not None
        InStateFile(state).take_away(seen)
        assert holder_of(state) is None


def test_the_heartbeat_runs_by_itself(path: Path) -> None:
    beats = threading.Semaphore(0)

    class Counting(Clock):
        def __call__(self) -> datetime:
            beats.release()
            return super().__call__()

    with State.open(path, Counting()) as state, held(lease(state, terms(beat=0.001))):
        for _ in range(6):
            assert beats.acquire(timeout=60)
