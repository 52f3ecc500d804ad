"""A short part of the fuzz run, and every input that failed once: nothing of that may ever fail.

`python -m tests.fuzz --minutes 60` is the long one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fuzz import kinds
from tests.fuzz.damage import damaged, edited, edits
from tests.fuzz.inputs import Input, kept, read, written
from tests.fuzz.sampling import play, sample, so_many
from tests.fuzz.smaller import kind_of_failure, smaller
from tests.fuzz.stage import Stage
from tests.simulated import SimulatedLetta

SEED = 1
SO_MANY = {"manifests": 40, "csv": 100, "jsonl": 80, "plans": 40, "answers": 20}
"""Inputs of each kind: some three seconds of processor time each."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fuzz"


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_few_inputs_of_every_kind(kind: str, folder: Path) -> None:
    tally = sample(SEED, folder, so_many(SO_MANY[kind]), (kind,))
    assert not [(each.input, each.problems) for each in tally.failures.values()]
    assert dict(tally.tried) == {kind: SO_MANY[kind]}


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.stem)
def test_what_failed_once_is_fine(path: Path, folder: Path) -> None:
    assert play(read(path.read_text(encoding="utf-8")), folder) == []


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, SimulatedLetta())
    made.root.mkdir()
    return made


def broken(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def test_an_error_nobody_foresaw_is_a_failure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.cli.shared.project.find_problems", broken(ZeroDivisionError("seven")))
    for words in (("validate",), ("validate", "--json")):
        assert any("ZeroDivisionError" in each or "Unexpected" in each for each in stage.run(*words).problems)


def test_what_does_not_end_is_a_failure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(_: Any) -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.stage.SECONDS", 0.2)
    monkeypatch.setattr("reconciler.cli.shared.project.find_problems", forever)
    assert stage.run("validate").problems == ("no end after 0.2 s of processor time",)


def test_a_lock_that_stays_is_a_failure(stage: Stage) -> None:
    assert stage.locks() == []
    stage.letta.world.folders.add({"name": "letta-reconciler lock demo"})
    assert stage.locks() == ["the lock 'letta-reconciler lock demo' stays on the server"]


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_one_seed_gives_one_input(kind: str) -> None:
    made = [kinds.KINDS[kind].make(Random("7")) for _ in "ab"]
    assert made[0] == made[1] == read(written(made[0]))


def test_bytes_that_are_no_text_are_kept() -> None:
    made = Input("csv", "csv", b"\xff\x00id")
    assert read(written(made)) == made
    assert made.name != Input("csv", "csv", b"id").name


def test_damage_is_done() -> None:
    good = b"one: 1\ntwo: 2\n" * 9
    document = {"a": [1, {"b": "c"}], "d": None}
    assert sum(damaged(Random(n), good, [good]) != good for n in range(99)) > 90
    changed = 0
    for number in range(99):
        after: Any = document
        for edit in edits(Random(number), document, [[7]]):
            after = edited(after, edit)
        changed += json.dumps(after) != json.dumps(document)
    assert changed > 80
    assert document == {"a": [1, {"b": "c"}], "d": None}


def test_a_failure_is_made_small() -> None:
    def fails(made: Input) -> list[str]:
        return ["raised KeyError: 'x' in 12"] if b"x" in made.data and b"y" in made.data else []

    less = smaller(Input("csv", "csv", b"abc" * 20 + b"x" + b"def" * 20 + b"y"), fails)
    assert less.data == b"xy"
    assert kind_of_failure(["a 'x' 1"]) == kind_of_failure(["a 'y' 22"]) != kind_of_failure(["b"])
