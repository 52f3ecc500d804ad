"""Pipes, devices and endless files in the place of plans and baselines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("project", "world")


def strange(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as stream:
            stream.truncate(6_000_000_000)


WHY = {
    "pipe": "it is not a regular file",
    "device": "it is not a regular file",
    "sparse": "it has 6,000,000,000 bytes, more than 500,000,000",
}


@pytest.mark.parametrize("kind", WHY)
def test_a_plan_that_is_no_file_is_an_error(run: Run, kind: str) -> None:
    strange(Path("plan.json"), kind)
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 1
    assert result.stderr == f"error: plan.json cannot be read\n  why: {WHY[kind]}\n"


@pytest.mark.parametrize("kind", WHY)
def test_a_baseline_that_is_no_file_is_an_error(run: Run, kind: str) -> None:
    run("apply", "--yes")
    strange(Path("known.json"), kind)
    result = run("drift", "--baseline", "known.json")
    assert result.exit_code == 1
    assert f"error: known.json cannot be read\n  why: {WHY[kind]}\n" in result.stderr
