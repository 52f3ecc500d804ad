"""Says what agents go on seeing of files, or see no more, though their source is as declared.

In: comparisons and what is live. Out: warnings, one line for all sources. Pure. The server writes the path of
a file (`source/file`) once, when the file is uploaded, and keeps what it took off an agent as a deleted row
that is in the way of a new one (letta 0.16.8, measured): only another upload changes either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.compare import Comparison
from reconciler.errors import Diagnostic, Severity
from reconciler.values import UNSET, Address, Effect, Live, LiveResource, field_of

_NAMED = 3


def paths_that_stay(comparisons: Mapping[Address, Comparison]) -> Iterator[Diagnostic]:
    """Sources that get another name, and files of theirs that keep the old one in their path."""
    found = {
        address: (each.live.server_name, str(field.desired))
        for address, each in comparisons.items()
        if address.kind == "source" and each.live is not None and _has_files(each.live)
        for field in each.fields
        if field.path == "name" and field.effect is Effect.WRITE and field.desired is not UNSET
    }
    if not found:
        return
    first, (old, new) = min(found.items(), key=lambda item: item[0].order)
    yield _told(
        found,
        one=f"its files keep their paths: {old}/… and not {new}/…",
        many=f"files of {len(found)} renamed sources keep their paths",
        why="the server writes the path of a file once, when it is uploaded",
        hint=f"prompts that name a path of {first} go on with {old}/…; a file that changes gets the new path",
    )


def files_that_stay_closed(comparisons: Mapping[Address, Comparison], live: Live) -> Iterator[Diagnostic]:
    """Sources that somebody took off an agent, and that are put back."""
    found = {
        address: str(field.desired)
        for address, each in comparisons.items()
        if address.kind == "agent" and each.live is not None
        for field in each.fields
        if field_of(field.path) == "sources" and field.effect is Effect.WRITE
        if field.live is UNSET and field.base is not UNSET and field.desired is not UNSET
        if _has_files(live.resources.get(Address.parse(str(field.desired))))
    }
    if not found:
        return
    source = next(iter(found.values()))
    yield _told(
        found,
        one=f"gets {source} back, and its files stay closed to it",
        many=f"{len(found)} agents get back a source whose files stay closed to them",
        why="the server attaches a source that was taken off, but not its files again",
        hint="semantic search finds them; an agent can open and grep a file again once it is uploaded anew, "
        "as when its text changes",
    )


def _told(found: Mapping[Address, object], *, one: str, many: str, why: str, hint: str) -> Diagnostic:
    """One warning: at its place where there is one address, with the names of some where there are more."""
    if len(found) == 1:
        (address,) = found
        return Diagnostic(one, address=str(address), why=why, hint=hint, severity=Severity.WARNING)
    return Diagnostic(many, why=f"{why}: {_listed(found)}", hint=hint, severity=Severity.WARNING)


def _has_files(source: LiveResource | None) -> bool:
    return source is not None and any(field_of(path) == "files" for path in source.leaves)


def _listed(addresses: Mapping[Address, object]) -> str:
    named = sorted(addresses)[:_NAMED]
    return ", ".join(map(str, named)) + (", …" if len(addresses) > _NAMED else "")
