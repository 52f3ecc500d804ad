"""What the server keeps of agents that a plan ends: nobody manages it, so it is named by id.

In: a plan, what is live, and the archives of agents. Out: ids of agents to look at, and the plan with one
note. Pure. Identities and conversations are not looked at.

    archive, with its passages    stays, and belongs to no agent any more
    block made at run time        stays, and hangs on no agent of ours any more
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.plan.model import Action, Plan
from reconciler.values import Live, LiveResource, field_of, item_of

_NAMED = 50


def ending_agents(plan: Plan) -> tuple[str, ...]:
    """Server ids of agents that end and that nothing takes the place of."""
    return tuple(
        change.id
        for change in plan.changes
        if change.action is Action.DELETE and change.address.kind == "agent" and change.id
    )


def with_leftovers(plan: Plan, live: Live, archives: Mapping[str, tuple[str, ...] | None]) -> Plan:
    """The plan that says what stays; `archives` are ids by agent."""
    ending = set(ending_agents(plan))
    agents = [each for each in live.resources.values() if each.id in ending]
    staying = (each for each in live.resources.values() if each.kind == "agent" and each.id not in ending)
    held = {leaf for agent in staying for leaf in _blocks(agent).values()}
    stays = [text for agent in agents for text in _of(agent, archives.get(agent.id) or (), held)]
    if not stays:
        return plan
    note = Diagnostic(
        f"the server keeps {len(stays)} thing{'' if len(stays) == 1 else 's'} of agents that end",
        why=listed(stays),
        hint="nobody manages these: delete them on the server where nothing of the user may stay",
        severity=Severity.NOTE,
    )
    return replace(plan, diagnostics=(*plan.diagnostics, note))


def listed(texts: Sequence[str]) -> str:
    """The first of them in one line, and how many more there are."""
    more = f"; and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return "; ".join(texts[:_NAMED]) + more


def _of(agent: LiveResource, archives: tuple[str, ...], held: set[str]) -> Iterator[str]:
    for each in archives:
        yield f"archive {each} of {agent.server_name}"
    for label, block in sorted(_blocks(agent).items()):
        if block not in held:
            yield f"block {block} ({label}) of {agent.server_name}"


def _blocks(agent: LiveResource) -> dict[str, str]:
    """Ids by label of blocks that are none of ours: what is ours stands there by its address."""
    return {
        item_of(path): str(leaf)
        for path, leaf in agent.leaves.items()
        if field_of(path) == "blocks" and "/" not in str(leaf)
    }
