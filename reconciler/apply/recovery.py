"""Clears up after a run that died: writes that were noted but never ended are settled by looking.

In: open intents of the journal and a way to look an address up. Out: every intent ended, and a moment's wait
where the server may still be finishing a create of the dead run. It must not write to the server: what was
made is found by the next plan through its marker, what was not is planned again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from reconciler.errors import Conflict
from reconciler.remote.write.safe_create import Doubt, Looks, wait_for
from reconciler.state import Ending, Intent, Journal

_SLACK = 120.0
"""Seconds an intent may have waited for its turn, or been tried again, before the run died."""


def settle(journal: Journal, reader: Looks, doubt: Doubt, now: Callable[[], datetime]) -> tuple[Intent, ...]:
    """End all open intents; returns them. All of them together are waited for no longer than the patience."""
    intents = tuple(journal.open_intents())
    deadline = doubt.clock() + _still_possible(intents, doubt, now)
    for intent in intents:
        left = max(0.0, deadline - doubt.clock())
        journal.settle(intent, _ending(intent, reader, replace(doubt, patience=left)))
    if intents:
        journal.trim()
    return intents


def _still_possible(intents: tuple[Intent, ...], doubt: Doubt, now: Callable[[], datetime]) -> float:
    """Seconds the server may still be finishing what the dead run sent."""
    if not intents:
        return 0.0
    age = (now() - max(intent.at for intent in intents)).total_seconds()
    return min(doubt.patience, max(0.0, doubt.patience + _SLACK - age))


def _ending(intent: Intent, reader: Looks, doubt: Doubt) -> Ending:
    if intent.operation != "create" or intent.address.kind == "tool":
        return Ending.REPEATABLE
    try:
        found = wait_for(reader, intent.address, doubt)
    except Conflict:
        return Ending.FOUND  # twice: the plan says so
    return Ending.ABSENT if found is None else Ending.FOUND
