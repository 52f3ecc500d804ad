"""The tables of the kinds as a page for people: docs/reference/fields.md.

In: tables. Out: Markdown. A test fails when the committed page is not what this makes. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.kinds.field import Default, Field, Key, Kind, LongText
from reconciler.kinds.types import Shape, Type
from reconciler.kinds.undeclarable import UNDECLARABLE
from reconciler.values import UNSET, Ownership

_HEAD = """# Fields

Made from the tables in `reconciler/kinds/`; after a change of these:
`RECONCILER_UPDATE_GOLDEN=1 python -m pytest tests/kinds`.

- *default* is what the server has where no manifest says anything, as far as it is always the same.
- *line removed* is what becomes of the value on the server when a manifest that had the key no longer has it.
  One that was changed on the server since stays in any case.
- Every field is `enforced` unless its line says otherwise; `ownership:` changes that. Texts, whole numbers
  and truth values may be expressions, `${{ ... }}`, unless their line says otherwise.
"""
_COLUMNS = ("key", "what it is", "type", "default", "line removed", "example")


def fields_page(kinds: Iterable[Kind]) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for kind in kinds for line in _of_kind(kind))])


def _of_kind(kind: Kind) -> Iterator[str]:
    yield f"## {kind.name}\n"
    yield from _table(kind.keys_in(""))
    for section in dict.fromkeys(field.section for field in kind.fields if field.section):
        yield f"In `{section}`:\n"
        yield from _table(kind.keys_in(section))
    made = [field for field in kind.fields if field.follows]
    if made:
        yield "Fields without a key of their own, which plans, `ownership` and `exact` name:\n"
        yield from (f"- `{field.name}`: {_first_low(field)}; from {field.follows}." for field in made)
        yield ""
    yield "What requests can hold and manifests cannot say:\n"
    yield from (f"- `{sent}`: {reason}." for sent, reason in sorted(UNDECLARABLE[kind.name].items()))
    yield ""


def _table(entries: Iterable[Key]) -> Iterator[str]:
    yield _row(_COLUMNS)
    yield _row("---" for _ in _COLUMNS)
    yield from (_row(_cells(entry)) for entry in entries)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(entry: Key) -> Iterator[str]:
    yield f"`{entry.key}`"
    yield ". ".join([entry.description, *_notes(entry)])
    yield _type(entry)
    yield _defaults(entry) if isinstance(entry, Field) else ""
    yield _removed(entry) if isinstance(entry, Field) else ""
    yield _code(entry.example)


def _notes(entry: Key) -> Iterator[str]:
    if entry.required:
        yield "Needed"
    if not isinstance(entry, Field):
        return
    if entry.name != entry.key:
        yield f"Plans call it `{entry.name}`"
    if entry.sent_as != entry.name:
        yield f"Letta calls it `{entry.sent_as}`"
    if entry.ownership is not Ownership.ENFORCED:
        yield f"`{entry.ownership.value}`: what is changed on the server is kept"
    if entry.immutable:
        yield "A change replaces the resource"
    if not entry.exact:
        yield f"More of them on the server stay, but for `exact: [{entry.name}]`"
    if entry.secret:
        yield "Never shown"


def _type(entry: Key) -> str:
    words = ", ".join(f"`{word}`" for word in entry.choices)
    return f"{entry.type.value}: {words}" if words else entry.type.value


def _defaults(field: Field) -> str:
    return ", ".join(dict.fromkeys(map(_default, field.default)))


def _default(default: Default) -> str:
    return "a text of the server" if isinstance(default, LongText) else _code(default)


def _removed(field: Field) -> str:
    if field.shape in (Shape.SET, Shape.EDGES):
        return "taken off"
    if field.type is Type.NAME:
        return "becomes the name made of constellation, user and key"
    if field.cleared is UNSET:
        return "stays"
    return "taken off" if field.shape is Shape.MAPPING else f"becomes {_code(field.cleared)}"


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _first_low(field: Field) -> str:
    return field.description[0].lower() + field.description[1:]
