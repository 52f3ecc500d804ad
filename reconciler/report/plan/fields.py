"""The fields of one change, one under the other.

In: a change and the caps. Out: lines, not yet indented. Set-like fields are gathered by member, long text
becomes a diff, values of a new resource are only sketched. It must not say anything about the resource
as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from reconciler.compare import FieldChange
from reconciler.kinds import KINDS, Shape
from reconciler.plan.model import Change
from reconciler.report.text.lines import Line, Span, Tone, cells, indented, line
from reconciler.report.text.nested_diff import is_compared_by_place, nested_diff, places
from reconciler.report.text.one_value import brief, is_long, show, show_file
from reconciler.report.text.printable import flow, pad, safe, width
from reconciler.report.text.shortened import Caps
from reconciler.report.text.text_diff import tally, text_diff
from reconciler.report.text.words import count, verdict_of
from reconciler.values import UNSET, Address, Effect, FileContent, Leaf, Unset, field_of, item_of

_STAYS = (Effect.KEEP, Effect.NOTHING, Effect.RECORD)
_LABEL = 26
"""Columns a field name may take before its value stops being aligned."""


def new_fields(change: Change, caps: Caps) -> Iterator[Line]:
    """What a resource will be made with."""
    rows: list[tuple[str, list[Line]]] = []
    shown = [field for field in _in_kind_order(change) if not _is_name(field, change)]
    room = caps.width - _column(_label(field, change) for field in shown) - 10
    for label, group in groupby(shown, key=lambda field: _label(field, change)):
        members = list(group)
        if _is_set_like(members[0], change):
            words = flow([_member(field, change) for field in members], room)
        else:
            words = [_value(field.desired, field, change, room) for field in members]
        rows.append((label, [line(word) for word in words]))
    yield from _table(rows)


def changed_fields(change: Change, caps: Caps) -> Iterator[Line]:
    """What moves, from which value to which."""
    scalars: list[FieldChange] = []
    members: list[FieldChange] = []
    for field in _in_kind_order(change):
        (members if _is_set_like(field, change) else scalars).append(field)
    yield from _table([(safe(field.path), _moved(field, change, caps)) for field in scalars])
    for field in members:
        yield from _with_note(_moved_member(field, change), verdict_of(field), caps.width)


def _in_kind_order(change: Change) -> list[FieldChange]:
    """The fields as the table of the kind has them, not by the alphabet."""
    rank = {name: index for index, name in enumerate(KINDS[change.address.kind].by_name)}
    return sorted(change.fields, key=lambda field: (rank.get(field_of(field.path), len(rank)), field.path))


def _label(field: FieldChange, change: Change) -> str:
    return safe(field_of(field.path) if _is_set_like(field, change) else field.path)


def _column(labels: Iterable[str]) -> int:
    return min(_LABEL, max(map(width, labels), default=0))


def _table(rows: list[tuple[str, list[Line]]]) -> Iterator[Line]:
    column = _column(label for label, _ in rows)
    for label, values in rows:
        first, *rest = values or [()]
        yield (Span(pad(label, column) + "  "), *first)
        yield from indented(column + 2, rest)


def _moved(field: FieldChange, change: Change, caps: Caps) -> list[Line]:
    note, room = verdict_of(field), caps.width - _LABEL - 10
    if field.effect in _STAYS:
        return list(
            _with_note(line(Span(_value(field.live, field, change, room), Tone.KEEP)), note, caps.width)
        )
    if _is_a_text_diff(field, caps):
        return _as_diff(field, note, caps)
    old = Span(_value(field.live, field, change, room), Tone.REMOVE)
    new = Span(_value(_written(field), field, change, room), Tone.ADD)
    is_too_wide = width(old.text) + width(new.text) + 4 > room
    if is_too_wide and is_compared_by_place(field.live, _written(field)):
        return _by_place(field, note, caps)
    if old.text == new.text:
        return list(_with_note(line(new.text), note, caps.width))
    if is_too_wide:
        return [line(old), *_with_note(line("-> ", new), note, caps.width)]
    return list(_with_note(line(old, " -> ", new), note, caps.width))


def _written(field: FieldChange) -> Leaf | Unset:
    """What is there afterwards: of a text that both sides moved, the merge of both."""
    return field.desired if field.merged is UNSET else field.merged


def _is_a_text_diff(field: FieldChange, caps: Caps) -> bool:
    """Whether both are long, or one is and everything is to be seen."""
    both = field.live, _written(field)
    if all(map(is_long, both)):
        return True
    return caps.whole_texts and any(map(is_long, both)) and all(isinstance(each, str) for each in both)


def _as_diff(field: FieldChange, note: Span, caps: Caps) -> list[Line]:
    old, new = str(field.live), str(_written(field))
    head = line(Span(f"text changes, {tally(old, new)}", Tone.CHANGE))
    body = text_diff(old, new, caps.diff_lines, caps.diff_width - 20)
    return [*_with_note(head, note, caps.width), *indented(2, body)]


def _by_place(field: FieldChange, note: Span, caps: Caps) -> list[Line]:
    """A JSON document of which a part moves."""
    found = places(field.live, _written(field))
    head = line(Span(f"differs in {count(len(found), 'place')}", Tone.CHANGE))
    body = nested_diff(found, caps.diff_lines, caps.diff_width - 20)
    return [*_with_note(head, note, caps.width), *indented(2, body)]


def _with_note(head: Line, note: Span, columns: int) -> Iterator[Line]:
    """The note behind the line when it fits, else below it."""
    if not note.text:
        yield head
    elif cells(head) + width(note.text) + 2 <= columns - _LABEL:
        yield (*head, Span("  "), note)
    else:
        yield head
        yield line("  ", note)


def _moved_member(field: FieldChange, change: Change) -> Line:
    name = _singular(field_of(field.path))
    sign, tone = ("=", Tone.KEEP) if field.effect in _STAYS else _sign(field.live, field.desired)
    parts = [Span(f"{sign} {name} ", tone), Span(_member(field, change), tone)]
    if sign == "~" and field.live != field.desired:
        old, new = (_target(leaf, change) for leaf in (field.live, field.desired))
        parts.append(Span(f": {old} -> {new}"))
    return line(*parts)


def _sign(live: Leaf | Unset, desired: Leaf | Unset) -> tuple[str, Tone]:
    if live is UNSET:
        return "+", Tone.ADD
    return ("-", Tone.REMOVE) if desired is UNSET else ("~", Tone.CHANGE)


def _member(field: FieldChange, change: Change) -> str:
    """A member by its name, and the resource it stands for where the name does not tell."""
    name = safe(item_of(field.path))
    leaf = field.live if field.desired is UNSET else field.desired
    if isinstance(leaf, FileContent):
        return f"{name} {show_file(FileContent(leaf.sha256, '', leaf.size))}"
    target = leaf if isinstance(leaf, str) else ""
    own = f"{change.address.owner}/"
    if not target or target.removeprefix(own).rpartition("/")[2] == item_of(field.path):
        return f"{name} (shared)" if target.startswith("shared/") else name
    return f"{name} ({safe(target.removeprefix(own))})" if "/" in target else name


def _target(leaf: Leaf | Unset, change: Change) -> str:
    if isinstance(leaf, FileContent):
        return show_file(FileContent(leaf.sha256, "", leaf.size))
    return safe(leaf.removeprefix(f"{change.address.owner}/")) if isinstance(leaf, str) else show(leaf)


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _is_set_like(field: FieldChange, change: Change) -> bool:
    declared = KINDS[change.address.kind].by_name.get(field_of(field.path))
    return declared is not None and declared.shape in (Shape.SET, Shape.EDGES)


def _value(leaf: Leaf | Unset, field: FieldChange, change: Change, room: int) -> str:
    declared = KINDS[change.address.kind].by_name.get(field.path)
    if declared is not None and declared.targets and isinstance(leaf, str):
        return safe(leaf.removeprefix(f"{change.address.owner}/"))
    return brief(leaf, room)


def _is_name(field: FieldChange, change: Change) -> bool:
    """The label of a block and the like only repeat the address."""
    return field.path in ("label", "name") and field.desired in (change.address.name, change.server_name)


def relative(address: Address) -> str:
    """An address below the heading of its owner."""
    return safe(str(address).removeprefix(f"{address.owner}/"))
