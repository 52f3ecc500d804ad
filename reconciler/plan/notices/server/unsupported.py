"""R233 `unsupported`: the manifests declare resources of a kind that this server does not have.

In: what is declared and what the server lacks. Out: one error for each kind. Pure. Where the person chose to
go on without them, `skipped` says so instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import UNSUPPORTED

_SHOWN = 5


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of kinds."""
    if not compared.options.skip_unsupported:
        for kind, number, shown in lacking(compared):
            yield NOTICE.finds(kind=kind, number=number, shown=shown)


def lacking(compared: Compared) -> Iterator[tuple[str, str, str]]:
    """Each kind the server lacks of which something is declared, how much that is, and some addresses."""
    for kind in sorted(compared.read.lacks):
        addresses = [
            str(address)
            for address in sorted(compared.declared.resources)
            if address.kind == kind and compared.scope.covers(address)
        ]
        if addresses:
            shown = ", ".join(addresses[:_SHOWN]) + (", …" if len(addresses) > _SHOWN else "")
            yield kind, f"{len(addresses)} {kind}{'' if len(addresses) == 1 else 's'}", shown


NOTICE = Notice(
    UNSUPPORTED,
    message="this server has no {kind}s, and {number} are declared",
    why="{shown}",
    fix="take them out, or go on without them: --skip-unsupported",
    judge=judge,
)
