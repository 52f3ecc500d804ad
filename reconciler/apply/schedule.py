"""Which steps of a plan may run now.

In: ordered changes. Out: steps whose dependencies are done, as they become free. It performs nothing.
A change has one step, or two when it has writes that wait until everything else has moved over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.plan.model import Action, Change
from reconciler.plan.order import is_later, waits
from reconciler.values import Address, Operation

_Key = tuple[Address, bool]


@dataclass(frozen=True, slots=True)
class Step:
    """Writes of one change that are sent one after the other."""

    change: Change
    operations: tuple[Operation, ...]
    is_first: bool = True

    @property
    def key(self) -> _Key:
        """Names the step."""
        return (self.change.address, self.is_first)


def _ends(change: Change, ending_later: Mapping[Address, Change], first: Collection[Address]) -> set[_Key]:
    """A delete waits until whatever may name the resource is gone as well, and not only made anew."""
    if change.action is not Action.DELETE:
        return set()
    return {(a, False) for a in first if a in ending_later and is_later(a, change.address)}


class Schedule:
    """Counts down what every step still waits for."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._steps: dict[_Key, Step] = {}
        self._waiting: dict[_Key, set[_Key]] = {}
        self._dependents: dict[_Key, list[_Key]] = {}
        self._left: dict[Address, int] = {}
        before = waits(changes)
        ending_later = {change.address: change for change in changes if change.afterwards}
        for change in changes:
            first = before[change.address]
            self._add(
                Step(change, change.operations),
                {(a, True) for a in first} | _ends(change, ending_later, first),
            )
        for change in ending_later.values():
            users = [each for each in changes if change.address in each.requires]
            done = {(each.address, True) for each in users}
            ended = {(each.address, False) for each in users if each.address in ending_later}
            self._add(Step(change, change.afterwards, False), {(change.address, True), *done, *ended})
        self._free = [key for key, missing in self._waiting.items() if not missing]
        self._done: set[_Key] = set()

    def _add(self, step: Step, missing: set[_Key]) -> None:
        self._steps[step.key] = step
        self._waiting[step.key] = missing
        self._left[step.change.address] = self._left.get(step.change.address, 0) + 1
        for key in missing:
            self._dependents.setdefault(key, []).append(step.key)

    def ready(self) -> list[Step]:
        """Steps that became free since the last call, in plan order."""
        free, self._free = self._free, []
        return [self._steps[key] for key in free]

    def done(self, step: Step) -> bool:
        """Tell that a step is done; true when its whole change is."""
        self._done.add(step.key)
        for key in self._dependents.get(step.key, ()):
            missing = self._waiting[key]
            missing.discard(step.key)
            if not missing:
                self._free.append(key)
        self._left[step.change.address] -= 1
        return self._left[step.change.address] == 0

    def is_half_done(self, change: Change) -> bool:
        """Whether the first writes of a change are done and those that wait are not."""
        return (change.address, True) in self._done and self._left[change.address] > 0

    def failed(self, step: Step) -> Iterator[tuple[Change, Address]]:
        """Tell that a step failed; yields every change that can now never run, and what it waited for."""
        pending = [step.key]
        seen = {step.key}
        while pending:
            key = pending.pop(0)
            for dependent in self._dependents.get(key, ()):
                if dependent not in seen:
                    seen.add(dependent)
                    pending.append(dependent)
                    yield self._steps[dependent].change, key[0]
