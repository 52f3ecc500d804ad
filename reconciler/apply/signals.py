"""Turns Ctrl-C, SIGTERM and SIGHUP into events, so that they never tear a write apart.

In: what to call. Out: nothing. Only signals nobody else has claimed are taken, and given back at the end; a
program that embeds this keeps its own handlers.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What ends a process from outside; there is no SIGHUP on Windows."""


@contextmanager
def interrupts(call: Callable[[], None]) -> Iterator[None]:
    """Call it for each Ctrl-C, SIGTERM or SIGHUP of the block; outside the main thread nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    unclaimed = [
        (number, before)
        for number in (signal.SIGINT, *ENDINGS)
        if (before := signal.getsignal(number)) in (signal.default_int_handler, signal.SIG_DFL)
    ]
    for number, _ in unclaimed:
        signal.signal(number, lambda *_: call())
    try:
        yield
    finally:
        for number, before in unclaimed:
            signal.signal(number, before)
