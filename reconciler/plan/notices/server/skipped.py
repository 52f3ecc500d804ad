"""R234 `skipped`: declared resources of a kind that this server does not have are left out, as was asked.

In: what is declared and what the server lacks. Out: one warning for each kind. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.server.unsupported import lacking
from reconciler.rules.notices import SKIPPED


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of kinds."""
    if compared.options.skip_unsupported:
        for kind, number, shown in lacking(compared):
            yield NOTICE.finds(kind=kind, number=number, shown=shown)


NOTICE = Notice(
    SKIPPED, message="{number} skipped: this server has no {kind}s", why="{shown}", fix="", judge=judge
)
