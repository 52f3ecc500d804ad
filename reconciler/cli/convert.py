"""Writes manifests from the fleet file of another tool.

In: a fleet file and a folder. Out: manifests, and what could not be carried over. Nothing is sent.
"""

from __future__ import annotations

from pathlib import Path

from reconciler.cli.screen import Screen
from reconciler.errors import ReconcilerError


def convert(fleet: Path, out: Path | None, force: bool, screen: Screen) -> None:
    """Read a lettactl fleet file and write manifests."""
    del out, force, screen
    raise ReconcilerError(f"{fleet} cannot be read yet")
