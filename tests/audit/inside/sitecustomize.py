"""Loaded by every Python process that a test starts: hooks the reconciler's commands when they are imported.

What a process announced has to be known even when it is killed in the middle, so the process itself notes it.
Nothing is imported that the process would not import by itself.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any


def _hooks() -> Any:
    spec = importlib.util.spec_from_file_location("audit_hooks", Path(__file__).parents[1] / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Hooked(Loader):
    """Runs a module as its own loader does, then hooks it."""

    def __init__(self, own: Loader, hooks: Any) -> None:
        self._own, self._hooks = own, hooks

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._own.exec_module(module)
        self._hooks.hook(module)


class _Finder(MetaPathFinder):
    def __init__(self, hooks: Any) -> None:
        self._hooks = hooks

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._hooks.PLACES or name.startswith("tests."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Hooked(spec.loader, self._hooks)
        return spec


if os.environ.get("RECONCILER_TESTS_LEDGER"):
    sys.meta_path.insert(0, _Finder(_hooks()))
