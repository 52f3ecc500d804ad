"""Turns one compared resource into the writes that make it as desired.

In: a Comparison. Out: operations in the order they must be sent. Pure: counting them counts requests, and
only leaves whose effect is WRITE are ever written. It must not decide whether a resource is touched.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.compare import Comparison, FieldChange
from reconciler.kinds import IMPLIED_SOURCE_TOOLS, KINDS, MODEL_FIELDS, RULE_FIELDS, SENT_ONLY, Shape
from reconciler.kinds.creation import MADE_WITH_BACKGROUND
from reconciler.values import (
    MESSAGES,
    SECRET_DIGEST,
    UNSET,
    Address,
    Attach,
    Complete,
    Create,
    Delete,
    DesiredResource,
    Detach,
    Effect,
    FileContent,
    Inline,
    Leaf,
    Leaves,
    LiveResource,
    Marker,
    Operation,
    Ownership,
    Recompile,
    RemoveFile,
    Unset,
    Update,
    Upload,
    Verdict,
    digest,
    field_of,
    item_of,
    item_path,
    same,
)


def creation(
    comparison: Comparison, project: str, inline: Iterable[Comparison] = ()
) -> tuple[Operation, ...]:
    """Make the resource, with the private blocks that come in the same request, and its files."""
    leaves = {field.path: field.desired for field in comparison.fields if field.desired is not UNSET}
    base = {path: digest(leaf) for path, leaf in leaves.items()}
    return made_with(comparison, leaves, Marker(project, comparison.address, base), inline)


def made_with(
    comparison: Comparison, leaves: Leaves, marker: Marker, inline: Iterable[Comparison] = ()
) -> tuple[Operation, ...]:
    """Make the resource with these leaves; private blocks come in the same request, files after it."""
    desired = _declared(comparison)
    blocks = tuple(_inline(block, marker.project) for block in inline)
    later = _to_complete(desired.address, leaves)
    at_once = {path: leaf for path, leaf in leaves.items() if path not in later}
    create = Create(desired.address, desired.server_name, at_once, marker, blocks)
    uploads = (
        Upload(desired.address, item_of(path), leaf)
        for path, leaf in leaves.items()
        if isinstance(leaf, FileContent)
    )
    return (create, *uploads)


def completion(desired: DesiredResource) -> tuple[Operation, ...]:
    """What is sent once everything that names the new resource is there; nothing where no field waits."""
    later = _to_complete(desired.address, desired.leaves)
    return (Complete(desired.address, later),) if later else ()


def completing(comparison: Comparison) -> tuple[Operation, ...]:
    """The same for a resource that is there: those of the fields that wait which are written."""
    kind = KINDS[comparison.address.kind]
    written = [each for each in comparison.fields if each.effect is Effect.WRITE]
    later = {
        each.path: _cleared(comparison, each) if each.desired is UNSET else each.desired
        for each in written
        if kind.by_name[field_of(each.path)].waits
    }
    return (Complete(comparison.address, later),) if later else ()


def _to_complete(address: Address, leaves: Leaves) -> dict[str, Leaf]:
    """A type that the server makes with a background agent of its own gets its embedding at last: without
    one the server makes none (letta 0.16.8, measured)."""
    is_late = leaves.get("agent_type") in MADE_WITH_BACKGROUND
    found: dict[str, Leaf] = {}
    for path, leaf in leaves.items():
        field = KINDS[address.kind].by_name[field_of(path)]
        if (field.waits and (is_late or leaf not in field.default)) or (is_late and path == "embedding"):
            found[path] = leaf
    return found


def _inline(comparison: Comparison, project: str) -> Inline:
    leaves = {field.path: field.desired for field in comparison.fields if field.desired is not UNSET}
    base = {path: digest(leaf) for path, leaf in leaves.items()}
    return Inline(comparison.address, leaves, Marker(project, comparison.address, base))


def can_be_inline(comparison: Comparison) -> bool:
    """Whether the block can be made by its agent's create, which keeps tags but drops metadata."""
    return not any(field_of(field.path) == "metadata" for field in comparison.fields)


def update(comparison: Comparison, project: str, *, is_marked: bool) -> tuple[Operation, ...]:
    """Bring the live resource to desired, leaf by leaf; `is_marked` when it bears its mark already. Nothing
    where there is nothing to send."""
    live = _found(comparison)
    kind = KINDS[comparison.address.kind]
    written = [field for field in comparison.fields if field.effect is Effect.WRITE]
    by_call = [field for field in written if kind.by_name[field_of(field.path)].by_call]
    files = [field for field in written if field_of(field.path) == "files"]
    waiting = [field for field in written if kind.by_name[field_of(field.path)].waits]
    in_place = [field for field in written if field not in (*by_call, *files, *waiting)]
    return (
        *_detachments(comparison.address, by_call),
        *_attachments(comparison.address, by_call),
        *_file_writes(comparison.address, files),
        *_in_place(comparison, live, in_place, project, is_marked=is_marked),
        *_recompile(comparison.address, written),
    )


def deletion(address: Address, live: LiveResource) -> tuple[Operation, ...]:
    """Remove the live resource, as long as what goes with it is what the plan saw.

    An agent that had said nothing must not have spoken since: then nobody was asked, and nothing is saved.
    """
    expect = {path: digest(leaf) for path, leaf in live.leaves.items() if is_kept(address, path)}
    if address.kind == "agent" and not live.messages:
        expect[MESSAGES] = digest(0)
    return (Delete(address, live.id, expect),)


def is_kept(address: Address, path: str) -> bool:
    """Whether what this leaf holds is stored before it is written over or deleted: what agents remember."""
    return address.kind == "block" and path == "value"


def marker_after(comparison: Comparison, project: str) -> Marker:
    """The marker once every WRITE and RECORD leaf is settled; kept leaves keep the base they had, and so do
    those that are written only because a resource they name has a new id."""
    live = _found(comparison)
    base = dict(live.marker.base) if live.marker else {}
    released = set(live.marker.released) if live.marker else set()
    for field in comparison.fields:
        if field.effect not in (Effect.WRITE, Effect.RECORD) or field.verdict is Verdict.UNCHANGED:
            continue
        if field.desired is UNSET:
            base.pop(field.path, None)
        else:
            base[field.path] = digest(field.desired)
        if field.effect is Effect.RECORD and field.verdict is Verdict.LEARNED:
            released.add(field.path)
    there = {path for path in released if path in live.leaves and path not in base}
    return Marker(project, comparison.address, base, frozenset(there))


def _in_place(
    comparison: Comparison, live: LiveResource, fields: list[FieldChange], project: str, *, is_marked: bool
) -> list[Operation]:
    marker = marker_after(comparison, project)
    is_marked = is_marked and not _is_outdated(comparison, live, marker)
    if is_marked and not fields:
        return []
    update = Update(
        comparison.address,
        live.id,
        frozenset(field.path for field in fields),
        _after(comparison, live, fields, is_marked=is_marked),
        marker,
        expect={
            field.path: digest(field.live)
            for field in fields
            if field.live is not UNSET
            and (
                field.ownership in (Ownership.SEEDED, Ownership.MERGED)
                or is_kept(comparison.address, field.path)
            )
        },
        is_marked=is_marked,
    )
    return [update]


def _is_outdated(comparison: Comparison, live: LiveResource, marker: Marker) -> bool:
    """Whether the mark says something of files that is no longer so, or an earlier release left the digest of
    a secret in it."""
    before = live.marker
    is_wrong = before is None or ((before.released, before.of_files) != (marker.released, marker.of_files))
    return is_wrong or any(
        field.base == SECRET_DIGEST and field_of(field.path) == "secrets" for field in comparison.fields
    )


def _after(
    comparison: Comparison, live: LiveResource, fields: list[FieldChange], *, is_marked: bool
) -> dict[str, Leaf]:
    """The complete intended value of every field that is sent."""
    kind = KINDS[comparison.address.kind]
    sent = {field_of(field.path) for field in fields}
    if not is_marked or (
        kind.name == "tool" and "source_code" in sent
    ):  # a new source is sent as a whole tool
        sent |= kind.marker_fields
    for together in (MODEL_FIELDS, RULE_FIELDS) if comparison.address.kind == "agent" else ():
        sent |= together if sent & together else set()
    if comparison.address.kind == "group":
        sent |= set(kind.by_name)
    leaves = {path: leaf for path, leaf in live.leaves.items() if field_of(path) in sent}
    declared = comparison.desired.leaves if comparison.desired else {}
    leaves |= {path: declared[path] for path in SENT_ONLY & declared.keys() if field_of(path) in sent}
    return written(comparison, leaves, fields)


def written(comparison: Comparison, leaves: Leaves, fields: Iterable[FieldChange]) -> dict[str, Leaf]:
    """These leaves once the fields are written."""
    kind = KINDS[comparison.address.kind]
    after = dict(leaves)
    for field in fields:
        if field.merged is not UNSET:
            after[field.path] = field.merged
        elif field.desired is not UNSET:
            after[field.path] = field.desired
        elif kind.by_name[field_of(field.path)].shape is Shape.SCALAR:
            after[field.path] = _cleared(comparison, field)
        else:
            after.pop(field.path, None)
    if "order" in after:
        after["order"] = _order_after(comparison, after)
    return after


def _cleared(comparison: Comparison, field: FieldChange) -> Leaf:
    cleared = KINDS[comparison.address.kind].by_name[field_of(field.path)].cleared
    assert cleared is not UNSET, f"{field.path} cannot be un-set and may not be planned so"
    return cleared


def _order_after(comparison: Comparison, after: dict[str, Leaf]) -> Leaf:
    """Members in declared order, kept extra ones behind them in the order they had."""
    members = [item_of(path) for path in after if field_of(path) == "agents"]
    declared = comparison.desired.leaves.get("order") if comparison.desired else None
    declared_names = declared if isinstance(declared, list) else []
    live_order = comparison.live.leaves.get("order") if comparison.live else None
    extra = [
        name for name in (live_order if isinstance(live_order, list) else []) if name not in declared_names
    ]
    return [name for name in [*declared_names, *extra] if name in members]


def _detachments(address: Address, fields: list[FieldChange]) -> list[Operation]:
    return [
        Detach(address, field_of(field.path), item_of(field.path), str(field.live))
        for field in fields
        if field.live is not UNSET and not same(field.live, field.desired)
    ]


def _attachments(address: Address, fields: list[FieldChange]) -> list[Operation]:
    """Sources first: the tools to read them come along."""
    with_sources = any(field_of(field.path) == "sources" and field.desired is not UNSET for field in fields)
    brought = {item_path("tools", tool) for tool in IMPLIED_SOURCE_TOOLS} if with_sources else set()
    return [
        Attach(address, field_of(field.path), item_of(field.path), str(field.desired))
        for field in fields
        if field.desired is not UNSET and field.path not in brought
    ]


def _file_writes(address: Address, fields: list[FieldChange]) -> list[Operation]:
    return [
        Upload(address, item_of(field.path), field.desired, _ids(field.live))
        if isinstance(field.desired, FileContent)
        else RemoveFile(address, item_of(field.path), _ids(field.live))
        for field in fields
    ]


def _ids(leaf: Leaf | Unset) -> tuple[str, ...]:
    """Of the files that are there now."""
    return leaf.ids if isinstance(leaf, FileContent) else ()


def _recompile(address: Address, written: list[FieldChange]) -> tuple[Operation, ...]:
    """letta 0.16.8 leaves the in-context prompt as it was after a new system text or attachment."""
    structural = any(field_of(field.path) in ("system", "blocks", "sources") for field in written)
    return (Recompile(address),) if address.kind == "agent" and structural else ()


def _declared(comparison: Comparison) -> DesiredResource:
    assert comparison.desired is not None, f"{comparison.address} is not declared"
    return comparison.desired


def _found(comparison: Comparison) -> LiveResource:
    assert comparison.live is not None, f"{comparison.address} is not on the server"
    return comparison.live
