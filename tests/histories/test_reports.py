"""Public bug reports of people who run agents or other reconcilers, played as histories: they go well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.histories.history import read
from tests.histories.play import play
from tests.histories.servers import Real

REPORTS = sorted((Path(__file__).parent / "reports").glob("*.yaml"))
CALM = [each for each in REPORTS if not any("fault" in step.get("apply", {}) for step in read(each).steps)]
"""Those without a fault: faults are injected into the simulated server."""


@pytest.mark.parametrize("report", [pytest.param(each, id=each.stem) for each in REPORTS])
def test_a_report_goes_well(report: Path) -> None:
    played = play(read(report))
    assert played.is_well, "\n".join((*played.wrong, *played.log))


@pytest.mark.parametrize("report", [pytest.param(each, id=each.stem) for each in CALM])
def test_a_report_goes_well_on_the_real_server(report: Path, real: Real) -> None:
    played = play(read(report), real)
    assert played.is_well, "\n".join((*played.wrong, *played.log))
