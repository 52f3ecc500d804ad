"""The report of an erasure: for whoever has to show that a person's data are gone, and what is left of them.

In: what was erased on the server and on this machine, and what was not. Out: a document, or Markdown. It must
not hold a value of what was erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.apply.outcome import Outcome, Status
from reconciler.plan.consequences.erasing import erased_by
from reconciler.project.erasing import ErasedHere
from reconciler.report.text.printable import safe
from reconciler.values import Owner

FORMAT_VERSION = "1.0"
_OF_SERVER = (
    "traces of calls to the provider of the model (table provider_traces), logs and backups of the server: "
    "its API deletes none of them",
    "what other machines keep (history, journal, saved agents): run the same command there",
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What came of it."""

    project: str
    server: str
    at: str
    """ISO 8601 in UTC."""
    sets: tuple[Owner, ...]
    on_server: tuple[str, ...]
    """Addresses, and what nobody manages, with ids."""
    here: ErasedHere
    kept: tuple[str, ...]
    """What stays on the server, and why."""
    is_complete: bool

    @property
    def left(self) -> tuple[str, ...]:
        """What may hold more of the persons."""
        names = ", ".join(map(str, self.sets))
        stays_away = f"the name of {names} in records of the server, so that a program does not bring it back"
        return (*self.kept, *self.here.left, stays_away, *_OF_SERVER)


def erased_on_server(outcome: Outcome) -> Iterator[str]:
    """Everything that is gone, in the order of the plan."""
    for result in outcome.results:
        if result.status is Status.DONE:
            yield f"{result.change.address} ({result.change.id})"
            yield from map(str, erased_by(result.change))


def erasure_document(erasure: Erasure) -> dict[str, Any]:
    """For programs."""
    return {
        "format_version": FORMAT_VERSION,
        "project": erasure.project,
        "server": erasure.server,
        "at": erasure.at,
        "sets": [str(each) for each in erasure.sets],
        "complete": erasure.is_complete,
        "on_server": list(erasure.on_server),
        "here": {"rows": dict(erasure.here.rows), "files": list(erasure.here.files)},
        "left": list(erasure.left),
    }


def erasure_markdown(erasure: Erasure) -> str:
    """For people and files."""
    rows = [f"{number} of {table}" for table, number in sorted(erasure.here.rows.items())]
    names = ", ".join(map(str, erasure.sets))
    state = "complete" if erasure.is_complete else "**not complete: run it again**"
    parts = [
        f"# Erased: {safe(names)}\n",
        f"Project {safe(erasure.project)} on {safe(erasure.server)}, {erasure.at}; {state}.\n",
        *_section("On the server", erasure.on_server),
        *_section("On this machine", (*rows, *erasure.here.files)),
        *_section("What may be left", erasure.left),
    ]
    return "\n".join(parts)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"    {safe(each)}" for each in lines] or ["    nothing"]  # code: agents chose some of the names
    yield f"## {title}\n"
    yield "\n".join(found) + "\n"
