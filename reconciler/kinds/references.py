"""Which resources a resource names.

In: the leaves of one resource, desired or live. Out: paths and the addresses they name. What goes by its
server id, or by the name of a builtin tool, is left out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.field import Kind
from reconciler.values import Address, Leaves, field_of


def edges(kind: Kind, leaves: Leaves) -> Iterator[tuple[str, Address]]:
    """Every leaf that names a managed resource."""
    if not kind.requires:
        return
    for path, leaf in leaves.items():
        declared = kind.by_name.get(field_of(path))
        if declared is None or not declared.targets or not isinstance(leaf, str) or "/" not in leaf:
            continue
        try:
            yield path, Address.parse(leaf)
        except ValueError:
            continue
