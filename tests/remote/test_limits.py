"""The number of requests at once grows slowly, halves under pressure and never leaves its bounds."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from reconciler.remote.http.concurrency import Limiter, Window


def test_a_window_grows_by_one_for_a_window_of_successes() -> None:
    window = Window(4.0, 8)
    for _ in range(5):
        window = window.succeeded()
    assert window.slots == 5


def test_a_burst_of_failures_halves_it_once() -> None:
    window = Window(8.0, 8)
    seen = window.shrunk
    for _ in range(8):
        window = window.overloaded(seen)
    assert window.slots == 4


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 16))
def test_a_window_stays_between_one_and_its_ceiling(outcomes: list[bool], ceiling: int) -> None:
    window = Window(float(min(4, ceiling)), ceiling)
    for fine in outcomes:
        window = window.succeeded() if fine else window.overloaded(window.shrunk)
        assert 1 <= window.slots <= ceiling


def test_no_more_requests_run_than_there_are_slots() -> None:
    limiter, lock, running, most = Limiter(ceiling=3, start=3), threading.Lock(), 0, 0
    three = threading.Barrier(3)

    def work() -> None:
        nonlocal running, most
        with limiter.slot():
            with lock:
                running += 1
                most = max(most, running)
            three.wait(60)
            with lock:
                running -= 1

    threads = [threading.Thread(target=work) for _ in range(21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_an_overload_shrinks_it_even_when_the_request_raises() -> None:
    limiter = Limiter(ceiling=8, start=8)
    try:
        with limiter.slot() as admission:
            admission.overloaded()
            raise OSError
    except OSError:
        pass
    assert limiter.slots == 4
