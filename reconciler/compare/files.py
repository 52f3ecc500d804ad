"""What is different about a file of a source: it can be lost, of no use, or there twice.

In: the comparison of one file. Out: the same, with what only files know. Pure.

    lost       it was applied and is gone: no agent can take a file away, so somebody did
    of no use  the server could not process it: nobody can search it, so what is declared is sent again
    twice      an app put another one of its name beside it: that is learning, where files are not enforced
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.compare.field_change import FieldChange
from reconciler.values import UNSET, Effect, FileContent, Leaf, Ownership, Unset, Verdict, digest, same

UNUSABLE = "the server could not process it"
TWIN = "there are {count} files of this name"
KEPT_TWIN = (
    "{twin}: {ids}; take out all but one, curl -X DELETE $LETTA_BASE_URL/v1/folders/{folder}/{older}, or "
    "write the declared one in their place: --reseed"
)
_OBSERVED_OR_SEEDED = (Ownership.OBSERVED, Ownership.SEEDED)


def is_odd(leaf: Leaf | Unset) -> bool:
    """Whether a live file is more than its content."""
    return isinstance(leaf, FileContent) and bool(leaf.trouble or is_twin(leaf))


def is_twin(leaf: Leaf | Unset) -> bool:
    """Whether there are several of one name."""
    return isinstance(leaf, FileContent) and len(leaf.ids) > 1


def of_file(change: FieldChange, folder: str) -> FieldChange:
    """The comparison of a declared or run-time file; `folder` is the server id of its source."""
    if change.live is UNSET:
        return _lost(change)
    if not isinstance(change.live, FileContent):
        return change
    if is_twin(change.live):
        change = _twin(change, change.live, folder)
    return _unusable(change, change.live) if isinstance(change.live, FileContent) else change


def _lost(change: FieldChange) -> FieldChange:
    is_gone = change.base is not UNSET and change.desired is not UNSET
    if is_gone and change.ownership is Ownership.SEEDED:
        return replace(change, verdict=Verdict.DRIFT, effect=Effect.WRITE)
    return change


def _unusable(change: FieldChange, live: FileContent) -> FieldChange:
    if not live.trouble:
        return change
    note = change.note or f"{UNUSABLE}: {live.trouble}"
    is_ours = same(live, change.desired) or change.base == digest(live)
    if change.ownership is Ownership.OBSERVED:
        return replace(change, verdict=Verdict.LEARNED, effect=Effect.KEEP, note=note)
    if change.desired is UNSET or not is_ours or (is_twin(live) and change.effect is Effect.KEEP):
        return replace(change, note=note)
    verdict = Verdict.DRIFT if same(live, change.desired) else change.verdict
    return replace(change, verdict=verdict, effect=Effect.WRITE, note=note)


def _twin(change: FieldChange, live: FileContent, folder: str) -> FieldChange:
    twin = TWIN.format(count=len(live.ids))
    if change.desired is UNSET:
        return change
    if change.ownership in _OBSERVED_OR_SEEDED:
        moved = change.verdict in (Verdict.INTENDED, Verdict.CONFLICT)
        note = KEPT_TWIN.format(twin=twin, ids=", ".join(live.ids), folder=folder, older=live.ids[0])
        verdict = Verdict.CONFLICT if moved else Verdict.LEARNED
        return replace(change, verdict=verdict, effect=Effect.KEEP, note=note)
    verdict = Verdict.DRIFT if same(live, change.desired) else change.verdict
    return replace(change, verdict=verdict, effect=Effect.WRITE, note=f"{twin}, one takes their place")
