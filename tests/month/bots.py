"""A bot as the company runs it: a deployment of some age, a cache that outlives its process, and the process.

In: what users ask. Out: what the bot answered; what must be so from now on goes into the ledger.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.month.company import Company
from tests.month.growth import Growth
from tests.month.ledger import Ledger

_ROOT = Path(__file__).parents[2]


class Watcher(Protocol):
    """Is told when something of ours begins and when it has ended, as the auditor is."""

    def opened(self) -> None:
        """It begins."""

    def closed(self) -> None:
        """It has ended."""


@dataclass
class Bot:
    """One bot, whose process is told apart from commands: it lives on, and its calls are what is watched."""

    name: str
    company: Company
    ledger: Ledger
    growth: Growth
    url: str
    home: Path
    watcher: Watcher
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def deploy(self) -> None:
        """The manifests of now, and a process anew."""
        self.stop()
        self.company.copied(self.home / "manifests")
        self._start()

    def restart(self) -> None:
        """The same manifests on another machine: without a cache."""
        self.stop()
        for file in self.home.glob("cache*"):
            file.unlink()
        self._start()

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    # ---- what users do ----------------------------------------------------------------------------

    def contact(self, user: str) -> None:
        """Somebody comes to the bot; its set is complete then."""
        self._asked("contact", user=user)
        self.ledger.joined(user)

    def chat(self, user: str, text: str) -> None:
        """What the bot wrote is learned."""
        answer = self._asked("chat", user=user, text=text)
        if text not in answer["value"]:
            raise AssertionError(f"{self.name} appended {text!r} and has {answer['value']!r}")
        self.ledger.learns(user, "state", text)

    def note(self, user: str, text: str) -> None:
        """A file that came at run time stays."""
        name = self._asked("note", user=user, text=text)["file"]
        self.ledger.files.setdefault(user, []).append(name)

    def say(self, user: str, text: str) -> None:
        """An agent is asked; one that somebody deleted is not there until the next apply."""
        if (user, "scribe") not in self.ledger.remade:
            self._asked("say", user=user, text=text)

    def comeback(self, user: str) -> None:
        """Somebody who was erased writes again: the bot must not make a set, whatever it remembers of one."""
        said = [self._ask("contact", user=user), self._ask("chat", user=user, text="again")]
        said.append(self._ask("contact", user=user))
        if said[1].get("error") != "NotThere" or said[2].get("error") != "UserLeft":
            raise AssertionError(f"{user} was erased, and {self.name} answers {said}")

    def memory(self, user: str, calls: int) -> float:
        """Bytes that each call leaves behind in the process."""
        return float(self._asked("memory", user=user, calls=calls)["bytes_per_call"])

    # ---- its process ------------------------------------------------------------------------------

    def _asked(self, does: str, **about: Any) -> dict[str, Any]:
        answer = self._ask(does, **about)
        if "error" in answer:
            raise AssertionError(f"{self.name} could not {does} {about}: {answer['error']}: {answer['why']}")
        return answer

    def _ask(self, does: str, **about: Any) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.watcher.opened()
        try:
            self._process.stdin.write(json.dumps({"do": does, **about}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            self.watcher.closed()
        if not line:
            raise AssertionError(f"{self.name} ended when it was asked to {does} {about}")
        answer: dict[str, Any] = json.loads(line)
        self.growth.sent(self.name, answer["requests"])
        return answer

    def _start(self) -> None:
        arguments = (self.home / "manifests", self.url, self.home / "cache.db")
        command = ["env", sys.executable, "-m", "tests.month.bot", *map(str, arguments)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=pipe, stdout=pipe, text=True)
