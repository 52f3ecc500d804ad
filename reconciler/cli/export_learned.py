"""`reconciler export --learned`: what agents learned, as a proposed change to the manifests.

In: the manifests and a server. Out: a Users document with overrides, or a patch; in a file or on stdout.
Nothing here can write to a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.files import write_private
from reconciler.cli.shared.open_survey import Compared, compared
from reconciler.cli.shared.options import Target
from reconciler.cli.shared.output import emit
from reconciler.cli.shared.screen import Screen
from reconciler.disk import MAX_UPLOAD_BYTES, read_regular
from reconciler.errors import ReconcilerError
from reconciler.rules import Allowance
from reconciler.values import Effect, Scope

if TYPE_CHECKING:
    from reconciler.errors import Diagnostic
    from reconciler.plan.model import Finding, Plan


@dataclass(frozen=True, slots=True)
class Wish:
    """What to make of runtime edits, and where to put it."""

    scope: Scope
    form: str
    share: int
    out: Path | None
    force: bool
    allowed: Allowance


def export_learned(wish: Wish, manifests: tuple[Path, ...], target: Target, screen: Screen) -> None:
    """Plan, and turn what was learned into overrides or a patch."""
    if wish.out is not None and wish.out.exists() and not wish.force:
        raise ReconcilerError(
            f"there is already {wish.out}", why="existing files are not written over", hint="--force"
        )
    text, warnings = _text(wish, compared(manifests, target, wish.scope, screen.warn, wish.allowed))
    screen.report(warnings)
    if wish.out is not None and text:
        write_private(wish.out, text)
    screen.document(lambda: _document(text, wish))
    if not text:
        screen.note("nothing was learned that could be written")
    elif wish.out is not None:
        screen.note(_next(wish))
    elif not screen.as_json:
        emit(text)


def _document(text: str, wish: Wish) -> str:
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    written = [str(wish.out)] if wish.out is not None and text else []
    return to_text({"format_version": FORMAT_VERSION, "text": text, "written": written})


def _text(wish: Wish, world: Compared) -> tuple[str, list[Diagnostic]]:
    from reconciler.export import learned_overrides, learned_patch, yaml_text

    planned, desired = world.planned, world.planned.proposal.desired
    findings = [each for each in _learned(planned.plan) if each.address in desired.resources]
    if wish.form == "template":
        patch = learned_patch(findings, desired, lambda path: _read(world.root / path), wish.share)
        return patch.text(), patch.warnings
    strangers = {each.id: each for each in planned.live.unmanaged if each.kind == "block"}
    made = learned_overrides(findings, desired, strangers)
    return (yaml_text(made.documents()) if made.overrides else ""), made.warnings


def _learned(plan: Plan) -> list[Finding]:
    """Also what agents learned under a seed or a text that the manifests changed since: it stays."""
    stays = (Effect.KEEP, Effect.MERGE)
    return [*plan.learned, *(each for each in plan.conflicts if each.field.effect in stays)]


def _read(path: Path) -> str:
    return read_regular(path, MAX_UPLOAD_BYTES).decode("utf-8")


def _next(wish: Wish) -> str:
    if wish.form == "template":
        return f"review it, then in the folder of the project: git apply {wish.out}"
    return f"review {wish.out} and put it beside the manifests"
