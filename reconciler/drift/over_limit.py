"""Blocks that hold more than their limit: the server does not enforce it, and every step costs the tokens.

In: Live. Out: one warning for each such block of ours. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Diagnostic, Severity
from reconciler.values import Address, Live, Scope


def overlong(live: Live, ids: Mapping[str, str], scope: Scope) -> Iterator[Diagnostic]:
    """In address order; `ids` has the address every live resource goes by in the manifests."""
    addresses = {server_id: text for text, server_id in ids.items()}
    for resource in sorted(live.resources.values(), key=lambda each: addresses.get(each.id, "")):
        value, limit = resource.leaves.get("value"), resource.leaves.get("limit")
        if resource.kind != "block" or not isinstance(value, str) or not isinstance(limit, int):
            continue
        address = addresses.get(resource.id, "")
        if len(value) > limit and address and scope.covers(Address.parse(address)):
            yield Diagnostic(
                f"value is {len(value):,} characters, limit {limit:,}",
                address=address,
                why="the server does not enforce limits; every step of the agent pays for all of it",
                hint="raise the limit, or ask the agent to shorten what it keeps",
                severity=Severity.WARNING,
            )
