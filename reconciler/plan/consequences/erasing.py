"""A plan that erases persons: what they leave on the server goes with their agents, but for what others have.

In: a plan that destroys whole sets, and traces of their agents. Out: the plan with one more write for each
trace, before the agent ends by which it is found, so that a run that was cut off finds the rest. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.plan.consequences.left_behind import listed
from reconciler.plan.model import Action, Change, Plan
from reconciler.values import Address, Erase, Owner, Trace


def with_erasures(
    plan: Plan, by_agent: Mapping[str, tuple[Trace, ...]], by_set: Mapping[Owner, tuple[Trace, ...]]
) -> Plan:
    """`by_agent` are traces by server id; `by_set` those that hang on no agent, erased with the first."""
    left = dict(by_set)
    found: dict[str, Trace] = {}
    changes = []
    for change in plan.changes:
        if change.action is Action.DELETE and change.address.kind == "agent":
            traces = [*by_agent.get(change.id, ()), *left.pop(change.address.owner, ())]
            new = {each.id: each for each in reversed(traces) if each.id not in found}
            found |= new
            change = replace(change, operations=(*_erasing(change.address, new.values()), *change.operations))
        changes.append(change)
    stays = [each for traces in left.values() for each in traces]
    erased = tuple(str(each) for each in found.values() if not each.used_by)
    kept = tuple(_kept([*(each for each in found.values() if each.used_by), *stays]))
    notes = [
        Diagnostic(f"{len(texts)} {what}", why=listed(texts), severity=Severity.NOTE)
        for what, texts in (("more to erase", erased), ("not erased", kept))
        if texts
    ]
    return replace(plan, changes=tuple(changes), stays=kept, diagnostics=(*plan.diagnostics, *notes))


def erased_by(change: Change) -> tuple[Trace, ...]:
    """What one change erases beside the resource."""
    return tuple(
        Trace(each.kind, each.id, each.name) for each in change.operations if isinstance(each, Erase)
    )


def _erasing(address: Address, traces: Iterable[Trace]) -> Iterator[Erase]:
    for each in traces:
        if not each.used_by:
            yield Erase(address, each.kind, each.id, each.name)


def _kept(traces: Iterable[Trace]) -> Iterator[str]:
    for each in traces:
        if each.used_by:
            yield f"{each}: {', '.join(each.used_by)} has it, too"
        else:
            yield f"{each}: no agent of the set is left by which it would be found again"
