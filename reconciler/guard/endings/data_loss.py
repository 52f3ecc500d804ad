"""R103 `data-loss`: messages and archival passages are lost with their agent; nothing carries them over.

In: a plan that knows what its agents hold. Out: one objection for each agent that ends. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.rules import DATA_LOSS


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Each agent, with what it holds."""
    for change in judged.plan.changes:
        if change.loses_data:
            held = {"messages": change.messages, "archival passages": change.passages}
            named = " and ".join(f"{number} {what}" for what, number in held.items() if number)
            yield GUARD.finds(address=change.address, held=named)


GUARD = Guard(DATA_LOSS, message="{address} has {held} that would be lost", fix="", judge=judge)
