"""A group as the server shows it, in canonical form.

In: one row of the group list. Out: a LiveResource. Groups have no name, tags or metadata; the marker is in
the description. Shared blocks are never returned (letta 0.16.8, measured) and never used.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds import GROUP
from reconciler.remote.decode.plain import plain_leaves
from reconciler.remote.http.rows import Row, item_for, optional, required, texts
from reconciler.remote.marks.markers import read_description
from reconciler.values import Address, LiveResource, item_path


def decode_group(row: Row, project: str, addresses: Mapping[str, Address]) -> LiveResource:
    """A group of anybody; `addresses` are those of our agents by server id."""
    text, marker = read_description(optional(row, "description", str, "group") or "", project)
    leaves = plain_leaves(row, GROUP)
    leaves.pop("description", None)
    if text:
        leaves["description"] = text
    manager = optional(row, "manager_agent_id", str, "group")
    if manager is not None:
        leaves["manager_agent"] = str(addresses.get(manager, manager))
    order: list[str] = []
    for agent_id in texts(row, "agent_ids", "group"):
        address = addresses.get(agent_id)
        name = item_for(address, marker.address.owner) if address and marker else str(address or agent_id)
        order.append(name)
        leaves[item_path("agents", name)] = str(address or agent_id)
    if order:
        leaves["order"] = list(order)
    name = str(marker.address.name) if marker else ""
    return LiveResource("group", required(row, "id", "group"), name, leaves, marker)


def touches(row: Row) -> set[str]:
    """The ids of all agents of a group."""
    manager = optional(row, "manager_agent_id", str, "group")
    return {*texts(row, "agent_ids", "group"), *([manager] if manager else [])}
