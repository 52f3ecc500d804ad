"""Compares one resource three ways, leaf by leaf.

In: desired and live in canonical form, the marker's base, the kind's table. Out: a FieldChange for every
compared path that is not unchanged. Pure; it must not know what a plan does with the result.

Compared are the paths the manifest names, what base had and desired dropped, and the live members of
every set-like field the manifest names. Nothing else: server defaults and runtime fields never show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from reconciler.compare.field_change import FieldChange
from reconciler.compare.files import is_odd, is_twin, of_file
from reconciler.compare.merge import merge_text
from reconciler.compare.policy import is_exact, ownership_of, ownership_of_extra
from reconciler.kinds import IMPLIED_SOURCE_TOOLS, SENT_ONLY, Field, Kind, Shape
from reconciler.values import (
    NOT_KEPT,
    SHARED,
    UNSET,
    Address,
    DesiredResource,
    Effect,
    Leaf,
    LiveResource,
    Ownership,
    Secret,
    Unset,
    Verdict,
    digest,
    effect,
    field_of,
    item_path,
    judge,
    not_kept,
    same,
)

_SET_LIKE = (Shape.SET, Shape.EDGES)
RELEASED = "no longer declared; the server cannot un-set it, the live value stays"
CANNOT_CLEAR = "must not be set, but the server cannot un-set it"
NO_BASE = "the text both sides started from is not known here, so they cannot be merged"
SAME_LINES = "both sides changed the same lines"
MERGED = "merged with what the agent changed"
SECRET_DIFFERS = "it differs from the declared one; which of them moved is not kept anywhere"
CROSSING = "it belongs to another user"
GATE_STAYS = "no longer asked for; it stays, `exact: [approvals]` takes it away"
LEFT_ALONE = "no longer declared; changed on the server since the last apply, left alone"


BaseText = Callable[[Address, str, str], str | None]
"""The text that was last applied to a path, told by its digest; None when nobody remembers it."""


def no_base_text(address: Address, path: str, base: str) -> None:
    """A comparison without memory of texts: only `merged` needs any."""
    del address, path, base


def compare_resource(
    kind: Kind, desired: DesiredResource, live: LiveResource, base_text: BaseText = no_base_text
) -> tuple[FieldChange, ...]:
    """Every compared leaf that moved, with its verdict, sorted by path."""
    base = live.marker.base if live.marker else {}
    moved = [
        path for path in compared_paths(kind, desired, live) if not _is_settled(path, base, desired, live)
    ]
    changes = (
        _compare_leaf(kind.by_name[field_of(path)], desired, live, path, base.get(path, UNSET))
        for path in sorted(moved)
        if field_of(path) in kind.by_name
    )
    return tuple(
        _merged(change, desired, base_text) if change.effect is Effect.MERGE else change
        for change in changes
        if change.verdict is not Verdict.UNCHANGED
    )


def _merged(change: FieldChange, desired: DesiredResource, base_text: BaseText) -> FieldChange:
    """Both sides moved: one text where they touch different lines, else a conflict that is only said."""
    if not isinstance(change.base, str):
        return replace(change, note=NO_BASE)
    base = base_text(desired.address, change.path, change.base)
    if base is None:
        return replace(change, note=NO_BASE)
    text = merge_text(base, str(change.live), str(change.desired))
    if text is None:
        return replace(change, note=SAME_LINES)
    return replace(change, verdict=Verdict.INTENDED, effect=Effect.WRITE, merged=text, note=MERGED)


def _is_settled(path: str, base: Mapping[str, str], desired: DesiredResource, live: LiveResource) -> bool:
    """The short way out for nearly every leaf: all three are one value, so no ownership matters; or the
    server did not keep what was applied, which is said elsewhere."""
    wanted = desired.leaves.get(path, UNSET)
    if wanted is UNSET:
        return False
    is_one_value = (
        same(wanted, live.leaves.get(path, UNSET), exact=True)
        and base.get(path) == digest(wanted)
        and desired.policy.fields.get(path) is not Ownership.ABSENT
        and not is_odd(live.leaves.get(path, UNSET))
    )
    return is_one_value or is_not_kept(path, wanted, desired, live)


def is_not_kept(path: str, wanted: Leaf, desired: DesiredResource, live: LiveResource) -> bool:
    """Whether this value was applied to this model and the server did not keep it: it is not sent again."""
    noted = live.marker.base.get(path, "") if live.marker else ""
    if not noted.startswith(NOT_KEPT):
        return False
    is_of_other_model = desired.leaves.get("model") != live.leaves.get("model")
    return (
        noted == not_kept(wanted)
        and not same(wanted, live.leaves.get(path, UNSET))
        and not (field_of(path) == "model_settings" and is_of_other_model)
    )


def compared_paths(kind: Kind, desired: DesiredResource, live: LiveResource) -> set[str]:
    """Every path that takes part in the comparison."""
    paths = set(desired.leaves)
    if live.marker:
        paths.update(live.marker.base)
    set_like = kind.set_like & desired.named
    if set_like:
        paths.update(path for path in live.leaves if "[" in path and field_of(path) in set_like)
        paths -= (live.marker.released if live.marker else frozenset()) - desired.leaves.keys()
    if kind.requires:
        paths.update(
            path
            for path, leaf in live.leaves.items()
            if path.endswith("]") and _crosses(leaf, desired.address)
        )
    paths.update(path for path, owner in desired.policy.fields.items() if owner is Ownership.ABSENT)
    return paths - SENT_ONLY - _come_with_a_source(desired, live) if kind.name == "agent" else paths


def _come_with_a_source(desired: DesiredResource, live: LiveResource) -> set[str]:
    """Tools that came with a source nobody declares, and go with it: no extra ones."""
    base = live.marker.base if live.marker else {}
    if not any(field_of(path) == "sources" for path in live.leaves):
        return set()
    paths = (item_path("tools", tool) for tool in IMPLIED_SOURCE_TOOLS)
    return {path for path in paths if path not in desired.leaves and path not in base}


def _crosses(leaf: Leaf | Unset, address: Address) -> bool:
    """Whether an edge leads to what belongs to another user; the server does not keep users apart."""
    if not isinstance(leaf, str) or "/" not in leaf or leaf.startswith((f"{address.owner}/", f"{SHARED}/")):
        return False
    try:
        Address.parse(leaf)
    except ValueError:
        return False
    return True


def _compare_leaf(
    field: Field, desired: DesiredResource, live: LiveResource, path: str, base: str | Unset
) -> FieldChange:
    wanted: Leaf | Unset = desired.leaves.get(path, UNSET)
    found: Leaf | Unset = live.leaves.get(path, UNSET)
    if isinstance(base, str) and base.startswith(NOT_KEPT):
        base = UNSET if found is UNSET else digest(found)
    if path == "order":
        found = _comparable_order(found, wanted)
    extra = wanted is UNSET and base is UNSET
    owner = (ownership_of_extra if extra else ownership_of)(field, desired.policy, path)
    if owner is Ownership.ABSENT:
        wanted = UNSET
    elif wanted is UNSET and base is not UNSET:
        stays = field.outlives_manifest and not is_exact(field, desired.policy)
        return _compare_dropped(field, path, owner, base, found, stays=stays)
    if extra and owner is not Ownership.OBSERVED and path.endswith("]") and _crosses(found, desired.address):
        enforced = Ownership.ENFORCED
        return FieldChange(path, Verdict.DRIFT, enforced, Effect.WRITE, base, found, wanted, note=CROSSING)
    if base is UNSET and path in desired.implied:
        if same(found, wanted):
            return FieldChange(path, Verdict.UNCHANGED, owner, Effect.NOTHING, base, found, wanted)
        base = _base_of_implied(path, desired, live)
    verdict = judge(base, found, wanted, owner, exact=field.is_free)
    if owner is Ownership.ABSENT and verdict is not Verdict.UNCHANGED and not _can_unset(field):
        return FieldChange(path, verdict, owner, Effect.KEEP, base, found, wanted, note=CANNOT_CLEAR)
    change = FieldChange(path, verdict, owner, effect(owner, verdict), base, found, wanted)
    if verdict is Verdict.DRIFT and isinstance(wanted, Secret) and found is not UNSET:
        return replace(change, note=SECRET_DIFFERS)
    return of_file(change, live.id) if field.name == "files" else change


def _base_of_implied(path: str, desired: DesiredResource, live: LiveResource) -> str | Unset:
    """A tool that came with a source is gone while the source is still there: somebody took it off."""
    base = live.marker.base if live.marker else {}
    is_applied = any(field_of(each) == "sources" and each in live.leaves for each in base)
    return digest(desired.leaves[path]) if is_applied and field_of(path) == "tools" else UNSET


def _compare_dropped(
    field: Field, path: str, owner: Ownership, base: str | Unset, found: Leaf | Unset, *, stays: bool
) -> FieldChange:
    """What base had and desired no longer names: taken back where the server can, else released."""
    gone: Leaf | Unset = field.cleared if field.shape is Shape.SCALAR else UNSET
    change = FieldChange(path, Verdict.INTENDED, owner, Effect.WRITE, base, found, UNSET)
    if owner is Ownership.OBSERVED or same(found, gone, exact=field.is_free):
        return replace(change, verdict=Verdict.CONVERGED, effect=Effect.RECORD)
    if stays:
        return replace(change, effect=Effect.RECORD, note=GATE_STAYS)
    is_file = field.name == "files"
    if found is not UNSET and not isinstance(found, Secret) and (base != digest(found) or is_twin(found)):
        verdict = Verdict.LEARNED if is_file else Verdict.INTENDED
        return replace(change, verdict=verdict, effect=Effect.RECORD, note=LEFT_ALONE)
    if not _can_unset(field) or not (is_file or owner is Ownership.ENFORCED):
        return replace(change, effect=Effect.RECORD, note=RELEASED)
    return change


def _can_unset(field: Field) -> bool:
    return field.cleared is not UNSET or field.shape in _SET_LIKE


def _comparable_order(live: Leaf | Unset, desired: Leaf | Unset) -> Leaf | Unset:
    """The live order as far as it is about the members both sides have: others show by themselves."""
    if not isinstance(live, list) or not isinstance(desired, list):
        return live
    common = set(live) & set(desired)
    if [name for name in live if name in common] == [name for name in desired if name in common]:
        return desired
    return live
