"""Who does what on which day, drawn from a seed: plain data that a person can read.

In: a seed and a number of days. Out: days. All that changes the company comes within the first five days;
later days draw from the same. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

FROM_CSV, BY_BOTS = 12, 6
BOTS = ("old-bot", "new-bot")
_TURNS = (
    ("change_rules", "rename_agent"),
    ("erase", "deploy", "accept"),
    ("change_seed", "rename_user", "restore_backup"),
    ("change_system", "join", "comeback"),
)
"""What happens on the second to the fifth day, apart from everyday life."""
_LATER = (
    "change_rules",
    "change_seed",
    "change_system",
    "rename_user",
    "join",
    "erase",
    "comeback",
    "deploy",
    "accept",
    "restore_backup",
)
_FEWEST = 8
"""Users below which nobody is erased any more."""


@dataclass(frozen=True)
class Event:
    """One actor does one thing."""

    actor: str
    does: str
    about: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = " ".join(f"{key}={value}" for key, value in self.about.items())
        return f"{self.actor}: {self.does} {told}".strip()


@dataclass(frozen=True)
class Day:
    """What happens until the night."""

    number: int
    events: tuple[Event, ...]

    def __str__(self) -> str:
        return "\n".join((f"day {self.number}", *(f"  {each}" for each in self.events)))


def declared_at_first() -> tuple[str, ...]:
    """The users of the CSV on the first day."""
    return tuple(f"clerk-{number:02}" for number in range(1, FROM_CSV + 1))


def drawn(seed: int, days: int) -> tuple[Day, ...]:
    """The same for the same seed; the first days of a longer script are those of a shorter one."""
    return tuple(_Drawing(Random(seed)).days(days))


class _Drawing:
    """Knows who is there, so that what is drawn can happen."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._declared = list(declared_at_first())
        self._by_bots: list[str] = []
        self._erased: list[str] = []
        self._renamed: set[str] = set()
        self._joined = FROM_CSV

    def days(self, number: int) -> Iterator[Day]:
        yield Day(1, (Event("ci", "apply"), *self._contacts(2), *self._life()))
        for day in range(2, number + 1):
            turns = _TURNS[day - 2] if day - 2 < len(_TURNS) else self._random.sample(_LATER, 2)
            events = [*self._contacts(2), *self._life()]
            for turn in turns:
                events += getattr(self, f"_{turn}")()
            yield Day(day, tuple(events))

    # ---- everyday life ----------------------------------------------------------------------------

    def _contacts(self, number: int) -> list[Event]:
        """New users come to either bot."""
        made = []
        for _ in range(min(number, BY_BOTS - len(self._by_bots))):
            user = f"guest-{len(self._by_bots) + 1:02}"
            self._by_bots.append(user)
            made.append(Event(self._random.choice(BOTS), "contact", {"user": user}))
        return made

    def _life(self) -> list[Event]:
        bot, other = self._random.sample(BOTS, 2)
        events = [
            Event(bot, "chat", {"user": self._anybody(), "text": self._words()}),
            Event(other, "chat", {"user": self._anybody(), "text": self._words()}),
            Event(
                bot, self._random.choice(("note", "say")), {"user": self._anybody(), "text": self._words()}
            ),
            Event("app", self._random.choice(("learn", "passage")), self._somebody(text=self._words())),
            Event("app", self._random.choice(("tag", "tag", "retag")), self._somebody(tag=self._words())),
            Event("app", "upsert_block", self._somebody(value=self._words())),
            Event("operator", "edit_rules", self._somebody(value=self._words())),
            Event("operator", self._random.choice(("detach_tool", "delete_agent")), self._somebody()),
            self._random.choice(
                (
                    Event("laptop", "compare"),
                    Event("laptop", "apply"),
                    Event("app", "upsert_tool", {"text": self._words()}),
                    Event(other, "restart"),
                )
            ),
        ]
        self._random.shuffle(events)
        return events

    def _anybody(self) -> str:
        """Whoever is there and was never called otherwise: a bot of another age knows both by one name."""
        there = [each for each in (*self._declared, *self._by_bots) if each not in self._erased]
        return self._random.choice([each for each in there if each not in self._renamed])

    def _somebody(self, **more: str) -> dict[str, str]:
        return {"user": self._anybody(), **more}

    def _words(self) -> str:
        return f"w{self._random.randrange(16**8):08x}"

    # ---- what changes -----------------------------------------------------------------------------

    def _change_rules(self) -> list[Event]:
        return [Event("company", "change_rules", {"value": self._words()})]

    def _change_seed(self) -> list[Event]:
        return [Event("company", "change_seed", {"value": self._words()})]

    def _change_system(self) -> list[Event]:
        return [Event("company", "change_system", {"value": self._words()})]

    def _rename_agent(self) -> list[Event]:
        return [Event("company", "rename_agent")]

    def _rename_user(self) -> list[Event]:
        old = self._random.choice([each for each in self._declared if each not in self._renamed])
        new = f"{old}-wed"
        self._declared[self._declared.index(old)] = new
        self._renamed.add(new)
        return [Event("company", "rename_user", {"user": old, "to": new})]

    def _join(self) -> list[Event]:
        self._joined += 1
        user = f"clerk-{self._joined:02}"
        self._declared.append(user)
        return [Event("company", "join", {"user": user})]

    def _erase(self) -> list[Event]:
        there = [each for each in (*self._declared, *self._by_bots) if each not in self._erased]
        if len(there) < _FEWEST:
            return []
        user = self._random.choice([each for each in there if each not in self._renamed])
        if user in self._declared:
            self._declared.remove(user)
        self._erased.append(user)
        return [Event("operator", "erase", {"user": user})]

    def _accept(self) -> list[Event]:
        first = [each for each in declared_at_first() if each in self._declared]
        about = {"user": self._random.choice(first)}
        return [Event("app", "learn", {**about, "text": self._words()}), Event("laptop", "accept", about)]

    def _restore_backup(self) -> list[Event]:
        return [Event("operator", "restore_backup", {"value": self._words()})]

    def _comeback(self) -> list[Event]:
        return [Event("old-bot", "comeback", {"user": each}) for each in self._erased[-1:]]

    def _deploy(self) -> list[Event]:
        return [Event("new-bot", "deploy")]
