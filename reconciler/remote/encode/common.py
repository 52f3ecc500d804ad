"""Puts leaves back together into the fields of a request body.

In: leaves and entries of a table. Out: JSON. It must not know any kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from reconciler.errors import RemoteError
from reconciler.kinds import Field
from reconciler.values import Address, Leaf, Leaves, Secret, Update, field_of, item_of

Body: TypeAlias = dict[str, Any]
_SERVER_ID = re.compile(r"[a-z_]+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_server_id(text: str) -> bool:
    """Whether a text names something by the server's own id."""
    return _SERVER_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Ids:
    """Server ids of everything known so far, by address text."""

    known: Mapping[str, str]

    def of(self, target: Address | str) -> str:
        """The id of an address; an id stays what it is."""
        text = str(target)
        found = self.known.get(text)
        if found is not None:
            return found
        if is_server_id(text):
            return text
        raise RemoteError(
            f"the server id of {text} is not known",
            why="it was not read and nothing made it",
            hint="run plan again: it reads what is on the server",
        )

    def knows(self, target: str) -> bool:
        """Whether `of` would find it."""
        return target in self.known or is_server_id(target)


def plain(leaf: Leaf) -> Any:
    """What is sent for a leaf; the only place a secret is opened."""
    return leaf.value if isinstance(leaf, Secret) else leaf


def plain_fields(leaves: Leaves, fields: Iterable[Field]) -> Body:
    """Those of some plain fields that have a leaf, as requests call them."""
    return {field.sent_as: plain(leaves[field.name]) for field in fields if field.name in leaves}


def changed_fields(update: Update, fields: Iterable[Field]) -> Body:
    """The same of those that change; no request changes what is immutable."""
    changed = fields_of(update.changed)
    wanted = (field for field in fields if field.name in changed and not field.immutable)
    return plain_fields(update.after, wanted)


def items(leaves: Leaves, field: str) -> dict[str, Leaf]:
    """Item or key to leaf, for every leaf of one field."""
    start = len(field)
    return {
        item_of(path): leaf
        for path, leaf in leaves.items()
        if path.startswith(field) and path[start : start + 1] in (".", "[")
    }


def entries(leaves: Leaves, field: str) -> Body:
    """A mapping field, whole."""
    return {key: plain(leaf) for key, leaf in items(leaves, field).items()}


def nested(leaves: Leaves, field: str, only: frozenset[str] | None = None) -> Body:
    """A mapping field whose keys are paths, put together again; `only` names the leaves to take."""
    body: Body = {}
    for path, leaf in leaves.items():
        if field_of(path) != field or path == field or (only is not None and path not in only):
            continue
        *parents, last = path[len(field) + 1 :].split(".")
        inner = body
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = plain(leaf)
    return body


def fields_of(paths: Iterable[str]) -> set[str]:
    """The fields of some paths."""
    return {field_of(path) for path in paths}


def sends(update: Update, field: str) -> bool:
    """Whether a field that the mark is written into goes with this update: it changed, or the mark is not on
    the resource yet."""
    return not update.is_marked or field in fields_of(update.changed)


def secret_values(leaves: Leaves) -> tuple[str, ...]:
    """Everything in a body that no message may repeat."""
    return tuple(leaf.value for leaf in leaves.values() if isinstance(leaf, Secret))
