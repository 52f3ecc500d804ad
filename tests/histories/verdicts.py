"""The table of the contract: what a field must hold after an apply, and what a plan must call its move.

In: who has the last word, what was last applied, what is there, what is declared. Out: the values that are
right. Where it is not known what was last applied (a run was killed, a record was lost), several may be.
Written from the contract; it shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tests.histories.declared import Thing, field_of, is_member


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()
"""A field that is not set, a member that is not there, a base that is not known."""
Values = tuple[Any, ...]


def after(thing: Thing, path: str, bases: Iterable[Any], live: Any, desired: Any) -> Values:
    """What may be there after an apply that did all it planned."""
    found: list[Any] = []
    for base in bases:
        found += [each for each in _after(thing, path, base, live, desired) if each not in found]
    return tuple(found)


def _after(thing: Thing, path: str, base: Any, live: Any, desired: Any) -> Values:
    word = thing.word(path)
    if word == "absent":
        return (NOTHING,) if is_member(path) or field_of(path) in _CLEARED else (NOTHING, live)
    if word == "observed":
        return (live,)
    if desired is NOTHING:
        return _dropped(thing, path, word, base, live)
    if live == desired:
        return (desired,)
    if word == "enforced":
        return (desired,)
    if base is NOTHING:
        return (desired,) if live is NOTHING else (live,)
    if live == base or (live is NOTHING and field_of(path) == "files"):
        return (desired,)
    if desired == base or word == "seeded":
        return (live,)
    return (merged(str(base), str(live), str(desired)),)


_CLEARED = frozenset({"description", "system", "instructions"})
"""Fields that the server can empty."""


_BY_DEFAULT: dict[str, Values] = {"limit": (100_000,)}
"""What the server gives a field that nobody names, where a plan can write that."""


def _dropped(thing: Thing, path: str, word: str, base: Any, live: Any) -> Values:
    """Declared no more, or never."""
    if not is_member(path):
        return (live, NOTHING, *_BY_DEFAULT.get(field_of(path), ()))
    if base is NOTHING:
        is_policed = field_of(path) in thing.named and thing.is_exact(path) and word == "enforced"
        return (NOTHING,) if is_policed else (live,)
    if field_of(path) == "files":
        return (NOTHING,) if live == base else (live,)
    return (NOTHING,) if word == "enforced" else (live, NOTHING)


def merged(base: str, live: str, desired: str) -> str:
    """Line by line, where all three have as many lines; live where both changed one line, or lines that
    touch."""
    olds, lives, news = (text.split("\n") for text in (base, live, desired))
    if not len(olds) == len(lives) == len(news):
        return live
    theirs = {number for number, old in enumerate(olds) if lives[number] != old}
    ours = {number for number, old in enumerate(olds) if news[number] != old}
    if any(number + step in ours for number in theirs for step in (-1, 0, 1)):
        return live
    return "\n".join(news[n] if n in ours else lives[n] for n in range(len(olds)))


def called(thing: Thing, path: str, base: Any, live: Any, desired: Any) -> str:
    """`drift`, `learned`, `conflict` or nothing of these, for one known base."""
    word = thing.word(path)
    if live == desired or (desired is NOTHING and not is_member(path)):
        return ""
    if base is NOTHING:
        if desired is NOTHING:
            is_policed = thing.is_exact(path) and word == "enforced"
            return {(True, True): "drift", (True, False): "learned"}.get(
                (field_of(path) in thing.named, is_policed), ""
            )
        return ""
    if desired is NOTHING or live == base:
        return ""
    if desired == base:
        return "drift" if word == "enforced" else "learned"
    return "conflict"
