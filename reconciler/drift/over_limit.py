"""R244 `over-limit`: a block holds more than its limit: the server does not enforce it, and every step costs
the tokens.

In: what a report is drawn from. Out: one warning for each such block of ours. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.drift.reported import Reported
from reconciler.errors import Diagnostic
from reconciler.rules import Check
from reconciler.rules.notices import OVER_LIMIT
from reconciler.values import Address


def judge(reported: Reported) -> Iterator[Diagnostic]:
    """In address order, under the address every live resource goes by in the manifests."""
    addresses = {server_id: text for text, server_id in reported.plan.ids.items()}
    for resource in sorted(reported.live.resources.values(), key=lambda each: addresses.get(each.id, "")):
        value, limit = resource.leaves.get("value"), resource.leaves.get("limit")
        if resource.kind != "block" or not isinstance(value, str) or not isinstance(limit, int):
            continue
        address = addresses.get(resource.id, "")
        if len(value) > limit and address and reported.scope.covers(Address.parse(address)):
            yield NOTICE.finds(address=address, length=len(value), limit=limit)


NOTICE: Check[Reported] = Check(
    OVER_LIMIT,
    message="value is {length:,} characters, limit {limit:,}",
    why="the server does not enforce limits; every step of the agent pays for all of it",
    fix="raise the limit, or ask the agent to shorten what it keeps",
    judge=judge,
)
