"""Who decides about a saved plan: the project that is configured here, never the plan's own file.

In: a plan, the options and the project folder. Out: the server it goes to and the limits it is held to. A
plan is never sent to a server that nobody configured, as the API key goes with it.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.options import Target
from reconciler.cli.shared.place import Place, place_of
from reconciler.errors import ReconcilerError, StalePlan
from reconciler.values import canonical_url

if TYPE_CHECKING:
    from reconciler.manifest import ProjectSettings
    from reconciler.plan import Limits, Plan


@dataclass(frozen=True, slots=True)
class Judge:
    """Where a saved plan may go, how much it may do, and the folder of the files it uploads."""

    place: Place
    limits: Limits
    root: Path


def judge_of(plan: Plan, target: Target, root: Path) -> Judge:
    """The configured project; StalePlan when the plan was made for another one, or for another server."""
    from reconciler.manifest import Safety, projects_below
    from reconciler.project.planned import limits_of

    settings = _project_of(plan, target, projects_below(root, os.environ), root)
    safety = settings.safety if settings else Safety()
    url = target.url or (settings.server_url if settings else None)
    place = place_of(replace(target, url=url, project=plan.project), None)
    _check_server(plan, place)
    return Judge(place, limits_of(safety), settings.root if settings else root)


def _project_of(
    plan: Plan, target: Target, found: tuple[ProjectSettings, ...], root: Path
) -> ProjectSettings | None:
    """The Project document of this plan; None in a folder without any, which has the usual limits."""
    if target.project not in (None, plan.project):
        raise StalePlan(
            f"this plan was made for project {plan.project!r}, not for {target.project!r}",
            hint="leave out --project and RECONCILER_PROJECT, or plan again",
        )
    mine = [each for each in found if each.name == plan.project]
    if not mine and target.project is not None:
        mine = list(found)  # --project stands for the name in the manifests
    if found and not mine:
        names = ", ".join(sorted({repr(each.name) for each in found}))
        raise StalePlan(
            f"this plan was made for project {plan.project!r}; in {root} there is {names}",
            hint="name the folder of its project: --root DIR",
        )
    if len(mine) > 1:
        folders = ", ".join(sorted(str(each.root) for each in mine))
        raise ReconcilerError(
            f"{len(mine)} projects are called {plan.project!r}: {folders}",
            hint=f"say which of them: --root {shlex.quote(str(mine[0].root))}",
        )
    return mine[0] if mine else None


def _check_server(plan: Plan, place: Place) -> None:
    if plan.server and canonical_url(plan.server) != canonical_url(place.url):
        raise StalePlan(
            f"this plan was made for {plan.server}; the server configured here is {canonical_url(place.url)}",
            why="a plan goes to no server that is not configured",
            hint=f"if that is the right one: --url {shlex.quote(plan.server)}; else plan again",
        )
