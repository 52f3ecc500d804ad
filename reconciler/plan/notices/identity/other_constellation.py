"""R213 `other-constellation`: a user gets another template than before, and its memory fits no agent of it.

In: comparisons. Out: one warning for each such user. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.vanishing import whole_sets
from reconciler.rules.notices import OTHER_CONSTELLATION


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """Each user of a constellation that others go on with."""
    if compared.options.destroy:
        return
    sets = whole_sets(compared)
    for old in sorted(sets.vanishing):
        found = sorted(owner for owner in sets.appearing if owner.user == old.user)
        if old.constellation in sets.going_on and found:
            yield NOTICE.finds(
                old=old,
                user=old.user,
                before=old.constellation,
                now=", ".join(repr(owner.constellation) for owner in found),
            )


NOTICE = Notice(
    OTHER_CONSTELLATION,
    message="user {user!r} no longer gets constellation {before!r}, and is new in {now}",
    why="sets move to no other constellation: the new one starts with nothing, and the memory of the old "
    "stays behind",
    fix="keep what was learned before it ends: reconciler export {old} -o FOLDER",
    judge=judge,
)
