"""Values the server would refuse or cut: time zones nobody knows, numbers that have no place there."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.manifest.zones import is_zone, known_zones

from .trees import said, tree

ZONE = "agents: {coach: {model: m, timezone: Europe/Belin}}"


@pytest.fixture
def no_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that has no time zones."""
    monkeypatch.setattr(zoneinfo, "available_timezones", lambda: set[str]())
    known_zones.cache_clear()
    yield
    known_zones.cache_clear()


@pytest.fixture
def small_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the older names, and with one that is newer than this release."""
    monkeypatch.setattr(zoneinfo, "available_timezones", lambda: {"Europe/Berlin", "Moon/Copernicus"})
    known_zones.cache_clear()
    yield
    known_zones.cache_clear()


def test_a_machine_without_zones_refuses_none(tmp_path: Path, no_table: None) -> None:
    assert not said(tree(tmp_path, ZONE))


@pytest.mark.parametrize("name", ["US/Pacific", "Asia/Calcutta", "Moon/Copernicus", "GMT+0"])
def test_older_and_newer_names_are_known(name: str, small_table: None) -> None:
    assert is_zone(name)


@pytest.mark.parametrize("name", ["localtime", "Factory", "posix/UTC", "../UTC", "", "Europe/Berlin\n"])
def test_what_is_no_name_is_not_known(name: str) -> None:
    assert not is_zone(name)
