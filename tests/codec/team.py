"""A class with one attribute of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, TypeAlias

from reconciler.codec import Always, AsGiven, Form, Key, Never, OrEmpty, Tagged
from reconciler.values import Address, Owner

SHARED_SET = Owner()


class Mood(Enum):
    """How it goes."""

    CALM = "calm"
    TENSE = "tense"


@dataclass(frozen=True, slots=True)
class Walk:
    """Going somewhere."""

    to: str


@dataclass(frozen=True, slots=True)
class SitDown:
    """Going nowhere."""


Step: TypeAlias = Annotated[Walk | SitDown, Tagged("do")]
Scaled: TypeAlias = Annotated[
    int, Form(lambda value, by: value * by, lambda raw, by: raw // by, {"type": "integer"})
]


@dataclass(frozen=True, slots=True)
class Team:
    """Some people."""

    name: str
    owner: Annotated[Owner, Key("set")] = SHARED_SET
    lead: OrEmpty[Address] = None
    size: Annotated[Always[int], Key(after="")] = 0
    """How many there are."""
    mood: Mood = Mood.CALM
    members: frozenset[Address] = frozenset()
    steps: tuple[Step, ...] = ()
    shares: Mapping[str, int] = field(default_factory=dict)
    said: AsGiven[Mapping[str, str | None]] = field(default_factory=dict)
    weight: Scaled = 1
    anything: Any = None
    is_open: bool = False
    known_to_us: Never[str] = ""
