"""Turns on the background agents of an agent, and takes off what the server made for it by itself.

In: a Complete, or the answer to a create. Out: requests that may be repeated. Letta 0.16.8 adds a background
agent and a group of its own to an agent that gets `enable_sleeptime` and manages no group; and it fails every
message to one whose group is of another type (read in its source). So the group is looked at first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.errors import Conflict, NotFound
from reconciler.kinds.group import IN_BACKGROUND
from reconciler.remote.encode.agent import agent_completion
from reconciler.remote.encode.common import Ids
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.write.answer_checks import made
from reconciler.values import Address, Complete


def complete(transport: Sends, operation: Complete, ids: Ids) -> Any:
    """Set the fields that waited; the answer. Conflict where the server would make a background agent."""
    path = f"/v1/agents/{ids.of(operation.address)}"
    if operation.needs_group:
        _check_group(transport, path, operation.address)
    body = agent_completion(operation)
    return transport.send(Request("PATCH", path, f"complete {operation.address}", body=body))


def _check_group(transport: Sends, path: str, address: Address) -> None:
    query = (("include", "agent.managed_group"),)
    row = made(transport.get(path, f"look at the group of {address}", query), address)
    group = row.get("managed_group")
    if not isinstance(group, dict):
        raise Conflict(
            f"{address}: enable_sleeptime is not set, the agent manages no group",
            why="the server would make a background agent and a group of its own",
            hint="apply again: it makes the group first",
        )
    if group.get("manager_type") not in IN_BACKGROUND:
        raise Conflict(
            f"{address}: enable_sleeptime is not set, the server takes {group.get('id')} for its group",
            why=f"that one is of type {group.get('manager_type')}, and every message to the agent would fail",
            hint="let another agent manage that group, or delete it",
        )


def take_off(transport: Sends, answer: Mapping[str, Any], address: Address) -> None:
    """Delete the background agents that the server made along with a new agent; their group ends with them.

    Only where its operators set an embedding for agents that have none.
    """
    group = answer.get("managed_group")
    for member in group.get("agent_ids", ()) if isinstance(group, dict) else ():
        task = f"delete the background agent that the server made for {address}"
        try:
            transport.send(Request("DELETE", f"/v1/agents/{member}", task))
        except NotFound:
            continue
