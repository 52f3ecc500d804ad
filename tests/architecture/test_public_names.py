"""What `reconciler` and its packages offer is what `__all__` says, and all of it exists."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import reconciler

PACKAGES = [
    "reconciler",
    *(f"reconciler.{m.name}" for m in pkgutil.iter_modules(reconciler.__path__) if m.ispkg),
]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_names_are_there_and_sorted_out(name: str) -> None:
    module = importlib.import_module(name)
    names = list(getattr(module, "__all__", []))
    missing = [public for public in names if not hasattr(module, public)]
    assert not missing
    assert len(names) == len(set(names))
