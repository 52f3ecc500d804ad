"""One class for each kind of annotation: how such a value is written, read and described.

In: values, or plain JSON. Out: plain JSON, values, or JSON schema. Reading is strict: a key too many, a value
of another type or a text in another form than we write is a Misfit, which says where. It must not read
annotations.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from reconciler.codec.docstrings import attributes_of, described
from reconciler.codec.marks import Form, Misfit

Schema = dict[str, Any]
Definitions = dict[str, Schema]

BIGGEST = 2**63 - 1
"""No number we count with is beyond this."""

_NAMES = {dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"}
_JSON_TYPES: Mapping[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer", "minimum": -BIGGEST, "maximum": BIGGEST},
    bool: {"type": "boolean"},
}


class Shape(Protocol):
    """A kind of value. `context` is what the caller of the codec gave along."""

    def write(self, value: Any, context: Any) -> Any:
        """As plain JSON."""

    def read(self, raw: Any, context: Any) -> Any:
        """From plain JSON; Misfit where it is none."""

    def schema(self, definitions: Definitions) -> Schema:
        """Its JSON schema; classes go to the definitions."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, a whole number, or true or false."""

    kind: type

    def write(self, value: Any, context: Any) -> Any:
        return value

    def read(self, raw: Any, context: Any) -> Any:
        if type(raw) is not self.kind:
            raise _unexpected(self.kind, raw)
        if type(raw) is int and not -BIGGEST <= raw <= BIGGEST:
            raise Misfit("the number is too large")
        return raw

    def schema(self, definitions: Definitions) -> Schema:
        return dict(_JSON_TYPES[self.kind])


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON, as it is."""

    def write(self, value: Any, context: Any) -> Any:
        return value

    def read(self, raw: Any, context: Any) -> Any:
        return raw

    def schema(self, definitions: Definitions) -> Schema:
        return {}


@dataclass(frozen=True, slots=True)
class Choice:
    """A member of an enumeration, as its value."""

    members: Mapping[Any, Enum]

    def write(self, value: Any, context: Any) -> Any:
        return value.value

    def read(self, raw: Any, context: Any) -> Any:
        found = self.members.get(raw) if isinstance(raw, str) else None
        if found is None:
            raise Misfit(f"{_cut(raw)} is none of {', '.join(self.members)}")
        return found

    def schema(self, definitions: Definitions) -> Schema:
        return {"type": "string", "enum": list(self.members)}


@dataclass(frozen=True, slots=True)
class Text:
    """What has a text form, such as an address: `str` writes it and `parse` reads it."""

    parse: Callable[[str], Any]

    def write(self, value: Any, context: Any) -> Any:
        return str(value)

    def read(self, raw: Any, context: Any) -> Any:
        if type(raw) is not str:
            raise _unexpected(str, raw)
        try:
            found = self.parse(raw)
        except ValueError as error:
            raise Misfit(str(error)) from error
        if str(found) != raw:
            raise Misfit(f"{_cut(raw)} is written {_cut(str(found))}")
        return found

    def schema(self, definitions: Definitions) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Own:
    """What has a form of its own."""

    form: Form

    def write(self, value: Any, context: Any) -> Any:
        return self.form.write(value, context)

    def read(self, raw: Any, context: Any) -> Any:
        try:
            return self.form.read(raw, context)
        except Misfit:
            raise
        except ValueError as error:
            raise Misfit(str(error)) from error

    def schema(self, definitions: Definitions) -> Schema:
        return dict(self.form.schema)


@dataclass(frozen=True, slots=True)
class Maybe:
    """A value or None, which is written as `none`: null, or an empty text."""

    item: Shape
    none: str | None = None

    def write(self, value: Any, context: Any) -> Any:
        return self.none if value is None else self.item.write(value, context)

    def read(self, raw: Any, context: Any) -> Any:
        return None if raw == self.none else self.item.read(raw, context)

    def schema(self, definitions: Definitions) -> Schema:
        item = self.item.schema(definitions)
        return {"anyOf": [item, {"type": "null"}]} if self.none is None else item


@dataclass(frozen=True, slots=True)
class Sequence:
    """A tuple, in its order."""

    item: Shape

    def write(self, value: Any, context: Any) -> Any:
        write = self.item.write
        return [write(each, context) for each in value]

    def read(self, raw: Any, context: Any) -> Any:
        if type(raw) is not list:
            raise _unexpected(list, raw)
        read, found = self.item.read, []
        try:
            for each in raw:
                found.append(read(each, context))
        except Misfit as wrong:
            raise wrong.below(len(found)) from wrong.__cause__
        return tuple(found)

    def schema(self, definitions: Definitions) -> Schema:
        return {"type": "array", "items": self.item.schema(definitions)}


@dataclass(frozen=True, slots=True)
class Collection:
    """A frozenset, sorted: texts as they stand in the file, classes by themselves."""

    item: Shape

    def write(self, value: Any, context: Any) -> Any:
        if isinstance(self.item, Record):
            return [self.item.write(each, context) for each in sorted(value)]
        return sorted(self.item.write(each, context) for each in value)

    def read(self, raw: Any, context: Any) -> Any:
        return frozenset(Sequence(self.item).read(raw, context))

    def schema(self, definitions: Definitions) -> Schema:
        return Sequence(self.item).schema(definitions)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A mapping, in the order of its keys; those that have an `order` of their own by that."""

    key: Shape
    item: Shape
    is_sorted: bool = True

    def write(self, value: Any, context: Any) -> Any:
        key, item = self.key.write, self.item.write
        pairs = sorted(value.items(), key=_order) if self.is_sorted else value.items()
        return {key(name, context): item(each, context) for name, each in pairs}

    def read(self, raw: Any, context: Any) -> Any:
        if type(raw) is not dict:
            raise _unexpected(dict, raw)
        key, item, found, name = self.key.read, self.item.read, {}, ""
        try:
            for name, each in raw.items():
                found[key(name, context)] = item(each, context)
        except Misfit as wrong:
            raise wrong.below(name) from wrong.__cause__
        return found

    def schema(self, definitions: Definitions) -> Schema:
        return {"type": "object", "additionalProperties": self.item.schema(definitions)}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a class, and the key it stands under."""

    name: str
    key: str
    shape: Shape
    default: Any
    is_always: bool
    is_required: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A frozen dataclass, as an object; one of a union begins with its tag."""

    kind: type
    attributes: tuple[Attribute, ...] = ()
    tag: Mapping[str, str] = field(default_factory=dict)

    def write(self, value: Any, context: Any) -> Any:
        found: dict[str, Any] = dict(self.tag)
        for each in self.attributes:
            inner = getattr(value, each.name)
            if each.is_always or inner != each.default:
                found[each.key] = each.shape.write(inner, context)
        return found

    def read(self, raw: Any, context: Any) -> Any:
        if type(raw) is not dict:
            raise _unexpected(dict, raw)
        values, left = {}, len(raw) - len(self.tag)
        for each in self.attributes:
            if each.key not in raw:
                if each.is_required:
                    raise Misfit(f"{each.key!r} is missing")
                values[each.name] = each.default
                continue
            left -= 1
            try:
                values[each.name] = each.shape.read(raw[each.key], context)
            except Misfit as wrong:
                raise wrong.below(each.key) from wrong.__cause__
        if left:
            raise Misfit(f"there is no key {_cut(self._unknown(raw))} in this")
        return self.kind(**values)

    def schema(self, definitions: Definitions) -> Schema:
        name = self.kind.__name__
        if name not in definitions:
            definitions[name] = {}  # it may name itself
            definitions[name] = self._described(definitions)
        return {"$ref": f"#/$defs/{name}"}

    def _described(self, definitions: Definitions) -> Schema:
        said = attributes_of(self.kind)
        tags: Schema = {key: {"const": value} for key, value in self.tag.items()}
        own = {
            each.key: described(each.shape.schema(definitions), said.get(each.name, ""))
            for each in self.attributes
        }
        return {
            "description": inspect.getdoc(self.kind),
            "type": "object",
            "required": [*tags, *(each.key for each in self.attributes if each.is_required)],
            "properties": tags | own,
            "additionalProperties": False,
        }

    def _unknown(self, raw: Mapping[str, Any]) -> str:
        return min(raw.keys() - self.tag.keys() - {each.key for each in self.attributes}, key=str)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several classes, told by a tag."""

    key: str
    by_kind: Mapping[type, Record]
    by_tag: Mapping[str, Record]

    def write(self, value: Any, context: Any) -> Any:
        return self.by_kind[type(value)].write(value, context)

    def read(self, raw: Any, context: Any) -> Any:
        if type(raw) is not dict:
            raise _unexpected(dict, raw)
        tag = raw.get(self.key)
        found = self.by_tag.get(tag) if isinstance(tag, str) else None
        if found is None:
            raise Misfit(f"{_cut(tag)} is none of {', '.join(self.by_tag)}").below(self.key)
        return found.read(raw, context)

    def schema(self, definitions: Definitions) -> Schema:
        return {"oneOf": [each.schema(definitions) for each in self.by_tag.values()]}


def _order(item: tuple[Any, Any]) -> Any:
    return getattr(item[0], "order", item[0])


def _unexpected(kind: type, raw: Any) -> Misfit:
    return Misfit(f"{_cut(raw)} is not {_NAMES[kind]}")


def _cut(raw: Any) -> str:
    """What stands there, as far as one can read it at a glance; never what is inside of it."""
    if isinstance(raw, dict | list):
        return _NAMES[type(raw)]
    return "null" if raw is None else repr(raw)[:60]
