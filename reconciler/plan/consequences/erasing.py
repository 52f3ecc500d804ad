"""A plan that erases persons: what they leave on the server goes with their agents, but for what others have.

In: a plan that destroys whole sets, and traces of their agents. Out: the plan with one more write for each
trace, before the agent ends by which it is found, so that a run that was cut off finds the rest. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.plan.model import Action, Change, Plan
from reconciler.values import Address, Erase, Owner, Trace

_NAMED = 50


def with_erasures(
    plan: Plan, by_agent: Mapping[str, tuple[Trace, ...]], by_set: Mapping[Owner, tuple[Trace, ...]]
) -> Plan:
    """`by_agent` are traces by server id; `by_set` those that hang on no agent, erased with the first."""
    left = {owner: list(traces) for owner, traces in by_set.items()}
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
    erased = [str(each) for each in found.values() if not each.used_by]
    kept = tuple(_kept([*(each for each in found.values() if each.used_by), *stays]))
    said = (("more to erase", erased), ("not erased", kept))
    notes = [_note(f"{len(texts)} {what}", texts) for what, texts in said if texts]
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


def _note(summary: str, texts: Sequence[str]) -> Diagnostic:
    more = f"; and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return Diagnostic(summary, why="; ".join(texts[:_NAMED]) + more, severity=Severity.NOTE)
