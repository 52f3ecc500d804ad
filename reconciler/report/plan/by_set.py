"""All changes of one set under its heading: a user's, or the shared one.

In: the changes of one owner. Out: lines. Resources are listed kind by kind, private blocks below their
agent, whatever the order of the writes will be. It must not know other sets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.kinds import KINDS
from reconciler.plan.model import Action, Change, Plan
from reconciler.report.plan.fields import changed_fields, new_fields, relative
from reconciler.report.text.lines import Line, Span, Tone, indented, line
from reconciler.report.text.printable import pad, safe, shorten, width
from reconciler.report.text.shortened import Caps
from reconciler.report.text.words import SIGNS, count, reason_of
from reconciler.values import Address, Owner

_ORDER = {name: rank for rank, name in enumerate(KINDS)}
_ADDRESS = 44
"""Columns an address may take before reasons stop being aligned."""
_FIELDS = 6
"""Columns fields stand further right than the heading."""


@dataclass(frozen=True, slots=True)
class Group:
    """What happens in one set, in reading order."""

    owner: Owner
    changes: tuple[Change, ...]

    @property
    def heading(self) -> str:
        """The set by name."""
        return "shared" if self.owner.is_shared else safe(str(self.owner))


def groups_of(plan: Plan) -> list[Group]:
    """The plan by set, users first, in order; the shared set last."""
    by_owner: dict[Owner, list[Change]] = {}
    for change in (*plan.changes, *plan.kept):
        by_owner.setdefault(change.address.owner, []).append(change)
    owners = sorted(by_owner, key=lambda owner: (owner.is_shared, owner))
    return [Group(owner, tuple(sorted(by_owner[owner], key=_reading_order))) for owner in owners]


def _reading_order(change: Change) -> tuple[int, str, bool, str]:
    address = change.address
    if address.agent:
        return (_ORDER["agent"], address.agent, True, address.name)
    return (_ORDER[address.kind], address.name, False, "")


def group_lines(group: Group, detailed: frozenset[Address], caps: Caps) -> Iterator[Line]:
    """The heading and every resource below it; fields only of `detailed` ones."""
    yield heading(group)
    shown = group.changes[: caps.resources]
    column = min(_ADDRESS, max(width(relative(change.address)) for change in shown))
    for change in shown:
        yield from indented(2, change_lines(change, column, caps))
        if change.address in detailed:
            yield from indented(2 + _FIELDS, field_lines(change, caps))
    hidden = len(group.changes) - len(shown)
    if hidden:
        yield line(Span(f"  … {count(hidden, 'more resource')} of {group.heading}", Tone.DIM))


def heading(group: Group) -> Line:
    """The set and how much happens in it."""
    return line(Span(group.heading, Tone.HEADING), "  ", *tally(group.changes))


def tally(changes: Iterable[Change]) -> Sequence[Span]:
    """`+12 ~3 =1`, in colour."""
    counts = Counter(change.action for change in changes)
    spans: list[Span] = []
    for action in Action:
        if counts[action]:
            sign = SIGNS[action]
            spans.append(Span(f"{' ' if spans else ''}{sign.text}{counts[action]:,}", sign.tone))
    return spans


def change_lines(change: Change, column: int, caps: Caps) -> Iterator[Line]:
    """The resource: sign, address and reason, on one line where that fits."""
    sign, address, reason = SIGNS[change.action], relative(change.address), reason_of(change)
    label = shorten(address, max(caps.width * 2, column))
    head = (Span(pad(sign.text, 4), sign.tone), Span(pad(label, column), _tone(change)))
    yield line(*head, "  ", Span(reason, Tone.DIM))
    if caps.origins and change.origin:
        yield line(" " * 6, Span(f"declared at {safe(str(change.origin))}", Tone.DIM))


def _tone(change: Change) -> Tone:
    return Tone.REMOVE if change.action is Action.DELETE else Tone.PLAIN


def field_lines(change: Change, caps: Caps) -> Iterator[Line]:
    """Fields, as far as the action has any to show."""
    match change.action:
        case Action.CREATE:
            yield from new_fields(change, caps)
        case Action.KEEP | Action.DEFER if not (caps.kept_values or change.is_said_once):
            return
        case Action.DELETE | Action.FORGET:
            return
        case _:
            yield from changed_fields(change, caps)
