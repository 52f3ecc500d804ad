"""Puts a company up on a server and plays a script, day by day; each night is held to the ledger.

In: a server, a script, who watches commands. Out: the nights, with what grew. The first thing that is not as
the contract says ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.audit.snapshot import Snapshot
from tests.live.raw import RawServer
from tests.month.backups import Backups
from tests.month.bots import Bot, Watcher
from tests.month.company import Company
from tests.month.growth import Growth, Night
from tests.month.ledger import Ledger
from tests.month.machines import Ci, Machine
from tests.month.others import App, Operator
from tests.month.script import BOTS, Day

CALLS = 100


class Month:
    """Everybody, and what must be so."""

    def __init__(
        self, url: str, look: Callable[[], Snapshot], home: Path, watcher: Watcher, backups: Backups
    ) -> None:
        self.ledger, self.growth, self._look = Ledger(), Growth(), look
        self._company = company = Company(home / "main", self.ledger)
        server = RawServer(url)
        machine = (company.root, url)
        self._ci = Ci("ci", *machine, home / "ci", self.ledger, self.growth)
        laptop = Machine("laptop", *machine, home / "laptop", self.ledger, self.growth)
        self._bots = {
            name: Bot(name, company, self.ledger, self.growth, url, home / name, watcher) for name in BOTS
        }
        self._app = App(server, look, self.ledger)
        self._actors: dict[str, Any] = {
            "company": company,
            "ci": self._ci,
            "laptop": laptop,
            "app": self._app,
            "operator": Operator(server, look, self.ledger, company, laptop, self._ci, backups),
            **self._bots,
        }

    def begin(self) -> None:
        """Before the first day: a server that somebody else uses already."""
        self.growth.begin(self._look())
        for user in self._company.users:
            self.ledger.joined(user)
        self._company.write()
        self._app.settle_in()
        for bot in self._bots.values():
            bot.deploy()

    def end(self) -> None:
        """The bots go."""
        for bot in self._bots.values():
            bot.stop()

    def play(self, day: Day) -> Night:
        """One day and its night."""
        for event in day.events:
            with told(f"day {day.number}, {event}"):
                getattr(self._actors[event.actor], event.does)(**event.about)
        with told(f"the night of day {day.number}"):
            self._ci.night()
            snapshot = self._look()
            wrong = self.ledger.wrong(snapshot)
            if wrong:
                raise AssertionError("\n".join(wrong))
        others = {*self.ledger.foreign, *self.ledger.own_blocks}
        return self.growth.night(day.number, snapshot, others, len(self.ledger.users))

    def bytes_per_call(self) -> float:
        """What each call leaves behind in the memory of a bot that lived through all of it."""
        return self._bots["new-bot"].memory("guest-01", CALLS)


@contextmanager
def told(when: str) -> Iterator[None]:
    """What goes wrong says when."""
    try:
        yield
    except Exception as error:
        error.add_note(when)
        raise
