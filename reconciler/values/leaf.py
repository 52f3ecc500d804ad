"""The values resources are made of, one leaf per path, and their digests.

In: canonical values of one field. Out: something that can be compared, hashed and shown without
ever showing a secret. It must not know which fields exist.

A path is `field`, `field.key` for an entry of a mapping, `field[item]` for a member of a set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeAlias


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


Leaf: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any] | Secret | FileContent | None
"""One canonical value; lists and dicts are JSON and are never changed after they were made."""

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
