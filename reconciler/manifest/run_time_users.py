"""Users a program brought along: how the server remembers them, so that a plan knows them again.

In: an owner and the parameters it was provisioned with. Out: one more block of its set, attached to nothing,
whose value is those parameters; and back. A plan that finds such blocks expands the template for these users
too, as if a Users document named them. A user that a document does name belongs to the document: the block is
then undeclared, kept, and pruned. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.manifest.manifests import Manifests
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Leaf,
    Live,
    Owner,
    Ownership,
    Policy,
    Scope,
    Secret,
)

NAME = ".provisioned"
"""No manifest can declare a block of this name."""


def record_address(owner: Owner) -> Address:
    """Where the parameters of a provisioned user are."""
    return Address(owner, "block", NAME)


def record_of(
    owner: Owner, parameters: Mapping[str, Any], others: frozenset[Address] = frozenset()
) -> DesiredResource:
    """The block that holds them; no agent ever sees it.

    It is made last, after all `others` of the set: a plan made meanwhile does not know the user yet and makes
    nothing for it a second time.
    """
    value = json.dumps(dict(parameters), sort_keys=True, ensure_ascii=False)
    leaves: dict[str, Leaf] = {
        "label": NAME,
        "value": value,
        "description": "what this user was provisioned with; not part of any agent's memory",
        "read_only": True,
        "hidden": True,
    }
    policy = Policy(fields={"value": Ownership.ENFORCED})
    return DesiredResource(record_address(owner), NAME, leaves, policy, requires=others)


def recorded(live: Live) -> dict[Owner, dict[str, Any]]:
    """Parameters of every provisioned user that was read; a block nobody can read is left out."""
    found = {}
    for address, resource in live.resources.items():
        if address.kind == "block" and address.name == NAME and not address.agent:
            parameters = _parsed(resource.leaves.get("value"))
            if parameters is not None:
                found[address.owner] = parameters
    return found


def grown(manifests: Manifests, desired: Desired, live: Live, scope: Scope) -> Desired:
    """Desired with the provisioned users that no document names."""
    declared = {address.owner for address in desired.resources}
    known = set(manifests.constellations)
    now = {desired.renames.owner_after(owner): parameters for owner, parameters in recorded(live).items()}
    found = {
        owner: parameters
        for owner, parameters in now.items()
        if owner not in declared and owner.constellation in known
    }
    return with_provisioned(manifests, desired, found, scope)


def with_provisioned(
    manifests: Manifests, desired: Desired, users: Mapping[Owner, Mapping[str, Any]], scope: Scope
) -> Desired:
    """Desired with these users, their records included."""
    if not users:
        return desired
    resources = dict(desired.resources)
    only = manifests.only_users(users)
    more = only.desired(scope)
    resources.update((each.address, each) for each in more)
    sets: dict[Owner, set[Address]] = {}
    for address, resource in more.resources.items():
        if resource.policy.default is not Ownership.ABSENT:
            sets.setdefault(address.owner, set()).add(address)
    for owner in sets.keys() & users.keys():
        record = record_of(owner, users[owner], frozenset(sets[owner]))
        resources[record.address] = record
    return replace(desired, resources=resources)


def wants_more_secrets(before: Desired, after: Desired) -> bool:
    """Whether a read made for `before` did not ask for what `after` compares."""

    def has(desired: Desired) -> bool:
        return any(isinstance(leaf, Secret) for each in desired for leaf in each.leaves.values())

    return has(after) and not has(before)


def _parsed(value: object) -> dict[str, Any] | None:
    try:
        parameters = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    return parameters if isinstance(parameters, dict) else None
