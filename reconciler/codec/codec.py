"""The codec of a class: what its annotations say, worked out once.

In: a frozen dataclass and its marks. Out: values as plain JSON, values from plain JSON, and the JSON schema
of what is written. It must not know any class, nor how JSON becomes text.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from reconciler.codec.marks import Form, Key, Mark, Tagged
from reconciler.codec.shapes import (
    Anything,
    Attribute,
    Choice,
    Collection,
    Dictionary,
    Maybe,
    OneOf,
    Own,
    Record,
    Scalar,
    Schema,
    Sequence,
    Shape,
    Text,
)

T = TypeVar("T")
_MISSING = dataclasses.MISSING


class Codec(Generic[T]):
    """Writes and reads one class."""

    def __init__(self, kind: type[T]) -> None:
        self._shape = _Walk().record(kind)

    def write(self, value: T, context: Any = None) -> dict[str, Any]:
        """The value as plain JSON; forms of their own get the context."""
        found: dict[str, Any] = self._shape.write(value, context)
        return found

    def read(self, raw: Any, context: Any = None) -> T:
        """The value that plain JSON holds; Misfit says where it is none."""
        found: T = self._shape.read(raw, context)
        return found

    def schema(self, title: str) -> Schema:
        """The JSON schema of what is written."""
        definitions: dict[str, Schema] = {}
        top = self._shape.schema(definitions)["$ref"].rpartition("/")[2]
        own = definitions.pop(top)
        return {"$defs": dict(sorted(definitions.items())), **own, "title": title}


@dataclass(frozen=True, slots=True)
class _Walk:
    """Over the annotations of classes that name each other; each class once."""

    records: dict[type, Record] = field(default_factory=dict)

    def record(self, kind: type, tag: Mapping[str, str] | None = None) -> Record:
        if kind not in self.records:
            self.records[kind] = Record(kind, tuple(self._attributes(kind)), tag or {})
        return self.records[kind]

    def _attributes(self, kind: type) -> Iterator[Attribute]:
        hints = typing.get_type_hints(kind, include_extras=True)
        marks = {each.name: _marks(hints[each.name]) for each in dataclasses.fields(kind)}
        for each in _ordered(dataclasses.fields(kind), marks):
            here = marks[each.name]
            if Mark.NEVER not in here:
                default = _default(each, hints[each.name])
                yield Attribute(
                    each.name,
                    next((key.name for key in here if isinstance(key, Key) and key.name), each.name),
                    self.shape(hints[each.name]),
                    default,
                    is_always=Mark.ALWAYS in here or Mark.EMPTY in here,
                    is_required=default is _MISSING,
                )

    def shape(self, hint: Any) -> Shape:
        marks, bare = _marks(hint), _bare(hint)
        form = next((mark for mark in marks if isinstance(mark, Form)), None)
        if form is not None:
            return Own(form)
        tagged = next((mark for mark in marks if isinstance(mark, Tagged)), None)
        if tagged is not None:
            return self._union(tagged.key, typing.get_args(bare))
        origin, arguments = typing.get_origin(bare), typing.get_args(bare)
        if origin in (typing.Union, types.UnionType):
            return self._optional(arguments, "" if Mark.EMPTY in marks else None)
        if origin is tuple:
            return Sequence(self.shape(arguments[0]))
        if origin is frozenset:
            return Collection(self.shape(arguments[0]))
        if inspect.isclass(origin) and issubclass(origin, Mapping):
            key, item = map(self.shape, arguments)
            return Dictionary(key, item, is_sorted=Mark.AS_GIVEN not in marks)
        return self._plain(bare)

    def _plain(self, kind: Any) -> Shape:
        if kind is Any:
            return Anything()
        return self._of_class(kind)

    def _of_class(self, kind: type[Any]) -> Shape:
        if hasattr(kind, "parse"):
            return Text(kind.parse)
        if issubclass(kind, Enum):
            return Choice({member.value: member for member in kind})
        return self.record(kind) if dataclasses.is_dataclass(kind) else Scalar(kind)

    def _optional(self, arguments: Iterable[Any], none: str | None) -> Shape:
        """A value that may be None, or not given at all: an enumeration of one member says so."""
        items = [each for each in arguments if each is not types.NoneType and not _is_absence(each)]
        (item,) = map(self.shape, items)
        return Maybe(item, none) if types.NoneType in arguments else item

    def _union(self, key: str, kinds: Iterable[type]) -> OneOf:
        by_tag = {_small(kind.__name__): kind for kind in kinds}
        records = {name: self.record(kind, {key: name}) for name, kind in by_tag.items()}
        return OneOf(key, {each.kind: each for each in records.values()}, records)


def _marks(hint: Any) -> tuple[Any, ...]:
    """Everything said beside a type; of the parts of a union, nothing."""
    return hint.__metadata__ if typing.get_origin(hint) is typing.Annotated else ()


def _bare(hint: Any) -> Any:
    return hint.__origin__ if typing.get_origin(hint) is typing.Annotated else hint


def _ordered(
    fields: Iterable[dataclasses.Field[Any]], marks: Mapping[str, tuple[Any, ...]]
) -> list[dataclasses.Field[Any]]:
    after = {
        name: mark.after
        for name, here in marks.items()
        for mark in here
        if isinstance(mark, Key) and mark.after is not None
    }
    found = [each for each in fields if each.name not in after]
    for each in (each for each in fields if each.name in after):
        names = [other.name for other in found]
        found.insert(names.index(after[each.name]) + 1 if after[each.name] else 0, each)
    return found


def _default(attribute: dataclasses.Field[Any], hint: Any) -> Any:
    """What it is where the file does not say; nothing where the file must."""
    if attribute.default_factory is not _MISSING:
        return attribute.default_factory()
    may_be_none = types.NoneType in typing.get_args(_bare(hint))
    return None if may_be_none and attribute.default is _MISSING else attribute.default


def _is_absence(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, Enum) and len(kind) == 1


def _small(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
