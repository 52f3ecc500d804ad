"""Processes of a test that are commands: each begins when it is started and ends when somebody knows it did.

In: whom to tell. Out: a class to put in the place of `subprocess.Popen`. Programs that are none of ours,
such as git and the tools of the database, are left alone.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Told = Callable[[], None]


def is_command(arguments: Any) -> bool:
    """Whether a process may be one of ours: Python, or a line for the shell."""
    if isinstance(arguments, str):
        return True
    first = str(next(iter(arguments), ""))
    return first == sys.executable or Path(first).name in ("python", "reconciler")


def popen(opened: Told, closed: Told) -> type[subprocess.Popen[Any]]:
    """`subprocess.Popen` that tells of commands."""

    class Popen(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, args: Any, *more: Any, **options: Any) -> None:
            self._is_told = is_command(args)
            if self._is_told:
                opened()
            try:
                super().__init__(args, *more, **options)
            except BaseException:
                self._ended(True)
                raise

        def poll(self) -> int | None:
            return self._ended(super().poll())

        def wait(self, timeout: float | None = None) -> int:
            code = super().wait(timeout)
            self._ended(code)
            return code

        def communicate(self, *arguments: Any, **options: Any) -> Any:
            answer = super().communicate(*arguments, **options)
            self._ended(self.returncode)
            return answer

        def _ended(self, code: Any) -> Any:
            if code is not None and self._is_told:
                self._is_told = False
                closed()
            return code

    return Popen
