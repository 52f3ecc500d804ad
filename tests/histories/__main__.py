"""`python -m tests.histories --seeds A:B`: plays histories on the simulated server; exit 1 when one fails.

What came of each seed is written to a file of this commit, and not played again: an hour at a time reaches
any number.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tests.histories.soak import soak

_FOREVER = 60.0 * 24 * 365


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    parser.add_argument("--seeds", default="0:10000", metavar="A:B", help="from A to below B")
    parser.add_argument(
        "--minutes", type=float, default=_FOREVER, help="stop after so many; the next run goes on"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="histories played at once")
    parser.add_argument("--results", type=Path, default=Path(".histories"), metavar="DIR")
    given = parser.parse_args()
    first, _, last = given.seeds.partition(":")
    failed = soak(range(int(first), int(last)), given.results, minutes=given.minutes, jobs=given.jobs)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
