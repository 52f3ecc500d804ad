"""Who owns one path of one resource: the kind's default, bent by what the manifest says.

In: a kind, a manifest policy and a path. Out: an ownership word. The only place where the defaults of
kinds and the overrides of manifests meet.
"""

from __future__ import annotations

from reconciler.kinds import Field
from reconciler.values import Ownership, Policy


def ownership_of(field: Field, policy: Policy, path: str) -> Ownership:
    """The ownership of a declared path: exact path, then longest parent path, field, resource, kind."""
    probe = path
    while probe:
        if probe in policy.fields:
            return policy.fields[probe]
        probe = _parent(probe)
    return policy.default or field.ownership


def ownership_of_extra(field: Field, policy: Policy, path: str) -> Ownership:
    """The ownership of a live member of a set-like field that neither base nor desired knows."""
    if path in policy.fields:
        return policy.fields[path]
    owner = ownership_of(field, policy, path)
    if owner is Ownership.ENFORCED and not is_exact(field, policy):
        return Ownership.SEEDED
    return owner


def is_exact(field: Field, policy: Policy) -> bool:
    """Whether an extra member of this set-like field is drift."""
    if field.name in policy.exact:
        return True
    return field.exact and field.name not in policy.additive


def _parent(path: str) -> str:
    if path.endswith("]"):
        return path[: path.index("[")]
    return path.rpartition(".")[0]
