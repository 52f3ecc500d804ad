"""Plays a history: every step on a server, every command held against the oracle.

In: a history and a server. Out: what is wrong, in sentences; nothing when all is well. It stops at the first
step after which something is.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.audit.marks import records
from tests.histories.checks import check_after_apply, check_any, check_quiet
from tests.histories.history import EDITS, History, documents, edited
from tests.histories.locks import expire, locks
from tests.histories.oracle import Oracle
from tests.histories.others import Others
from tests.histories.servers import Server, Simulated
from tests.histories.wire import Fault
from tests.histories.world import Ran, World, opened

_NOT_WELCOME = ("left: an apply ended the set", "moved, but is still declared")
"""Why a program is not given a set: the user left, or has another name."""
_LAST = {"apply": {"by": "ci", "prune": True, "again": True}}
_TRIED = {("POST", "/v1/folders/")}
"""Writes of a run that met a lock."""
_APPLY = ("--yes", "--allow", "data-loss", "--force")
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Played:
    """What came of it."""

    wrong: tuple[str, ...] = ()
    step: int = 0
    """Where it stopped; the number of steps when it went through."""
    commands: int = 0
    log: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def play(history: History, server: Server | None = None) -> Played:
    """From the first step to the last, and one apply that must settle everything."""
    with opened(server or Simulated()) as world:
        playing = _Playing(world, history)
        for number, step in enumerate((*history.steps, _LAST)):
            ((word, told),) = step.items()
            wrong = playing.step(word, told)
            if wrong:
                return Played(tuple(wrong), number, world.processes, tuple(playing.log))
        return Played((), len(history.steps), world.processes, tuple(playing.log))


class _Playing:
    def __init__(self, world: World, history: History) -> None:
        self._world, self._oracle = world, Oracle()
        self._manifests = history.manifests
        self._others = Others(world.server, history.manifests["constellation"]["name"])
        self._oracle.foreign = self._others.foreign
        self._others.settle_in(history.manifests["constellation"]["defaults"]["model"])
        self.log: list[str] = []
        self._write()

    def step(self, word: str, told: Any) -> list[str]:
        """What is wrong after it."""
        if word in EDITS:
            return self._edit(word, told)
        self.log.append(f"{word}: {told}")
        command = getattr(self, f"_{word.replace('-', '_')}", None)
        if command is not None:
            wrong: list[str] = command(told)
            return wrong
        self._others.do(word, told)
        return []

    def _edit(self, word: str, told: Any) -> list[str]:
        if word == "tidy" and self._oracle.moves:
            return []  # a move that nobody applied yet: whoever takes out its line renames nothing
        now = edited(self._manifests, {word: told})
        if now is self._manifests:
            return []
        self.log.append(f"{word}: {told}")
        if word == "move":
            kind, _, old = told["from"].partition("/")
            self._oracle.moved(self._manifests, now, kind, old, told["to"].partition("/")[2])
        self._manifests = now
        self._write()
        return []

    def _write(self) -> None:
        self._world.write(documents(self._manifests), self._manifests["files"])

    # ---- commands ----------------------------------------------------------------------------------------

    def _run(self, told: Told, *argv: str, fault: Fault | None = None) -> Ran:
        ran = self._world.run(told["by"], *argv, fault=fault)
        self.log.append(str(ran))
        return ran

    def _apply(self, told: Told) -> list[str]:
        fault = Fault(**told["fault"]) if "fault" in told else None
        options = [*_APPLY, *(["--prune"] if told.get("prune") else [])]
        users = [told["user"]] if "user" in told else None
        if users is not None:
            if told["user"] not in self._manifests["users"]:
                return []
            options += ["--user", told["user"]]
        ran = self._run(told, "apply", str(self._world.project), *options, fault=fault)
        if ran.exit == 4 and locks(ran.after):
            return self._locked_out(ran, told)
        wrong = check_any(ran, self._others, self._world.machine(told["by"]))
        if ran.exit != 0:
            return wrong + self._not_done(ran)
        wrong += self._oracle.applied(ran, self._manifests, users, prune=bool(told.get("prune")))
        if wrong:
            return wrong
        wrong = check_after_apply(ran)
        return wrong + self._again(told, options) if told.get("again") else wrong

    def _locked_out(self, ran: Ran, told: Told) -> list[str]:
        """A machine died and left its lock: others are refused, and write nothing, until it expires."""
        if ran.before.texts != ran.after.texts or {*ran.writes} != _TRIED:
            return [f"{ran}: refused, and yet it wrote {ran.writes}"]
        expire(self._world.server, locks(ran.after))
        return self._apply({key: value for key, value in told.items() if key != "fault"})

    def _not_done(self, ran: Ran) -> list[str]:
        self._oracle.interrupted(self._manifests)
        if ran.fault is not None and ran.exit in (None, 1, 3):
            return []
        return [f"{ran}: {ran.stderr[-1500:]}"]

    def _again(self, told: Told, options: list[str]) -> list[str]:
        """A second apply has nothing to do, and sends no write."""
        again = self._run(told, "apply", str(self._world.project), *options)
        return check_quiet(again)

    def _plan(self, told: Told) -> list[str]:
        ran = self._run(told, "plan", str(self._world.project), "--detailed-exitcode")
        return self._shown(ran)

    def _drift(self, told: Told) -> list[str]:
        return self._shown(self._run(told, "drift", str(self._world.project)))

    def _shown(self, ran: Ran) -> list[str]:
        wrong = check_any(ran, self._others, self._world.machine(ran.machine))
        if ran.exit not in (0, 2):
            return [*wrong, f"{ran}: {ran.stderr[-1500:]}"]
        return wrong + self._oracle.planned(ran, self._manifests)

    def _provision(self, told: Told) -> list[str]:
        user = told["user"]
        ran = self._run(told, "provision", user, "--yes", "--manifests", str(self._world.project))
        if ran.exit and any(each in ran.stderr for each in _NOT_WELCOME):
            return check_any(ran, self._others, self._world.machine(told["by"]))
        if ran.exit == 4 and locks(ran.after):
            return []
        if ran.exit:
            return [f"{ran}: {ran.stderr[-1500:]}"]
        self._oracle.provisioned(user)
        return check_any(ran, self._others, self._world.machine(told["by"]))

    def _lose(self, told: Told) -> list[str]:
        home = self._world.machine(told["by"])
        if told["what"] == "record":
            self._lose_record(told["user"])
            return []
        for file in home.glob("*") if home.exists() else ():
            if (".state." in file.name) == (told["what"] == "state"):
                file.unlink() if file.is_file() else shutil.rmtree(file)
        return []

    def _lose_record(self, user: str) -> None:
        """Somebody deletes the record of a set."""
        snapshot = self._world.server.look()
        owner = f"{self._manifests['constellation']['name']}/{user}"
        tag = f"record={owner}"
        for row in snapshot.rows("blocks_tags").values():
            if row["block_id"] in records(snapshot) and row["tag"].endswith(tag):
                self._world.server.call("DELETE", f"/v1/blocks/{row['block_id']}")
                self._oracle.forgot(owner)
