"""Every error a person can cause, and how it is shown.

In: what went wrong. Out: one message that says what, where, why and what to type next, and an
exit code. Nothing here prints; the command line turns these into text and a process status.

    ReconcilerError             1  anything we can explain
    |- ManifestError            1  one or more diagnostics with file:line:column
    |- CacheError               1  the SQLite file of server ids cannot be used
    |   `- StateError           1  nor the one of history, journal and lease
    |- OutputLost               1  stdout cannot be written (3 after writes to the server)
    |- UsageError               1  a command line that no command understands
    |- UnexpectedError          1  a fault of this program
    |- Stopped                130  a person pressed Ctrl-C, or a signal said to stop
    |- RemoteError              1  the Letta server said no, or said nothing
    |   |- ServerUnreachable    1  no connection, no answer in time
    |   |   `- TimedOut         1  the run waited for as long as it may
    |   |- AccessDenied         1  401 or 403
    |   |- NotFound             1  404
    |   |- Conflict             1  409
    |   |- PageTooLarge         1  the server does not list so many rows at once
    |   |- MalformedAnswer      1  an answer that is not what the API promises
    |   `- UnknownOutcome       1  a write was sent and no answer came: it may have happened
    `- Refused                  4  nothing was done, on purpose
        |- UnsafePlan           4  a guard stopped the plan
        |- StalePlan            4  the world moved since the plan was saved
        |- ForeignOwner         4  the resource belongs to somebody else
        |- LockHeld             4  another apply is running
        `- NotConfirmed         4  nobody said yes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, ClassVar

from reconciler.codec import Always, Key, Never, OrEmpty

REFUSED = 4
"""Exit status of what was refused: unsafe, stale, foreign, locked, not confirmed, or not to be told apart."""


class Severity(Enum):
    """How bad a diagnostic is: an error stops apply, a refusal leaves one address out of it.

    A warning is only said; a note is one line to know.
    """

    ERROR = "error"
    REFUSED = "refused"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a manifest; line and column count from 1, file is relative to the project."""

    file: str
    line: int = 0
    column: int = 0

    @classmethod
    def parse(cls, text: str) -> Origin:
        """The place a text names, which is not taken apart."""
        return cls(text)

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what (summary), where (origin or address), why, and what to do (hint)."""

    summary: str
    where: Annotated[OrEmpty[Origin], Key(after="address")] = None
    address: Always[str] = ""
    why: Always[str] = ""
    hint: Always[str] = ""
    severity: Annotated[Always[Severity], Key(after="")] = Severity.ERROR
    code: Annotated[str, Key(after="severity")] = ""
    """Of the rule that found it; empty where none did."""
    rule: Annotated[str, Key(after="code")] = ""
    """The name of that rule."""
    allow: Never[str] = ""
    """The option that lets it pass; empty where none does."""
    source: Never[str] = field(default="", compare=False)
    """The line that `where` names, where it can be shown."""

    @property
    def titled(self) -> str:
        """The summary, led by code and name of the rule."""
        return f"{self.code} {self.rule}: {self.summary}" if self.code else self.summary

    def __str__(self) -> str:
        place = str(self.where) if self.where else self.address
        lines = [f"{self.severity.value}: {place + ': ' if place else ''}{self.titled}"]
        lines += [f"  why: {self.why}"] if self.why else []
        lines += [f"  try: {self.hint}"] if self.hint else []
        return "\n".join(lines)


class ReconcilerError(Exception):
    """Root of the tree; `exit_code` is the status of the process that ends with it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, summary: str, *, why: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.summary]
        lines += [f"  why: {self.why}"] if self.why else []
        lines += [f"  try: {self.hint}"] if self.hint else []
        return "\n".join(lines)


def refused_by_system(error: OSError) -> ReconcilerError:
    """What the operating system said, for a person: which file, and why not."""
    name = str(error.filename) if error.filename else ""
    what = f"{_start_of(name)} cannot be used" if name else "the system refused to go on"
    return ReconcilerError(what, why=error.strerror or str(error) or type(error).__name__)


def _start_of(name: str) -> str:
    return name if len(name) <= 200 else f"{name[:100]}… ({len(name):,} characters)"


class ManifestError(ReconcilerError):
    """All problems found in the manifests of one run."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        count = len(diagnostics)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the manifests")
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        return "\n".join([*(str(d) for d in self.diagnostics), self.summary])


class CacheError(ReconcilerError):
    """The SQLite cache cannot be read or written."""


class StateError(CacheError):
    """The SQLite file of history, journal and lease cannot be read or written."""


class OutputLost(ReconcilerError):
    """What a command says cannot be written; what it did before is done."""


class UsageError(ReconcilerError):
    """The command line says what no command understands."""


class UnexpectedError(ReconcilerError):
    """A fault of this program: nobody caused it and nobody can explain it."""


class Stopped(ReconcilerError):
    """A person, or a signal, ended the command; what it did before is done."""

    exit_code = 130


class RemoteError(ReconcilerError):
    """The server refused a request; `status` is the HTTP status, 0 when there was no answer."""

    def __init__(self, summary: str, *, why: str = "", hint: str = "", status: int = 0) -> None:
        super().__init__(summary, why=why, hint=hint)
        self.status = status


class ServerUnreachable(RemoteError):
    """The request was never answered and cannot have taken effect, or was only a read."""


class TimedOut(ServerUnreachable):
    """The run has waited for the server for as long as it may (`--timeout`)."""


class AccessDenied(RemoteError):
    """Status 401 or 403."""


class NotFound(RemoteError):
    """Status 404 for an object named by id."""


class Conflict(RemoteError):
    """Status 409: a name, a label or another writer is in the way."""


class PageTooLarge(RemoteError):
    """The server does not list so many rows at once; `most` is how many it does."""

    def __init__(self, summary: str, *, most: int, why: str = "", status: int = 0) -> None:
        super().__init__(summary, why=why, status=status)
        self.most = most


class MalformedAnswer(RemoteError):
    """The answer is not JSON, or lacks what the API promises."""


class AnswerTooLong(MalformedAnswer):
    """The answer is longer than what is read of one."""


class UnknownOutcome(RemoteError):
    """A write was sent but its answer was lost: it may or may not have happened."""


class Refused(ReconcilerError):
    """Nothing was done, on purpose."""

    exit_code = REFUSED


class UnsafePlan(Refused):
    """A guard stopped the plan."""


class StalePlan(Refused):
    """The server or the manifests moved since the plan was saved."""


class ForeignOwner(Refused):
    """The resource carries somebody else's marker, or none."""


class LockHeld(Refused):
    """Another apply holds the lease."""


class NotConfirmed(Refused):
    """Nobody said yes: no terminal to ask on, and no --yes."""
