"""Threads for reads side by side, which nobody waits for once a person pressed Ctrl-C.

In: how many. Out: a pool for the time of a block. It must not know what is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def side_by_side(number: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """The pool; after an error what has not begun is dropped, after a Ctrl-C what has is left alone, too."""
    pool = ThreadPoolExecutor(number, thread_name_prefix=name)
    try:
        yield pool
    except Exception:
        pool.shutdown(cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
