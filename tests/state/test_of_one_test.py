"""What a test of this suite saves lies in a folder that no other test finds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.state.location import exports_beside


@pytest.mark.parametrize("round_", [1, 2])
def test_exports_of_another_test_are_not_found(round_: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    exports = exports_beside(None)
    assert exports.is_relative_to(tmp_path_factory.getbasetemp())
    assert not exports.exists()
    exports.mkdir(parents=True)
    assert Path(os.environ["XDG_STATE_HOME"]).is_dir()
