"""`reconciler export --learned`: what agents learned, as a proposed change to the manifests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import Target
from reconciler.cli.screen import Screen
from reconciler.errors import ReconcilerError
from reconciler.values import Selector

if TYPE_CHECKING:
    from reconciler.cli.export import LearnedWish


def export_learned(
    wish: LearnedWish,
    selectors: tuple[Selector, ...],
    manifests: tuple[Path, ...],
    out: Path | None,
    force: bool,
    target: Target,
    screen: Screen,
) -> None:
    """Plan, and turn what was learned into overrides or a patch."""
    del wish, selectors, manifests, out, force, target, screen
    raise ReconcilerError("not yet")
