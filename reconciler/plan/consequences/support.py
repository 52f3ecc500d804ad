"""What the manifests need and this server does not have.

In: desired and live. Out: diagnostics, and desired without what cannot be had. Pure. Kinds a server lacks are
an error unless the person chose to skip them; an old server is only warned of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.values import Desired, Live, Scope

OLDEST = (0, 16)
"""The oldest server this is tested with."""
_GIT_MEMORY = "tags[git-memory-enabled]"
_SHOWN = 5


def within_reach(desired: Desired, live: Live) -> Desired:
    """Desired without resources of kinds the server lacks."""
    if not live.lacks:
        return desired
    kept = {a: resource for a, resource in desired.resources.items() if a.kind not in live.lacks}
    return replace(desired, resources=kept)


def findings(desired: Desired, live: Live, scope: Scope, skip: bool) -> Iterator[Diagnostic]:
    """Everything about this server a person must know."""
    yield from _old_server(live)
    yield from _git_memory(live, scope)
    for kind in sorted(live.lacks):
        addresses = [str(a) for a in sorted(desired.resources) if a.kind == kind and scope.covers(a)]
        if not addresses:
            continue
        shown = ", ".join(addresses[:_SHOWN]) + (", …" if len(addresses) > _SHOWN else "")
        number = f"{len(addresses)} {kind}{'' if len(addresses) == 1 else 's'}"
        yield Diagnostic(
            f"{number} skipped: this server has no {kind}s"
            if skip
            else f"this server has no {kind}s, and {number} are declared",
            why=shown,
            hint="" if skip else "take them out, or go on without them: --skip-unsupported",
            severity=Severity.WARNING if skip else Severity.ERROR,
        )


def _old_server(live: Live) -> Iterator[Diagnostic]:
    found = re.match(r"(\d+)\.(\d+)", live.version)
    if found and (int(found[1]), int(found[2])) < OLDEST:
        yield Diagnostic(
            f"the server is Letta {live.version}; {OLDEST[0]}.{OLDEST[1]} is the oldest this is tested with",
            why="older ones treat tags, limits and groups differently",
            severity=Severity.WARNING,
        )


def _git_memory(live: Live, scope: Scope) -> Iterator[Diagnostic]:
    for address, resource in sorted(live.resources.items(), key=lambda item: item[0].order):
        if _GIT_MEMORY in resource.leaves and scope.covers(address):
            yield Diagnostic(
                "the agent keeps its memory in git (tag git-memory-enabled)",
                address=str(address),
                why="the server then renames its blocks, and two tools would fight over them",
                hint="take the tag off, or let it go: reconciler state forget " + str(address),
            )
