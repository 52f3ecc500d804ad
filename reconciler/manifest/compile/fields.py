"""Fields of a resource to leaves, each of its type.

In: the nodes of one resource and a draft. Out: the draft with leaves, fixed or computed. It must not know
references between resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reconciler.kinds import KINDS, Field, Shape, Type
from reconciler.manifest.compile.blueprint import Draft
from reconciler.manifest.language.computed import Language, Setting
from reconciler.manifest.language.literal_text import lookalike
from reconciler.manifest.language.time_zones import is_zone, similar_zone
from reconciler.manifest.language.values import Computed, Value
from reconciler.manifest.names import reserved
from reconciler.manifest.yaml.file_limits import MAX_WHOLE
from reconciler.manifest.yaml.findings import Findings, kind_of
from reconciler.manifest.yaml.node import Node
from reconciler.values import UNSET, Leaf, item_path, key_path

_FROM_FILE = Type.PROSE_OR_FILE
_PROSE = (Type.PROSE, _FROM_FILE)
_JSON = tuple(each for each in Type if each.is_json or each is Type.ENTRIES)
_NEVER_EMPTY = (Type.HANDLE, Type.NAME, Type.WORD)


class WrongType(ValueError):
    """A value does not fit its field; a hint that takes time to find is given as a function."""

    def __init__(self, summary: str, hint: str | Callable[[], str] = "") -> None:
        super().__init__(summary)
        self.hint = hint


def fit(field: Field, value: Any) -> Leaf:
    """A computed value as its field wants it, or WrongType; an empty text is what the server makes of it."""
    match field.type:
        case Type.WHOLE:
            return _whole(field.name, value)
        case Type.TRUTH:
            if not isinstance(value, bool):
                raise WrongType(f"{field.name!r} must be true or false, the expression gives {_shown(value)}")
            return value
        case each if each in _JSON:
            return _json(value)
        case _:
            return _text(field, value)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WrongType(f"{name!r} must be a whole number above 0, the expression gives {_shown(value)}")
    if value > MAX_WHOLE:
        raise WrongType(f"{name!r} must be at most {MAX_WHOLE}, the expression gives {_shown(value)}")
    return value


def _text(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise WrongType(f"{field.name!r} must be text, the expression gives {kind_of(value)}")
    if field.type in _NEVER_EMPTY and value == "":
        raise WrongType(f"{field.name!r} is empty")
    if field.type is Type.ZONE and value != "" and not is_zone(str(value)):
        raise WrongType(f"there is no time zone {str(value)!r}", lambda: similar_zone(str(value)))
    return str(value) or _emptied(field)


def _emptied(field: Field) -> str:
    """What it means to leave a text empty: nothing, but for a field that the server always fills in."""
    return field.cleared if isinstance(field.cleared, str) else ""


def _json(value: Any) -> Leaf:
    if isinstance(value, dict | list | str | int | float | bool) or value is None:
        return value
    raise WrongType(f"the expression gives {type(value).__name__}, which is not a value")


def _shown(value: Any) -> str:
    return f"the text {value!r}" if isinstance(value, str) else f"{value!r}"


def put_fields(draft: Draft, node: Node, language: Language, setting: Setting) -> None:
    """Every field of the resource that is a value of its own."""
    for field in KINDS[draft.kind].fields:
        child = None if field.section else node.get(field.key)
        if child is None or child.value is None or field.shape is Shape.EDGES or field.secret:
            continue
        draft.origins[field.name] = node.place(field.key)
        if field.shape is Shape.MAPPING:
            draft.named.add(field.name)
            _put_mapping(draft, field, child, language, setting)
        elif field.shape is Shape.SET:
            draft.named.add(field.name)
            if field.type is Type.TEXTS:
                _put_members(draft, field.name, child, language, setting)
        elif field.type is not Type.NAME:
            _warn_of_lookalike(field.type, child, language.findings)
            read = _reader(field.type, language)
            put(draft, field.name, field.name, read(child, setting), language.findings)


def _warn_of_lookalike(type_: Type, node: Node, findings: Findings) -> None:
    """Of texts that agents read."""
    if type_ not in _PROSE or not isinstance(node.value, str):
        return
    if found := lookalike(node.value, may_be_file=type_ is _FROM_FILE):
        findings.warning(found.summary, node.origin, hint=found.hint)


def _reader(type_: Type, language: Language) -> Any:
    if type_ is _FROM_FILE:
        return language.text_or_file
    return language.json if type_ in _JSON else language.scalar


def put(draft: Draft, path: str, field: str, value: Value, findings: Findings) -> None:
    """One leaf."""
    if isinstance(value, Computed):
        draft.computed.append((path, field, value))
        return
    if value.value is UNSET:
        return
    try:
        draft.fixed[path] = fit(KINDS[draft.kind].by_name[field], value.value)
    except WrongType as wrong:
        findings.error(str(wrong), value.origin, hint=wrong.hint)


def _put_mapping(draft: Draft, field: Field, node: Node, language: Language, setting: Setting) -> None:
    nested = field.type.is_nested
    for path, key, child in _entries(field.name, node, nested):
        why = "" if nested else reserved(key)
        if why:
            language.findings.error(f"the key {key!r} is reserved", node.place(key), why=why)
        value = language.json(child, setting)
        put(draft, path, field.name, value, language.findings)


def _entries(prefix: str, node: Node, nested: bool) -> Iterator[tuple[str, str, Node]]:
    for key, child in node.items.items():
        path = key_path(prefix, key)
        if nested and child.items:
            yield from _entries(path, child, nested)
        else:
            yield path, key, child


def _put_members(draft: Draft, field: str, node: Node, language: Language, setting: Setting) -> None:
    seen: set[str] = set()
    for child in node.elements:
        value = language.scalar(child, setting)
        if isinstance(value, Computed):
            draft.members.append((field, value))
            continue
        if value.value is UNSET:
            continue
        tag = str(value.value)
        why = reserved(tag)
        if why:
            language.findings.error(f"the tag {tag!r} is reserved", child.origin, why=why)
        if tag in seen:
            language.findings.error(f"the tag {tag!r} is listed twice", child.origin)
        seen.add(tag)
        draft.fixed[item_path(field, tag)] = True
