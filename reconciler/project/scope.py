"""What a run is about, and what is declared there.

In: manifests and a scope. Out: the scope narrowed to the folder where somebody stands, and desired resources.
It must not ask a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest import Manifests
from reconciler.values import Desired, Scope

Warn = Callable[[Diagnostic], None]
_NAMED = 3
"""Sets that a note names."""


def desired_of(manifests: Manifests, scope: Scope, warn: Warn) -> Desired:
    """What is declared; what a person should know of users is one line, which only -v unfolds."""
    said: list[Diagnostic] = []
    desired = manifests.desired(scope, said.append)
    if said:
        first, more = said[0], len(said) - 1
        rest = f"; and {more:,} more warning{'' if more == 1 else 's'} about users" if more else ""
        places = "; ".join(f"{each.where}: {each.summary}" if each.where else each.summary for each in said)
        why = f"{first.why}: {places}" if more else first.why
        warn(replace(first, summary=first.summary + rest, why=why, severity=Severity.NOTE))
    return desired


def narrowed(manifests: Manifests, scope: Scope, warn: Warn) -> Scope:
    """In a folder of a project, only the sets which the folder declares; `--target` and `--user` say it all.

    The whole project is loaded in any case, so nothing else is ever taken for undeclared.
    """
    if not manifests.within or scope.targets or scope.users:
        return scope
    folders = ", ".join(manifests.within)
    whole = f"the whole project: {manifests.settings.root}"
    part = manifests.part
    if not part:
        warn(Diagnostic(f"{folders} declares no sets, so this is {whole}", severity=Severity.NOTE))
        return scope
    named = ", ".join(each.pattern for each in part[:_NAMED])
    more = f" and {len(part) - _NAMED} more" if len(part) > _NAMED else ""
    summary = f"only {named}{more}, which {folders} declares; {whole}"
    warn(Diagnostic(summary, severity=Severity.NOTE))
    return replace(scope, targets=part)
