"""One short name for what the manifests want of a set.

In: the expanded resources of one set. Out: a digest. A comment, the order of lines or another user's row
change nothing; any value, ownership or protection does. Of a secret only the name counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from reconciler.values import DesiredResource, Leaf, Policy, Secret, digest

_BYTES = 8


def set_digest(resources: Iterable[DesiredResource]) -> str:
    """The digest of these resources, in whatever order they come."""
    found = hashlib.blake2b(digest_size=_BYTES)
    for resource in sorted(resources, key=lambda each: each.address.order):
        lines = [str(resource.address), resource.server_name, _policy(resource.policy)]
        lines += [f"{path}={_leaf(leaf)}" for path, leaf in sorted(resource.leaves.items())]
        found.update("\n".join(lines).encode("utf-8", "surrogatepass") + b"\0")
    return found.hexdigest()


def _leaf(leaf: Leaf) -> str:
    return f"secret {leaf.name}" if isinstance(leaf, Secret) else digest(leaf)


def _policy(policy: Policy) -> str:
    if policy == _PLAIN:
        return ""
    fields = sorted((path, ownership.value) for path, ownership in policy.fields.items())
    default = policy.default.value if policy.default else ""
    return repr((default, fields, sorted(policy.exact), sorted(policy.additive), policy.protect))


_PLAIN = Policy()
