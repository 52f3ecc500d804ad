"""R221 `needs-excluded`: resources are left out of the run as they need what `--exclude` leaves out.

In: what the run leaves out. Out: one warning for all of them. Pure. What `--exclude` names is made for
nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NEEDS_EXCLUDED


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """One line for all of them."""
    withheld = compared.scope.withheld
    found = {address: needed for address, needed in compared.left_out.items() if needed not in withheld}
    if found:
        first, several = min(found), len(found) > 1
        yield NOTICE.finds(
            number=len(found),
            are="resources are" if several else "resource is",
            need="they need" if several else "it needs",
            first=first,
            needed=found[first],
            more="; …" if several else "",
        )


NOTICE = Notice(
    NEEDS_EXCLUDED,
    message="{number} {are} left out: {need} what --exclude leaves out",
    why="{first} needs {needed}, which is not on the server{more}",
    fix="leave out the --exclude, or exclude {first} as well to silence this",
    judge=judge,
)
