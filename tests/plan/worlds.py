"""Small worlds to plan in: one user with an agent, its persona, a shared block, and a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.compare import FieldChange
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Live,
    LiveResource,
    Marker,
    Owner,
    Policy,
    digest,
    field_of,
)

ADA = Owner("team", "ada")
AGENT = Address(ADA, "agent", "helper")
SECOND = Address(ADA, "agent", "second")
PERSONA = Address(ADA, "block", "persona", agent="helper")
STATE = Address(ADA, "block", "state")
NOTES = Address(ADA, "source", "notes")
GROUP = Address(ADA, "group", "main")


def declare(
    address: Address, leaves: Mapping[str, Any], *requires: Address, policy: Policy = Policy()
) -> DesiredResource:
    """One declared resource whose set-like fields are all named."""
    return DesiredResource(
        address,
        f"server-{address.name}",
        dict(leaves),
        policy,
        frozenset(field_of(path) for path in leaves),
        frozenset(requires),
    )


def team() -> Desired:
    """An agent with a private and a shared block, a source and a group."""
    resources = [
        declare(STATE, {"label": "state", "value": "calm"}),
        declare(PERSONA, {"label": "persona", "value": "kind"}, AGENT),
        declare(NOTES, {"name": "notes", "embedding": "e/1"}),
        declare(
            AGENT,
            {
                "name": "helper",
                "system": "be kind",
                "agent_type": "letta_v1_agent",
                "blocks[persona]": str(PERSONA),
                "blocks[state]": str(STATE),
                "sources[notes]": str(NOTES),
            },
            STATE,
            PERSONA,
            NOTES,
        ),
        declare(
            GROUP,
            {"manager_type": "round_robin", "agents[helper]": str(AGENT), "order": ["helper"]},
            AGENT,
        ),
    ]
    return Desired("demo", {resource.address: resource for resource in resources})


def applied(desired: Desired) -> Live:
    """The server as it is right after an apply of `desired`."""
    return Live({resource.address: applied_resource(desired, resource) for resource in desired})


def applied_resource(desired: Desired, resource: DesiredResource) -> LiveResource:
    """One resource right after an apply."""
    base = {path: digest(leaf) for path, leaf in resource.leaves.items()}
    return LiveResource(
        resource.address.kind,
        f"id-{resource.address}",
        resource.server_name,
        resource.leaves,
        Marker(desired.project, resource.address, base),
    )


def with_leaf(world: Desired, address: Address, **leaves: Any) -> Desired:
    """The same manifests with some leaves of one resource changed."""
    resource = world.resources[address]
    changed = replace(resource, leaves={**resource.leaves, **leaves})
    return replace(world, resources={**world.resources, address: changed})


def edited(live: Live, address: Address, **leaves: Any) -> Live:
    """The same server with some leaves of one resource changed by hand."""
    resource = live.resources[address]
    changed = replace(resource, leaves={**resource.leaves, **leaves})
    return replace(live, resources={**live.resources, address: changed})


def without(live: Live, *addresses: Address) -> Live:
    """The same server with some resources gone."""
    kept = {address: resource for address, resource in live.resources.items() if address not in addresses}
    return replace(live, resources=kept)


def paths(fields: tuple[FieldChange, ...]) -> list[str]:
    """Paths of field changes."""
    return [field.path for field in fields]
