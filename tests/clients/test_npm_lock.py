"""What `make clients` installs is locked, by hash, and from no registry by name."""

from __future__ import annotations

import json

from tests.clients.conftest import HERE

LOCK = (HERE / "package-lock.json").read_text(encoding="utf-8")


def test_every_package_is_locked_by_hash_and_none_by_address() -> None:
    packages = json.loads(LOCK)["packages"]
    installed = {name: each for name, each in packages.items() if name and not each.get("link")}
    assert len(installed) > 10
    assert [name for name, each in installed.items() if "integrity" not in each] == []
    assert "resolved" not in LOCK
    assert "://" not in LOCK


def test_versions_are_exact() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())
