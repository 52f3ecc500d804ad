"""Leaves and operations to JSON and back, without ever letting a secret through.

In: frozen records of `values`. Out: plain JSON values, and the same records from them. A secret is written
as the name of its environment variable and read back by looking that variable up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from reconciler.plan.file.document import (
    CarryDocument,
    CreateDocument,
    DeleteDocument,
    EdgeDocument,
    InlineDocument,
    MarkerDocument,
    OperationDocument,
    RecompileDocument,
    RemoveFileDocument,
    UpdateDocument,
    UploadDocument,
)
from reconciler.values import (
    Address,
    Attach,
    Carry,
    Create,
    Delete,
    Detach,
    FileContent,
    Inline,
    Leaf,
    Leaves,
    Marker,
    Operation,
    Recompile,
    RemoveFile,
    Secret,
    Update,
    Upload,
)

SecretLookup = Callable[[str], str]
"""The value of an environment variable; raises when there is none."""


def encode_leaf(leaf: Leaf) -> Any:
    """A leaf as JSON."""
    if isinstance(leaf, Secret):
        return {"$secret_env": leaf.name}
    if isinstance(leaf, FileContent):
        return {"$file": leaf.path, "sha256": leaf.sha256, "size": leaf.size}
    if isinstance(leaf, dict) and any(key.startswith("$") for key in leaf):
        return {"$json": leaf}
    return leaf


def decode_leaf(value: Any, secret: SecretLookup) -> Leaf:
    """A leaf from JSON."""
    if isinstance(value, dict):
        if "$secret_env" in value:
            name = value["$secret_env"]
            return Secret(secret(name) if name else "", name)
        if "$file" in value:
            return FileContent(value["sha256"], value["$file"], value["size"])
        if "$json" in value:
            return dict(value["$json"])
    leaf: Leaf = value
    return leaf


def encode_leaves(leaves: Leaves) -> dict[str, Any]:
    """Leaves in path order."""
    return {path: encode_leaf(leaf) for path, leaf in sorted(leaves.items())}


def decode_leaves(values: Mapping[str, Any], secret: SecretLookup) -> dict[str, Leaf]:
    """Leaves from JSON."""
    return {path: decode_leaf(value, secret) for path, value in values.items()}


def encode_operation(operation: Operation) -> OperationDocument:
    """One write as a document."""
    address = str(operation.address)
    match operation:
        case Create():
            return CreateDocument(
                op="create",
                address=address,
                server_name=operation.server_name,
                leaves=encode_leaves(operation.leaves),
                marker=_marker(operation.marker),
                inline=[_inline(block) for block in operation.inline],
            )
        case Update():
            return _update(operation, address)
        case Attach():
            return _edge("attach", operation)
        case Detach():
            return _edge("detach", operation)
        case Upload():
            return _upload(operation, address)
        case RemoveFile():
            return _remove_file(operation, address)
        case Carry():
            leave = sorted(operation.leave)
            return CarryDocument(op="carry", address=address, old=operation.old, leave=leave)
        case Recompile():
            return RecompileDocument(op="recompile", address=address)
        case Delete():
            return _delete(operation, address)
        case _:
            assert_never(operation)


def decode_operation(document: OperationDocument, secret: SecretLookup) -> Operation:
    """One write from a document."""
    address = Address.parse(document.address)
    match document:
        case CreateDocument():
            leaves = decode_leaves(document.leaves, secret)
            inline = tuple(
                Inline(Address.parse(b.address), decode_leaves(b.leaves, secret), _read_marker(b.marker))
                for b in document.inline
            )
            return Create(address, document.server_name, leaves, _read_marker(document.marker), inline)
        case UpdateDocument():
            after = decode_leaves(document.after, secret)
            changed = frozenset(document.changed)
            marker = _read_marker(document.marker) if document.marker else None
            return Update(
                address, document.id, changed, after, marker, dict(document.expect), document.is_marked
            )
        case EdgeDocument():
            kind = Attach if document.op == "attach" else Detach
            return kind(address, document.field, document.item, document.target)
        case UploadDocument():
            content = decode_leaf(document.content, secret)
            if not isinstance(content, FileContent):
                raise ValueError(f"{document.name}: not a file")
            return Upload(address, document.name, content, tuple(document.replaces))
        case RemoveFileDocument():
            return RemoveFile(address, document.name, tuple(document.ids))
        case CarryDocument():
            return Carry(address, document.old, frozenset(document.leave))
        case RecompileDocument():
            return Recompile(address)
        case DeleteDocument():
            return Delete(address, document.id, dict(document.expect))
        case _:
            assert_never(document)


def _update(operation: Update, address: str) -> UpdateDocument:
    values: dict[str, Any] = {
        "op": "update",
        "address": address,
        "id": operation.id,
        "changed": sorted(operation.changed),
        "after": encode_leaves(operation.after),
        "expect": dict(sorted(operation.expect.items())),
    }
    if operation.marker is not None:
        values["marker"] = _marker(operation.marker)
    if operation.is_marked:
        values["is_marked"] = True
    return UpdateDocument(**values)


def _upload(operation: Upload, address: str) -> UploadDocument:
    values: dict[str, Any] = {
        "op": "upload",
        "address": address,
        "name": operation.name,
        "content": encode_leaf(operation.content),
    }
    if operation.replaces:
        values["replaces"] = list(operation.replaces)
    return UploadDocument(**values)


def _remove_file(operation: RemoveFile, address: str) -> RemoveFileDocument:
    values: dict[str, Any] = {"op": "remove_file", "address": address, "name": operation.name}
    if operation.ids:
        values["ids"] = list(operation.ids)
    return RemoveFileDocument(**values)


def _delete(operation: Delete, address: str) -> DeleteDocument:
    values: dict[str, Any] = {"op": "delete", "address": address, "id": operation.id}
    if operation.expect:
        values["expect"] = dict(sorted(operation.expect.items()))
    return DeleteDocument(**values)


def _edge(op: Any, operation: Attach | Detach) -> EdgeDocument:
    return EdgeDocument(
        op=op,
        address=str(operation.address),
        field=operation.field,
        item=operation.item,
        target=operation.target,
    )


def _inline(block: Inline) -> InlineDocument:
    return InlineDocument(
        address=str(block.address), leaves=encode_leaves(block.leaves), marker=_marker(block.marker)
    )


def _marker(marker: Marker) -> MarkerDocument:
    values: dict[str, Any] = {
        "project": marker.project,
        "address": str(marker.address),
        "base": dict(sorted(marker.base.items())),
    }
    if marker.released:
        values["released"] = sorted(marker.released)
    return MarkerDocument(**values)


def _read_marker(document: MarkerDocument) -> Marker:
    address, released = Address.parse(document.address), frozenset(document.released)
    return Marker(document.project, address, dict(document.base), released)
