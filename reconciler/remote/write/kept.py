"""JSON fields as the server answers with them, against what was sent.

In: an operation and the answer to it. Out: paths whose value it took and does not keep, such as
`response_schema` of a model of Google and `clear_thinking` of one of Z.ai (letta 0.16.8, source). It must not
send anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.errors import MalformedAnswer
from reconciler.kinds import KINDS, MODEL_FIELDS, SENT_ONLY
from reconciler.remote.decode import decode
from reconciler.values import UNSET, Create, Leaf, Update, field_of, same


def not_kept(operation: Create | Update, answer: Mapping[str, Any], project: str) -> frozenset[str]:
    """Declared paths of JSON fields that were sent, and are something else in the answer."""
    sent = {path: leaf for path, leaf in _sent(operation).items() if path not in SENT_ONLY}
    fields = KINDS[operation.address.kind].json_fields
    asked = {path: leaf for path, leaf in sent.items() if field_of(path) in fields}
    asked = {path: leaf for path, leaf in asked.items() if field_of(path) in answer}
    if not asked:
        return frozenset()
    try:
        found = decode(operation.address.kind, answer, project).leaves
    except MalformedAnswer:
        return frozenset()
    return frozenset(path for path, leaf in asked.items() if not same(leaf, found.get(path, UNSET)))


def _sent(operation: Create | Update) -> Mapping[str, Leaf]:
    """What the manifests declare of what was sent."""
    if isinstance(operation, Create):
        return operation.leaves
    fields = {field_of(path) for path in operation.changed}
    fields |= MODEL_FIELDS if fields & MODEL_FIELDS else frozenset()
    return {
        path: leaf
        for path, leaf in operation.after.items()
        if path in operation.base and field_of(path) in fields
    }
