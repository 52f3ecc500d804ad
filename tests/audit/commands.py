"""The commands of a stretch of a test, each with what it announced and what came of it, from the ledger.

In: ledger entries. Out: commands, and what others did meanwhile. It must not look at the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

READS = frozenset(
    {
        *("plan", "drift", "validate", "export", "render", "state", "history", "graph", "schema", "doctor"),
        *("show", "rules", "explain", "fmt", "init", "accept", "Reference.plan", "Constellations.warm"),
        *("BlockHandle.read", "AgentMemory.blocks", "AgentMemory.search", "SourceHandle.files"),
        *("AgentHandle.messages", "AgentHandle.pending_approval"),
    }
)
"""Commands that change nothing on the server, not even a lock."""
UNFINISHED = frozenset({"AgentHandle.stream", "GroupHandle.stream"})
"""Calls whose work goes on after they returned."""


@dataclass(frozen=True)
class Command:
    """One command, or one call of a program."""

    place: str
    subject: str = ""
    """Address of what a call is about."""
    label: str = ""
    argv: tuple[str, ...] = ()
    plan: Mapping[str, Any] = field(default_factory=dict)
    outcome: Mapping[str, Any] | None = None
    """None when there is none: it was killed, or ended in an error before there was one."""
    made: str = ""
    has_ended: bool = False

    @property
    def name(self) -> str:
        """What a person would call it."""
        return f"reconciler {' '.join(self.argv)}" if self.argv else f"{self.place} {self.subject}".strip()

    @property
    def is_read(self) -> bool:
        """Whether it must leave everything as it was."""
        words = [word for word in self.argv if not word.startswith("-")]
        return (words[0] if words else "") in READS if self.place == "run" else self.place in READS

    @property
    def may_go_on(self) -> bool:
        """Whether what it announced may still happen after it ended: it was killed, or nobody waited."""
        if self.place == "Executor.execute":
            return self.outcome is None or bool(self.outcome.get("left_running")) or not self._is_done
        return self.place in UNFINISHED

    @property
    def _is_done(self) -> bool:
        results = (self.outcome or {}).get("results", ())
        return all(result["status"] == "done" for result in results)

    def status_of(self, address: str) -> str:
        """How the change of this address ended; empty when nobody knows."""
        results = (self.outcome or {}).get("results", ())
        return next((str(each["status"]) for each in results if each["address"] == address), "")

    def id_of(self, address: str) -> str:
        """The server id its outcome names."""
        results = (self.outcome or {}).get("results", ())
        return next((str(each["id"]) for each in results if each["address"] == address), "")


@dataclass(frozen=True)
class Deed:
    """One write of somebody else."""

    method: str
    path: str
    ids: frozenset[str]


@dataclass(frozen=True)
class Write:
    """One request that went through the proxy and was no read."""

    method: str
    path: str
    subject: str
    """The address its body bears the mark of; empty when there is none."""


def commands_of(entries: Iterable[Mapping[str, Any]]) -> list[Command]:
    """In the order they began."""
    entries = list(entries)
    ends = {entry["id"]: entry for entry in entries if entry["at"] == "end"}
    return [_command(entry, ends.get(entry["id"])) for entry in entries if entry["at"] == "begin"]


def deeds_of(entries: Iterable[Mapping[str, Any]]) -> list[Deed]:
    """What others did."""
    return [
        Deed(entry["method"], entry["path"], frozenset(entry["ids"]))
        for entry in entries
        if entry["at"] == "others"
    ]


def writes_of(entries: Iterable[Mapping[str, Any]]) -> list[Write]:
    """What went through the proxy."""
    return [Write(e["method"], e["path"], e["subject"]) for e in entries if e["at"] == "write"]


def _command(begin: Mapping[str, Any], end: Mapping[str, Any] | None) -> Command:
    end_ = end or {}
    return Command(
        place=begin["place"],
        subject=begin.get("subject", ""),
        label=str(begin.get("label", "")),
        argv=tuple(begin.get("argv", ())),
        plan=begin.get("plan", {}),
        outcome=end_.get("outcome"),
        made=str(end_.get("made", "")),
        has_ended=end is not None,
    )
