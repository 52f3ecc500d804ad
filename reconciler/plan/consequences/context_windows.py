"""The context window of an agent whose model changes, where the manifest does not say how large it is.

In: one comparison, and the windows models have by default. Out: the comparison with the window that follows.
Pure. The server would keep the old one whatever the new model takes (letta 0.16.8, measured).

    live is what the old model has by default  ->  what the new one has
    live is more than the new one takes        ->  capped, and said
    live is less, or nothing is known          ->  stays
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.compare import Comparison, FieldChange
from reconciler.values import UNSET, Desired, Effect, Live, Ownership, Verdict

_WINDOW = "context_window_limit"
NEW = "the window of the new model, as the old one had its own"
CAPPED = "capped: the new model takes no more"


def needs_windows(desired: Desired, live: Live) -> bool:
    """Whether a model changes under an agent whose window nobody declares."""
    for address, there in live.resources.items():
        wanted = desired.resources.get(desired.renames.after(address)) if address.kind == "agent" else None
        if wanted is None or _WINDOW in wanted.leaves:
            continue
        model = there.leaves.get("model")
        if wanted.leaves.get("model", model) != model:
            return True
    return False


def with_window(comparison: Comparison, windows: Mapping[str, int]) -> Comparison:
    """The comparison, with the window its new model brings."""
    desired, live = comparison.desired, comparison.live
    model = next((each for each in comparison.fields if each.path == "model"), None)
    if desired is None or live is None or model is None or model.effect is not Effect.WRITE:
        return comparison
    window, new = live.leaves.get(_WINDOW), windows.get(str(model.desired))
    if _WINDOW in desired.leaves or not isinstance(window, int) or new is None:
        return comparison
    follows = window == windows.get(str(model.live))
    if window == new or not (follows or window > new):
        return comparison
    base = live.marker.base.get(_WINDOW, UNSET) if live.marker else UNSET
    note = NEW if follows else CAPPED
    # What nobody declares leaves no trace in what was last applied; what was declared before, none any more.
    change = FieldChange(
        _WINDOW, Verdict.UNCHANGED, Ownership.ENFORCED, Effect.WRITE, base, window, new, note=note
    )
    if base is not UNSET:
        change = replace(change, verdict=Verdict.INTENDED, desired=UNSET, merged=new)
    others = (each for each in comparison.fields if each.path != _WINDOW)
    return replace(comparison, fields=tuple(sorted((*others, change), key=lambda each: each.path)))
