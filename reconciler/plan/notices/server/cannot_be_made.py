"""R246 `cannot-be-made`: what the server would refuse to make in the middle of an apply.

In: declared resources that are not there. Out: one error for each reason. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.compare.policy import ownership_of
from reconciler.errors import Diagnostic
from reconciler.kinds import KINDS
from reconciler.kinds.creation import NEEDED
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import CANNOT_BE_MADE
from reconciler.values import DesiredResource, Ownership


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    for each in compared.comparisons.values():
        if each.desired is not None and each.live is None:
            yield from _only_observed(each.desired)


def _only_observed(desired: DesiredResource) -> Iterator[Diagnostic]:
    kind = KINDS[desired.address.kind]
    for name in sorted(NEEDED.get(kind.name, frozenset()) & desired.leaves.keys()):
        if ownership_of(kind.by_name[name], desired.policy, name) is Ownership.OBSERVED:
            yield NOTICE.finds(
                where=desired.origins.get(name, desired.origin),
                address=desired.address,
                what=f"{name!r} is only observed",
                because=f"what is observed is never sent, and the server makes no {kind.name} without it",
                cure=f"write it once and leave it alone then: ownership: {{{name}: seeded}}",
            )


NOTICE = Notice(
    CANNOT_BE_MADE,
    message="it cannot be made: {what}",
    why="{because}",
    fix="{cure}",
    judge=judge,
)
