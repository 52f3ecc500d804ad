"""Clears up after a run that died: writes that were noted but never ended are settled by looking.

In: open intents of the journal and a way to look an address up. Out: every intent ended, and a moment's wait
where the server may still be finishing a create of the dead run. It must not write to the server: what was
made is found by the next plan through its marker, what was not is planned again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from reconciler.cache import Ending, Intent, Journal
from reconciler.errors import Conflict
from reconciler.remote.certain import Doubt, Looks, wait_for


def settle(journal: Journal, reader: Looks, doubt: Doubt, now: Callable[[], datetime]) -> tuple[Intent, ...]:
    """End all open intents; returns them."""
    intents = tuple(journal.open_intents())
    for intent in intents:
        journal.settle(intent, _ending(intent, reader, doubt, now))
    if intents:
        journal.trim()
    return intents


def _ending(intent: Intent, reader: Looks, doubt: Doubt, now: Callable[[], datetime]) -> Ending:
    if intent.operation != "create" or intent.address.kind == "tool":
        return Ending.REPEATABLE
    left = doubt.patience - (now() - intent.at).total_seconds()
    patience = min(doubt.patience, max(0.0, left))
    try:
        found = wait_for(reader, intent.address, replace(doubt, patience=patience))
    except Conflict:
        return Ending.FOUND  # twice: the plan says so
    return Ending.ABSENT if found is None else Ending.FOUND
