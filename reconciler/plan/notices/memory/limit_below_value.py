"""R241 `limit-below-value`: a limit becomes smaller than the value that was learned.

In: comparisons. Out: one warning for each block. Pure. What was learned stays, and the agent can only shorten
it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import LIMIT_BELOW_VALUE
from reconciler.values import Effect


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons, of each user."""
    for address, each in compared.comparisons.items():
        written = {field.path for field in each.fields if field.effect is Effect.WRITE}
        if each.desired is None or each.live is None or "limit" not in written or "value" in written:
            continue
        value, limit = each.live.leaves.get("value"), each.desired.leaves.get("limit")
        if isinstance(value, str) and isinstance(limit, int) and len(value) > limit:
            yield NOTICE.finds(
                where=each.desired.origins.get("limit", each.desired.origin),
                address=address,
                limit=limit,
                length=len(value),
            )


NOTICE = Notice(
    LIMIT_BELOW_VALUE,
    message="the limit becomes {limit:,} characters, and the value that was learned has {length:,}",
    why="the value stays as it is; the server checks no limit, and the agent pays for all of it",
    fix="raise the limit, shorten the value, or write the seed: --reseed {address}",
    judge=judge,
)
