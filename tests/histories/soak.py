"""Plays many seeds, and keeps what came of them by commit, so that a run goes on where the last one stopped.

In: seeds, and for how long. Out: one line of JSON for each seed in a file of this commit, and a case file for
each history that failed, made smaller.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.histories.draw import draw
from tests.histories.history import History
from tests.histories.play import Played, play
from tests.histories.shrink import shrink

_ROOT = Path(__file__).parents[2]
_ADDRESS = re.compile(r"(?:team|shared)/\S+|[a-z]+-[0-9a-f-]{36}|/\S*history-\S+|'[^']*'|\d+")
_START = 70


def commit() -> str:
    """What is checked out, with a plus where files differ from it."""
    asked = ["git", "describe", "--always", "--abbrev=10", "--exclude", "*", "--dirty=+"]
    return subprocess.run(asked, cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()


def soak(seeds: range, results: Path, *, minutes: float, jobs: int) -> int:
    """Play what has no result yet; how many of the seeds failed, those of before included."""
    results.mkdir(parents=True, exist_ok=True)
    file = results / f"{commit()}.jsonl"
    done = {each["seed"]: each for each in _lines(file)}
    left = [seed for seed in seeds if seed not in done]
    deadline = time.monotonic() + 60 * minutes
    with file.open("a", encoding="utf-8") as lines, ProcessPoolExecutor(jobs) as pool:
        for result in _until(deadline, left, pool, jobs):
            done[result["seed"]] = result
            lines.write(json.dumps(result) + "\n")
            lines.flush()
            if result["wrong"]:
                print(f"seed {result['seed']}: {result['wrong'][0][:300]}", flush=True)
                _keep(int(str(result["seed"])), file.with_suffix(""))
    failed = [seed for seed in seeds if seed in done and done[seed]["wrong"]]
    played = sum(seed in done for seed in seeds)
    print(f"{played} of {len(seeds)} histories at {commit()}, {len(failed)} failed: {file}")
    return len(failed)


def result_of(seed: int) -> dict[str, object]:
    """What came of one seed."""
    began = time.process_time()
    played = play(draw(seed))
    seconds = round(time.process_time() - began, 3)
    return {"seed": seed, "wrong": list(played.wrong), "commands": played.commands, "seconds": seconds}


def smaller(history: History, played: Played) -> History:
    """The smallest history that fails in the same way."""
    kind = kind_of(played)
    found = shrink(history, lambda each: _is_like(each, kind))
    return replace(found, about=f"{history.about}: {played.wrong[0].splitlines()[0][:200]}")


def kind_of(played: Played) -> str:
    """How it failed, without names and numbers."""
    return _ADDRESS.sub("", played.wrong[0])[:_START] if played.wrong else ""


def _is_like(history: History, kind: str) -> bool:
    """A history that is none any more fails in no way."""
    try:
        return kind_of(play(history)) == kind
    except (KeyError, ValueError, AssertionError):
        return False


def _keep(seed: int, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    history = draw(seed)
    text = smaller(history, play(history)).text()
    (folder / f"seed-{seed}.yaml").write_text(text, encoding="utf-8")


def _until(
    deadline: float, seeds: list[int], pool: ProcessPoolExecutor, jobs: int
) -> Iterator[dict[str, object]]:
    """In slices, so that time is looked at."""
    size = 8 * jobs
    for start in range(0, len(seeds), size):
        if time.monotonic() > deadline:
            return
        yield from pool.map(result_of, seeds[start : start + size])


def _lines(file: Path) -> Iterable[dict[str, object]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
