"""How the server's own Python environment is chosen and when it is made."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from reconciler.server import ServerError, ServerInstance
from reconciler.server.environment import LOCK_FILE, environment_at
from reconciler.server.pip_settings import index_variables

MIRROR = "https://mirror.example/simple"


def test_the_lock_file_pins_by_hash_and_names_no_index() -> None:
    text = LOCK_FILE.read_text(encoding="utf-8")
    assert "letta==0.16.8" in text
    assert "://" not in text
    requirements = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
    assert [line for line in requirements if not line.endswith("\\")] == []


def test_an_environment_without_its_stamp_is_not_complete(tmp_path: Path) -> None:
    environment = environment_at(tmp_path)
    (environment.root / "bin").mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    assert not environment.is_complete
    environment.stamp.write_text("")
    assert environment.is_complete


def test_a_missing_uv_is_one_line_with_the_command_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ServerError) as raised:
        ServerInstance("fresh", tmp_path).up()
    assert str(raised.value) == "uv is missing\n  try: pip install 'letta-reconciler[server]'"


def test_the_index_set_for_pip_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    pip = tmp_path / "pip.conf"
    pip.write_text(f"[global]\nindex-url = {MIRROR}\n")
    assert index_variables({"PIP_INDEX_URL": MIRROR}) == {"UV_DEFAULT_INDEX": MIRROR}
    assert index_variables({"PIP_CONFIG_FILE": str(pip)}) == {"UV_DEFAULT_INDEX": MIRROR}


def test_an_index_set_for_uv_wins_over_the_one_for_pip() -> None:
    assert index_variables({"UV_DEFAULT_INDEX": "https://own.example", "PIP_INDEX_URL": MIRROR}) == {}
