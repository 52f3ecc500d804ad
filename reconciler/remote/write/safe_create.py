"""Creates and uploads that end in certainty: looked up after a lost answer, before they are tried again.

In: operations, a Writer that sends each once, and a way to look an address up. Out: ids of what was made, by
this attempt or by one whose answer was lost. It must not send anything itself.

    what came back                 what is done
    409 lost race, 500             look once: the server is through with it; make it if it is not there
    nothing, 408, 502, 503, 504    look until it is there or the patience is spent: it may still be at it
    in both cases                  private blocks that were made before their agent failed are used

A file is there when one of its name and size holds the same bytes, or nothing yet: it is being processed.

What cannot hold: a server that takes longer than the patience to finish a request whose connection is gone
makes the resource twice. The next plan says so, lists both and touches neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from reconciler.errors import Conflict, MalformedAnswer, RemoteError, UnknownOutcome
from reconciler.values import Address, Create, FileContent, LiveResource, Operation, Upload, item_path

PATIENCE = 10.0
"""Seconds a server is given to finish; a create takes 2 at 32 clients (letta 0.16.8, measured)."""
_IS_THROUGH = (409, 500)

Found = TypeVar("Found")


class Performs(Protocol):
    """Sends one write."""

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        """Send one write; the answer holds the ids of what it made."""

    def uploaded(self, upload: Upload) -> None:
        """Take note that a file is there."""


class Looks(Protocol):
    """Finds what carries an address, and files."""

    def lookup(self, address: Address) -> tuple[LiveResource, ...]:
        """Everything on the server with the marker of this address."""

    def has_file(self, folder_id: str, name: str, content: FileContent) -> bool:
        """Whether a source holds this file."""


@dataclass(frozen=True)
class Doubt:
    """How long to look, and how often to try; `sleep` and `clock` are injected by tests."""

    patience: float = PATIENCE
    attempts: int = 5
    first: float = 0.2
    longest: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class CertainWriter:
    """A Writer whose creates are looked up when their answer is lost; thread-safe as the Writer is."""

    writer: Performs
    reader: Looks
    doubt: Doubt = field(default_factory=Doubt)

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        """Send one write until it is known to have happened, or is refused."""
        if isinstance(operation, Upload):
            return self._upload(operation, ids)
        if not isinstance(operation, Create) or operation.address.kind == "tool":
            return self.writer.perform(operation, ids)
        known = ids
        adopted: dict[Address, str] = {}
        for attempt in range(1, self.doubt.attempts + 1):
            try:
                return {**self.writer.perform(operation, known), **adopted}
            except (UnknownOutcome, MalformedAnswer) as error:
                found = self._look(operation.address, error)
                if found is not None:
                    return {**_made(operation, found), **adopted}
                if attempt == self.doubt.attempts or isinstance(error, MalformedAnswer):
                    raise
            operation, stray = self._with_strays(operation)
            adopted |= stray
            known = {**ids, **{str(address): id_ for address, id_ in adopted.items()}}
            self.doubt.sleep(min(self.doubt.longest, self.doubt.first * 2.0**attempt))
        raise AssertionError("the last attempt returns or raises")

    def _upload(self, upload: Upload, ids: Mapping[str, str]) -> Mapping[Address, str]:
        folder_id = ids.get(str(upload.address), "")
        for attempt in range(1, self.doubt.attempts + 1):
            try:
                return self.writer.perform(upload, ids)
            except (UnknownOutcome, MalformedAnswer) as error:
                doubt = self._doubt_after(error)
                if until(lambda: self.reader.has_file(folder_id, upload.name, upload.content), doubt):
                    self.writer.uploaded(upload)
                    return {}
                if attempt == self.doubt.attempts:
                    raise
            self.doubt.sleep(min(self.doubt.longest, self.doubt.first * 2.0**attempt))
        raise AssertionError("the last attempt returns or raises")

    def _look(self, address: Address, error: RemoteError) -> LiveResource | None:
        """The one resource of this address; None when it is certain that there is none."""
        return wait_for(self.reader, address, self._doubt_after(error))

    def _doubt_after(self, error: RemoteError) -> Doubt:
        return replace(self.doubt, patience=0.0) if error.status in _IS_THROUGH else self.doubt

    def _with_strays(self, create: Create) -> tuple[Create, dict[Address, str]]:
        """Private blocks are committed before their agent (letta 0.16.8, measured): those stay in use."""
        strays = {
            block.address: found.id
            for block in create.inline
            if (found := _only(block.address, self.reader.lookup(block.address))) is not None
        }
        if not strays:
            return create, {}
        attached = {item_path("blocks", address.name): str(address) for address in strays}
        inline = tuple(block for block in create.inline if block.address not in strays)
        return replace(create, leaves={**create.leaves, **attached}, inline=inline), strays


def wait_for(reader: Looks, address: Address, doubt: Doubt) -> LiveResource | None:
    """What carries the address, as soon as something does; None once the patience is spent."""
    return until(lambda: _only(address, reader.lookup(address)), doubt)


def until(look: Callable[[], Found], doubt: Doubt) -> Found:
    """What a look finds, as soon as that is something, or nothing once the patience is spent."""
    deadline, pause = doubt.clock() + doubt.patience, doubt.first
    while True:
        found = look()
        if found or doubt.clock() >= deadline:
            return found
        doubt.sleep(pause)
        pause = min(doubt.longest, pause * 2)


def _only(address: Address, found: tuple[LiveResource, ...]) -> LiveResource | None:
    if len(found) > 1:
        raise Conflict(
            f"{len(found)} resources on the server carry the marker of {address}",
            why=", ".join(sorted(resource.id for resource in found)),
            hint="delete the copy, then run this again",
        )
    return found[0] if found else None


def _made(create: Create, found: LiveResource) -> dict[Address, str]:
    """Ids of the resource and of the private blocks that came with it."""
    ids = {create.address: found.id}
    for block in create.inline:
        block_id = found.leaves.get(item_path("blocks", block.address.name))
        if not isinstance(block_id, str):
            raise RemoteError(
                f"the server made {create.address} without block {block.address.name}",
                hint="apply again: it attaches what is missing",
            )
        ids[block.address] = block_id
    return ids
