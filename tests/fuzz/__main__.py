"""`python -m tests.fuzz --minutes 60 --seed 7`: what was tried, what failed, and the inputs that did.

Inputs that fail are written to a folder; one that stays of use goes to tests/cases/fuzz, where tests find it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.inputs import read, written
from tests.fuzz.sampling import Tally, play, sample, so_long


def main() -> int:
    """1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the time, unless it is said")
    parser.add_argument("--into", type=Path, default=Path("fuzz-failures"), help="where failing inputs go")
    parser.add_argument("--again", type=Path, nargs="*", metavar="FILE", help="only try these inputs again")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if said.again:
            return _again(said.again, Path(folder))
        tally = sample(said.seed, Path(folder), _telling(so_long(said.minutes), said.into))
    for name, number in tally.tried.items():
        print(f"{name:10} {number:8,} tried")
    _write(tally, said.into)
    print(f"seed {said.seed}: {sum(tally.tried.values()):,} inputs, {len(tally.failures)} sorts of failure")
    return 1 if tally.failures else 0


def _telling(is_over, into):  # type: ignore[no-untyped-def]
    """The same, and each new failure is told at once."""
    told = 0

    def over(tally: Tally) -> bool:
        nonlocal told
        if len(tally.failures) > told:
            told = len(tally.failures)
            _write(tally, into)
        return bool(is_over(tally))

    return over


def _write(tally: Tally, into: Path) -> None:
    for failure in tally.failures.values():
        path = into / f"{failure.input.name}.json"
        if not path.exists():
            into.mkdir(parents=True, exist_ok=True)
            path.write_text(written(failure.input), encoding="utf-8")
            print(f"{path}: {'; '.join(failure.problems)[:400]}", flush=True)


def _again(files: list[Path], folder: Path) -> int:
    status = 0
    for path in files:
        problems = play(read(path.read_text(encoding="utf-8")), folder)
        print(f"{path}: {'; '.join(problems) or 'fine'}")
        status |= bool(problems)
    return status


if __name__ == "__main__":
    sys.exit(main())
