"""What becomes of the files an apply sent: the server takes them at once and reads them later.

In: an outcome, and a way to look. Out: the outcome that says which files cannot be found yet, or ever.
Nothing is read unless somebody wants to wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from reconciler.apply.outcome import Outcome, SentFile, Status
from reconciler.apply.wait_for_idle import Patience
from reconciler.values import Upload


class Looks(Protocol):
    """Knows how far the server is with the files of a folder."""

    def unready(self, folder_id: str) -> Mapping[str, str]:
        """Files that cannot be found: by name, why not; empty while the server is at it."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """One source that got files."""

    id: str
    files: tuple[SentFile, ...]


def with_sent_files(outcome: Outcome) -> Outcome:
    """The outcome that names what was sent."""
    files = tuple(file for folder in _folders(outcome) for file in folder.files)
    return replace(outcome, processing=files) if files else outcome


def until_processed(outcome: Outcome, server: Looks, patience: Patience) -> Outcome:
    """Look until the server is through with all of them, or the patience is spent."""
    with patience.waits.waiting("look how far the server is with the files") as waiting:
        deadline = patience.clock() + patience.seconds
        while True:
            found = [file for folder in _folders(outcome) for file in _unready(folder, server)]
            processing = tuple(file for file in found if not file.trouble)
            if not processing or patience.clock() >= deadline:
                break
            number = len(processing)
            waiting.turns_to(f"wait until the server has processed {number} file{'' if number == 1 else 's'}")
            waiting.pause(patience.pause, patience.sleep)
    return replace(outcome, processing=processing, unusable=tuple(file for file in found if file.trouble))


def _folders(outcome: Outcome) -> Iterator[_Folder]:
    for result in outcome.results:
        files = tuple(
            SentFile(operation.address, operation.name)
            for operation in result.change.operations
            if isinstance(operation, Upload) and result.status is Status.DONE
        )
        if files and result.id:
            yield _Folder(result.id, files)


def _unready(folder: _Folder, server: Looks) -> Iterator[SentFile]:
    unready = server.unready(folder.id)
    for file in folder.files:
        if file.name in unready:
            yield replace(file, trouble=unready[file.name])
