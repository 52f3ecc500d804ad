"""Whether a plan still fits the server: what moved among the things it writes or relies on, and nothing else.

In: a plan and what is live now. Out: the addresses that moved, each with what did; or the plan without them.
Pure. It must not judge whether the plan is safe, nor whether it is honest.

    create     its address is still free
    update     the leaves it writes, those it sends along unchanged, and what was last applied
    delete,    the whole resource
    replace
    any        each resource it names by id and does not make is still there, and the same
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.errors import StalePlan
from reconciler.kinds import KINDS, SENT_ONLY
from reconciler.plan.identity.moved import as_planned
from reconciler.plan.identity.taken_over import placed
from reconciler.plan.model import Action, Change, Plan, Reason
from reconciler.plan.order import waits
from reconciler.values import (
    UNSET,
    Address,
    Attach,
    Create,
    Effect,
    Leaf,
    Leaves,
    Live,
    LiveResource,
    Operation,
    Secret,
    Unset,
    Update,
    field_of,
    same,
)

AGAIN = "plan again and review: reconciler plan -o plan.json"


def check_fresh(plan: Plan, live: Live) -> None:
    """StalePlan when anything the plan writes or relies on is not as it was when the plan was made."""
    found = moved(plan, live)
    if found:
        lines = "\n".join(f"  {address}: {what}" for address, what in found.items())
        raise StalePlan(
            f"the server moved since this plan was made:\n{lines}",
            hint=f"{AGAIN}; or do the rest of it: --skip-moved",
        )


def moved(plan: Plan, live: Live) -> dict[Address, str]:
    """The changes that no longer fit, in plan order, and why."""
    now = as_planned(plan, placed(plan.project, live, taken_over(plan)))
    world = _World(plan, live, now, frozenset(plan.makes))
    found = ((change.address, world.movement(change)) for change in plan.changes)
    return {address: what for address, what in found if what}


def taken_over(plan: Plan) -> dict[Address, str]:
    """Blocks made at run time that the plan makes the declared ones: server ids by address."""
    return {change.address: change.id for change in plan.changes if change.reason is Reason.TAKEN_OVER}


def without_moved(plan: Plan, found: Mapping[Address, str]) -> Plan:
    """The plan without these changes and what needs them; all of them are kept as deferred."""
    out = _with_dependents(plan, set(found))
    left_out = (
        _left_out(change, Reason.OUTDATED if change.address in found else Reason.NEEDS_OUTDATED)
        for change in plan.changes
        if change.address in out
    )
    changes = tuple(change for change in plan.changes if change.address not in out)
    return replace(plan, changes=changes, kept=(*plan.kept, *left_out))


def _left_out(change: Change, reason: Reason) -> Change:
    return replace(change, action=Action.DEFER, reason=reason, operations=(), afterwards=())


def _with_dependents(plan: Plan, out: set[Address]) -> set[Address]:
    """Whatever waits for one of these cannot be done without it. A replace is not begun either when one that
    has to be told the new id stays as it is: what is replaced would end under it."""
    needs = waits(plan.changes)
    replaced = {change.address for change in plan.changes if change.action is Action.REPLACE}
    size = -1
    while len(out) != size:
        size = len(out)
        out |= {address for address, needed in needs.items() if needed & out}
        out |= {needed for address in out for needed in needs.get(address, frozenset()) & replaced}
    return out


@dataclass(frozen=True, slots=True)
class _World:
    """A plan beside what is live: as it was read, and under the addresses that the plan calls it by."""

    plan: Plan
    read: Live
    live: Live
    made: frozenset[Address]

    def movement(self, change: Change) -> str:
        """What moved that this change writes or relies on; nothing when it still fits."""
        if self.read.duplicates.keys() & set(change.addresses):
            return "its marker was copied"
        taken = self.read.resources.get(change.address) if change.moved_from or not change.id else None
        if taken is not None:
            return f"exists by now ({taken.id})"
        now = self.live.resources.get(change.address)
        if now is None:
            return "is gone" if change.id else self._missing(change)
        if now.id != change.id:
            return f"is another resource now ({now.id})"
        return self._changed(change, now) or self._missing(change)

    def _changed(self, change: Change, now: LiveResource) -> str:
        as_read = self.read.resources.get(change.moved_from or change.address)
        is_untouched = as_read is not None and as_read.fingerprint == change.fingerprint
        is_update = change.action is Action.UPDATE or change.reason is Reason.TAKEN_OVER
        if not is_update:
            return "" if is_untouched else "was changed"
        ids = self.plan.ids
        paths = _misread(change, now, ids) if is_untouched else _moved_paths(change, now, ids)
        if named := sorted(set(paths)):
            return f"was changed: {', '.join(named)}"
        return "" if is_untouched or _is_applied_as_before(change, now) else "was applied to meanwhile"

    def _missing(self, change: Change) -> str:
        for operation in (*change.operations, *change.afterwards):
            for target in named(operation):
                now = self.live.resources.get(target)
                if target in self.made:
                    continue
                if now is None:
                    return f"needs {target}, which is gone"
                if self.plan.ids.get(str(target), now.id) != now.id:
                    return f"needs {target}, which is another resource now ({now.id})"
        return ""


def _misread(change: Change, now: LiveResource, ids: Mapping[str, str]) -> Iterator[str]:
    """Leaves of which the plan says something else than is there, though nothing moved: it was edited."""
    for each in change.fields:
        live = now.leaves.get(each.path, UNSET)
        is_secret = isinstance(live, Secret) or isinstance(each.live, Secret)
        is_renamed_with_others = _is_edge(change.address, each.path) or each.path == "order"
        is_base_wrong = not is_renamed_with_others and each.base != _applied(now).get(each.path, UNSET)
        if is_base_wrong or not (is_secret or _is_same(each.path, each.live, live, ids)):
            yield each.path


def _moved_paths(change: Change, now: LiveResource, ids: Mapping[str, str]) -> Iterator[str]:
    """Leaves that are not as the plan saw them: those it settles, and the rest of what it sends whole.

    A secret is in no plan: where one is written, any change of its resource counts.
    """
    settled = {each.path: each.live for each in change.fields if each.effect in (Effect.WRITE, Effect.RECORD)}
    for path, before in settled.items():
        live = now.leaves.get(path, UNSET)
        if isinstance(live, Secret) or not _is_same(path, before, live, ids):
            yield path
    for update in (operation for operation in change.operations if isinstance(operation, Update)):
        sent = {field_of(path) for path in (*update.after, *update.changed)} - {"order"}
        for path in {*update.after, *now.leaves} - settled.keys() - SENT_ONLY:
            after = _leaf(update.after, path)
            if field_of(path) in sent and not _is_same(path, after, _leaf(now.leaves, path), ids):
                yield path


def _leaf(leaves: Leaves, path: str) -> Leaf | Unset:
    return leaves.get(path, UNSET)


def _is_same(path: str, before: Leaf | Unset, now: Leaf | Unset, ids: Mapping[str, str]) -> bool:
    """An order is compared as far as it is about the members that both have: others show by themselves. What
    is replaced is shown by the id it had when the plan was made."""
    if isinstance(before, str) and isinstance(now, str) and ids.get(now) == before:
        return True
    if path == "order" and isinstance(before, list) and isinstance(now, list):
        return [name for name in before if name in now] == [name for name in now if name in before]
    return same(before, now, exact=field_of(path) == "metadata")


def _applied(resource: LiveResource) -> Mapping[str, str]:
    return resource.marker.base if resource.marker else {}


def _is_applied_as_before(change: Change, now: LiveResource) -> bool:
    """Whether what the plan settles counts as applied as it did when the plan was made."""
    settled = (each for each in change.fields if each.effect in (Effect.WRITE, Effect.RECORD))
    applied = _applied(now)
    return all(applied.get(each.path, UNSET) == each.base for each in settled)


def named(operation: Operation) -> Iterator[Address]:
    """Resources of ours whose id this write sends."""
    match operation:
        case Attach():
            texts: list[Leaf] = [operation.target]
        case Create():
            texts = [leaf for path, leaf in operation.leaves.items() if _is_edge(operation.address, path)]
        case Update():
            changed = operation.changed & operation.after.keys()
            texts = [operation.after[path] for path in sorted(changed) if _is_edge(operation.address, path)]
        case _:
            texts = []
    for text in texts:
        if isinstance(text, str) and "/" in text:
            try:
                yield Address.parse(text)
            except ValueError:
                continue  # the name of a tool may hold a slash


def _is_edge(address: Address, path: str) -> bool:
    declared = KINDS[address.kind].by_name.get(field_of(path))
    return declared is not None and bool(declared.targets)
