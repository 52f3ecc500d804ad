"""Users a program brought along: what it gave them, so that a plan knows them again.

In: records of sets, and the blocks in which releases before records kept the parameters. Out: the users that
no document names, and what the template makes of them, as if a Users document named them. A user that a
document does name belongs to the document. Pure.

Such a block goes on being wanted, as it is, until the record of its set holds the parameters; then it is
undeclared, kept, and pruned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.manifest.manifests import Manifests
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Live,
    LiveResource,
    Owner,
    Ownership,
    Policy,
    Scope,
    Secret,
)

_NAME = ".provisioned"
"""Of the blocks of before; no manifest can declare one of this name."""


def given(live: Live) -> dict[Owner, dict[str, Any]]:
    """Parameters of every user of a program that was read; a block nobody can read is left out."""
    return {owner: parameters for owner, (parameters, _) in _blocks(live).items()} | {
        owner: dict(record.parameters)
        for owner, record in live.records.items()
        if record.parameters is not None
    }


def grown(manifests: Manifests, desired: Desired, live: Live, scope: Scope) -> Desired:
    """Desired with the users of programs that no document names."""
    declared = {address.owner for address in desired.resources}
    known = set(manifests.constellations)
    now = {desired.renames.owner_after(owner): parameters for owner, parameters in given(live).items()}
    found = {
        owner: parameters
        for owner, parameters in now.items()
        if owner not in declared and owner.constellation in known
    }
    more = with_users(manifests, desired, found, scope)
    kept = {each.address: each for each in _kept(desired, live) if each.address.owner in found}
    return replace(more, resources={**more.resources, **{a: kept[a] for a in kept if scope.covers(a)}})


def with_users(
    manifests: Manifests, desired: Desired, users: Mapping[Owner, Mapping[str, Any]], scope: Scope
) -> Desired:
    """Desired with these users, who have these parameters."""
    if not users:
        return desired
    more = manifests.only_users(users).desired(scope)
    resources = {**desired.resources, **more.resources}
    return replace(desired, resources=resources, run_time={**desired.run_time, **users})


def wants_more_secrets(before: Desired, after: Desired) -> bool:
    """Whether a read made for `before` did not ask for what `after` compares."""

    def has(desired: Desired) -> bool:
        return any(isinstance(leaf, Secret) for each in desired for leaf in each.leaves.values())

    return has(after) and not has(before)


def _blocks(live: Live) -> dict[Owner, tuple[dict[str, Any], LiveResource]]:
    """What releases before records kept: parameters, and the block that holds them, by owner."""
    found = {}
    for address, resource in live.resources.items():
        if address.kind == "block" and address.name == _NAME and not address.agent:
            parameters = _parsed(resource.leaves.get("value"))
            if parameters is not None:
                found[address.owner] = (parameters, resource)
    return found


def _kept(desired: Desired, live: Live) -> Iterator[DesiredResource]:
    """These blocks as they are, where no record holds the parameters yet."""
    for owner, (_, block) in _blocks(live).items():
        record = live.records.get(owner)
        if record is None or record.parameters is None:
            address = Address(desired.renames.owner_after(owner), "block", _NAME)
            yield DesiredResource(address, _NAME, block.leaves, Policy(default=Ownership.OBSERVED))


def _parsed(value: object) -> dict[str, Any] | None:
    try:
        parameters = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    return parameters if isinstance(parameters, dict) else None
