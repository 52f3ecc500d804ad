"""What agents that a plan ends would lose, beyond what their rows show.

In: a plan, and what agents hold. Out: the ids of agents to look at, and the plan that says what they lose.
Pure. An agent that is known to have spoken is not looked at again: it is refused or saved as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.plan.model import Action, Change, Plan
from reconciler.values import MESSAGES, Delete, Holdings, Live, Operation


def silent(plan: Plan, live: Live) -> dict[str, str]:
    """Agents that end and seem to have said nothing: type by id."""
    types = {resource.id: str(resource.leaves.get("agent_type", "")) for resource in live.resources.values()}
    return {
        change.id: types.get(change.id, "")
        for change in plan.changes
        if change.destroys and change.address.kind == "agent" and change.id and not change.messages
    }


def with_losses(plan: Plan, holdings: Mapping[str, Holdings]) -> Plan:
    """The plan that says what these agents hold."""
    if not any(held.is_something for held in holdings.values()):
        return plan
    changes = tuple(_losing(change, holdings.get(change.id, Holdings())) for change in plan.changes)
    return replace(plan, changes=changes)


def _losing(change: Change, held: Holdings) -> Change:
    if not (held.is_something and change.destroys and change.address.kind == "agent"):
        return change
    return replace(
        change,
        messages=held.messages,
        passages=held.passages if change.action is Action.DELETE else 0,  # a replace carries the archive over
        operations=tuple(_saved_first(operation) for operation in change.operations),
        afterwards=tuple(_saved_first(operation) for operation in change.afterwards),
    )


def _saved_first(operation: Operation) -> Operation:
    """What is saved before it is deleted may have said more by then."""
    if not isinstance(operation, Delete):
        return operation
    expect = {path: digest for path, digest in operation.expect.items() if path != MESSAGES}
    return replace(operation, expect=expect)
