"""The values resources are made of, one leaf per path, and their digests.

In: canonical values of one field. Out: something that can be compared, hashed and shown without
ever showing a secret. It must not know which fields exist.

A path is `field`, `field.key` for an entry of a mapping, `field[item]` for a member of a set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Final, TypeAlias

from reconciler.codec import Form, Misfit


class Unset(Enum):
    """Not given at all, which is not the same as null or empty."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that can be sent to the server and nowhere else.

    `name` is the environment variable it came from, empty for one read back from the server.
    """

    value: str = field(repr=False)
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"(secret {self.name})" if self.name else "(secret)"


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file of a source, known by its content; `path` is relative to the project, `size` in bytes.

    One read back from the server has no path, and no hash when its size is not what was uploaded. `ids` are
    the server's own, the newest last: an app can put a second file of one name beside the first. `trouble` is
    why the server could not process it.
    """

    sha256: str
    path: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)
    ids: tuple[str, ...] = field(default=(), compare=False)
    trouble: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"sha256:{self.sha256[:12]}"


SecretLookup: TypeAlias = Callable[[str], str]
"""The value of an environment variable; raises when there is none."""

MOST_LEVELS = 200
"""Of lists and objects in one leaf of a file: more of them would not be compared with what is live."""

_SECRET, _FILE, _JSON = "$secret_env", "$file", "$json"
_FILE_TYPES: Mapping[str, type] = {_FILE: str, "sha256": str, "size": int}


def _written(leaf: Any, context: object) -> Any:
    """As plain JSON: of a secret the name of its variable alone, of a file what it is known by."""
    del context
    if isinstance(leaf, Secret):
        return {_SECRET: leaf.name}
    if isinstance(leaf, FileContent):
        return {_FILE: leaf.path, "sha256": leaf.sha256, "size": leaf.size}
    if isinstance(leaf, dict) and any(key.startswith("$") for key in leaf):
        return {_JSON: leaf}
    return leaf


def _read(raw: Any, look_up: SecretLookup | None) -> Any:
    _check_depth(raw)
    if not isinstance(raw, dict) or not any(key.startswith("$") for key in raw):
        return raw
    if raw.keys() == {_SECRET} and isinstance(raw[_SECRET], str):
        name = raw[_SECRET]
        return Secret(look_up(name) if name and look_up else "", name)
    if raw.keys() == {_JSON} and isinstance(raw[_JSON], dict):
        return raw[_JSON]
    if _FILE in raw:
        return _read_file(raw, look_up)
    raise Misfit(f"a key that begins with a dollar sign stands alone: {_SECRET}, {_FILE} or {_JSON}")


def _check_depth(raw: Any) -> None:
    level, levels = [raw] if isinstance(raw, list | dict) else [], 0
    while level and levels < MOST_LEVELS:
        below = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for inner in below for each in inner if isinstance(each, list | dict)]
        levels += 1
    if level:
        raise Misfit("it is nested too deep")


def _read_file(raw: Any, context: object) -> FileContent:
    del context
    if not isinstance(raw, dict) or {key: type(value) for key, value in raw.items()} != _FILE_TYPES:
        raise Misfit("not a file: it has a path, a sha256 and a size in bytes")
    return FileContent(raw["sha256"], raw[_FILE], raw["size"])


_FILE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": list(_FILE_TYPES),
    "properties": {_FILE: {"type": "string"}, "sha256": {"type": "string"}, "size": {"type": "integer"}},
    "additionalProperties": False,
}
_LEAF_SCHEMA: Mapping[str, Any] = {
    "if": {"type": "object", "not": {"propertyNames": {"not": {"pattern": "^\\$"}}}},
    "then": {
        "oneOf": [
            _FILE_SCHEMA,
            *(
                {
                    "type": "object",
                    "required": [key],
                    "properties": {key: {"type": kind}},
                    "additionalProperties": False,
                }
                for key, kind in ((_SECRET, "string"), (_JSON, "object"))
            ),
        ]
    },
}

Leaf: TypeAlias = Annotated[
    str | int | float | bool | list[Any] | dict[str, Any] | Secret | FileContent | None,
    Form(_written, _read, _LEAF_SCHEMA),
]
"""One canonical value; lists and dicts are JSON and are never changed after they were made.

In a file it is plain JSON, except: `{"$secret_env": "NAME"}` stands for a secret, whose value is never there
and is looked up when the file is read; `{"$file": "path", "sha256": "...", "size": 12}` for a file;
`{"$json": {...}}` for a mapping some key of which begins with a dollar sign.
"""

Shown: TypeAlias = Annotated[Leaf, Form(_written, lambda raw, _: _read(raw, None), _LEAF_SCHEMA)]
"""A leaf that is only shown: reading it back looks up no secret."""

FileLeaf: TypeAlias = Annotated[FileContent, Form(_written, _read_file, _FILE_SCHEMA)]
"""A file and nothing else."""

Leaves: TypeAlias = Mapping[str, Leaf]
"""Path to value."""

DIGEST_LENGTH = 12
"""Hex characters of a leaf digest: 48 bits tell a moved value from an unmoved one."""


SECRET_APPLIED = ""
"""In place of the digest of a secret: that one was applied. The server shows its value, so none is needed."""
SECRET_DIGEST = "?"
"""In place of a digest of a secret that an older release left in a mark; the next apply takes it off."""


NOT_KEPT = "not kept:"
"""Before the digest of a value that was applied, and that the server did not keep."""


def digest(leaf: Leaf) -> str:
    """A short, stable fingerprint of one leaf; a secret has none, as one could be tested by guessing."""
    if isinstance(leaf, str):
        data = b"s" + leaf.encode("utf-8", "surrogatepass")
    elif leaf is True:
        data = b"jtrue"
    elif isinstance(leaf, float) and leaf.is_integer():
        data = b"j%d" % leaf
    elif isinstance(leaf, Secret):
        return SECRET_APPLIED
    elif isinstance(leaf, FileContent):
        data = b"f" + leaf.sha256.encode()
    else:
        data = b"j" + json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.blake2b(data, digest_size=DIGEST_LENGTH // 2).hexdigest()


def not_kept(leaf: Leaf) -> str:
    """In place of its digest: it was applied, and the server did not keep it."""
    return NOT_KEPT + digest(leaf)


def same(left: Leaf | Unset, right: Leaf | Unset, *, exact: bool = False) -> bool:
    """Equality of two canonical leaves.

    1 and 1.0 are one value, true and 1 are not, however deep. Not given, null and empty are one value,
    because the server turns each into another; `exact` is for what it keeps as it is. A file whose content is
    unknown is told by its size.
    """
    if isinstance(left, FileContent) and isinstance(right, FileContent):
        known = left.sha256 and right.sha256
        return left.sha256 == right.sha256 if known else left.size == right.size
    return _equal(left, right) or (not exact and is_blank(left) and is_blank(right))


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)


def is_blank(leaf: Leaf | Unset) -> bool:
    """Whether a leaf is not given, null or empty."""
    return leaf is UNSET or leaf is None or leaf in ("", [], {})


def item_path(field_name: str, item: str) -> str:
    """The path of one member of a set-like field."""
    return f"{field_name}[{item}]"


def key_path(field_name: str, key: str) -> str:
    """The path of one entry of a mapping field."""
    return f"{field_name}.{key}"


@lru_cache(maxsize=65_536)
def field_of(path: str) -> str:
    """The field a path belongs to."""
    for index, character in enumerate(path):
        if character in ".[":
            return path[:index]
    return path


def item_of(path: str) -> str:
    """The member or key a path names; empty for a plain field."""
    name = field_of(path)
    rest = path[len(name) :]
    if rest.startswith("["):
        return rest[1:-1]
    return rest[1:]
