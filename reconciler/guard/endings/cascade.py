"""R104 `cascade`: what the server deletes by itself along with a write of the plan.

    an agent that manages a sleeptime group     the group and all its members, with the agent
    an agent with enable_sleeptime              a block labelled as a source is called, with a detach of that
                                                source (letta 0.16.8, measured)

In: a plan and the world. Out: one objection for each loss that the plan does not name. Pure. What the server
itself made for an agent is the user's own: `background_agent` asks for that.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.endings.managed_groups import managed_groups
from reconciler.guard.judged import Guard, Judged
from reconciler.rules import CASCADE
from reconciler.values import Address, Detach, Live, LiveResource, field_of, item_of


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Groups first, then blocks."""
    yield from _groups(judged)
    yield from _blocks_of_sources(judged)


def _groups(judged: Judged) -> Iterator[Diagnostic]:
    """Each group that would go without having been planned."""
    for each in managed_groups(judged):
        if each.ends_with_manager and not each.is_known:
            group = each.address or each.group.id
            yield GUARD.finds(
                address=each.manager.address,
                end_or_lose="end",
                along=f"the sleeptime group {group}, which it manages, and all its members",
                cure="give the group another manager, or end the group first",
            )


def _blocks_of_sources(judged: Judged) -> Iterator[Diagnostic]:
    """Each block that would be deleted because a source is taken off."""
    for change in judged.plan.changes:
        agent = judged.live.resources.get(change.address)
        if agent is None or agent.leaves.get("enable_sleeptime") is not True:
            continue
        labels = _labels(agent, judged.live)
        for operation in change.operations:
            if isinstance(operation, Detach) and operation.field == "sources":
                name = _server_name(operation.target, judged.live)
                if name in labels:
                    yield GUARD.finds(
                        address=change.address,
                        end_or_lose=f"lose the source {name!r}",
                        along="its block of that name, as the agent has enable_sleeptime",
                        cure="apply `enable_sleeptime: false` first, or give the source another `name`",
                    )


def _labels(agent: LiveResource, live: Live) -> set[str]:
    known = {str(address): each.leaves.get("label") for address, each in live.resources.items()}
    blocks = ((item_of(path), leaf) for path, leaf in agent.leaves.items() if field_of(path) == "blocks")
    return {str(known.get(str(leaf)) or item) for item, leaf in blocks}


def _server_name(source: str, live: Live) -> str:
    found = live.resources.get(Address.parse(source)) if "/" in source else None
    return found.server_name if found else ""


GUARD = Guard(
    CASCADE,
    message="{address} would {end_or_lose}, and the server would delete along with that: {along}",
    fix="{cure}",
    judge=judge,
)
