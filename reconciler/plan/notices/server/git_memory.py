"""R232 `git-memory`: an agent of ours keeps its memory in git, and two tools would fight over it.

In: the world as it was read. Out: one error for each such agent of the run. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import GIT_MEMORY

_TAG = "tags[git-memory-enabled]"


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order."""
    for address, resource in sorted(compared.read.resources.items(), key=lambda item: item[0].order):
        if _TAG in resource.leaves and compared.scope.covers(address):
            yield NOTICE.finds(address=address)


NOTICE = Notice(
    GIT_MEMORY,
    message="the agent keeps its memory in git (tag git-memory-enabled)",
    why="the server then renames its blocks, and two tools would fight over them",
    fix="take the tag off, or let it go: reconciler state forget {address}",
    judge=judge,
)
