"""R226 `unknown-tool`: an agent names a tool that the server does not have and nothing declares.

In: declared agents and tools of the server. Out: one error for each name. Pure. Where no tools were read,
nothing is claimed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import UNKNOWN_TOOL
from reconciler.values import DesiredResource, field_of, item_of


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    known = {name for kind, name in compared.unmanaged if kind == "tool"}
    for address, each in compared.comparisons.items() if known else ():
        if address.kind == "agent" and each.desired is not None:
            yield from _of(each.desired, known)


def _of(desired: DesiredResource, known: set[str]) -> Iterator[Diagnostic]:
    for path, leaf in desired.leaves.items():
        if field_of(path) == "tools" and leaf == item_of(path) and leaf not in known:
            near = difflib.get_close_matches(str(leaf), known, n=1)
            yield NOTICE.finds(
                where=desired.origins.get("tools", desired.origin),
                address=desired.address,
                tool=leaf,
                near_or_declare=f"did you mean {near[0]!r}?"
                if near
                else "declare it under kind: Shared, tools",
            )


NOTICE = Notice(UNKNOWN_TOOL, message="the server has no tool {tool!r}", fix="{near_or_declare}", judge=judge)
