"""How an attribute of a frozen dataclass stands in a file, said beside its type.

In: nothing. Out: marks for `Annotated`. Without any, an attribute stands under its own name, in the order of
the class, and is left out where it has its default, or is None. It must not import anything that takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, TypeAlias, TypeVar

T = TypeVar("T")


class Misfit(ValueError):
    """JSON that is not what a class says; `path` are the keys and positions that lead to it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.path: tuple[str | int, ...] = ()

    def below(self, key: str | int) -> Misfit:
        """The same, as seen from one level higher."""
        self.path = (key, *self.path)
        return self

    def __str__(self) -> str:
        return f"{place(self.path)}: {self.what}" if self.path else self.what


def place(path: tuple[str | int, ...]) -> str:
    """Where in a document, such as `changes[3].operations[0].address`."""
    parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return "".join(parts).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Key:
    """The key in the file, where it is not the name of the attribute, and the attribute it comes after, where
    that is not the one before; `after=""` puts it first."""

    name: str = ""
    after: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A form of its own. `write` takes a value, `read` what stands in the file, each with what the caller of
    the codec gave along; `read` raises ValueError for what is none."""

    write: Callable[[Any, Any], Any]
    read: Callable[[Any, Any], Any]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tagged:
    """The key that tells which class of a union an object is, by its name in small letters."""

    key: str


class Mark(Enum):
    """What needs no more words."""

    ALWAYS = "always"
    NEVER = "never"
    EMPTY = "empty"
    AS_GIVEN = "as_given"


Always: TypeAlias = Annotated[T, Mark.ALWAYS]
"""Is written though it has its default."""

Never: TypeAlias = Annotated[T, Mark.NEVER]
"""Is in no file."""

OrEmpty: TypeAlias = Annotated[T | None, Mark.EMPTY]
"""Is always written, None as an empty text."""

AsGiven: TypeAlias = Annotated[T, Mark.AS_GIVEN]
"""A mapping in its own order, where others are sorted."""
