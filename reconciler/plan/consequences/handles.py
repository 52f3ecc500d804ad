"""Handles of models and embeddings that a plan writes, against what the server offers.

In: a plan, what is live and what is desired. Out: the handles to ask about, and a diagnostic for each that
the server does not offer. Pure. What something of ours on this server has already needs no question.

The server refuses an unknown handle when the agent is made, in the middle of an apply; the one of the model
that shortens conversations it takes, and shortens them with another model (letta 0.16.8, source).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.errors import Diagnostic, Severity
from reconciler.plan.model import Plan
from reconciler.values import Address, Desired, Effect, Live

MODELS, EMBEDDINGS = "model", "embedding"
_PATHS = {"model": MODELS, "embedding": EMBEDDINGS, "compaction_settings.model": MODELS}
_SHOWN = 8
"""So many handles are listed."""


@dataclass(frozen=True, slots=True, order=True)
class Handle:
    """A handle at one path of resources."""

    kind: str
    """MODELS or EMBEDDINGS."""
    path: str
    name: str


@dataclass(frozen=True)
class Handles:
    """Handles to ask about, each with the resources that would get it."""

    of: Mapping[Handle, tuple[Address, ...]] = field(default_factory=dict)

    def named(self, kind: str) -> frozenset[str]:
        """All of one kind."""
        return frozenset(handle.name for handle in self.of if handle.kind == kind)


def written(plan: Plan, live: Live) -> Handles:
    """Handles the plan writes and nothing of ours has yet."""
    have = {(_PATHS[p], leaf) for r in live.resources.values() for p, leaf in r.leaves.items() if p in _PATHS}
    found: dict[Handle, list[Address]] = {}
    for change in plan.changes:
        for each in change.fields:
            if (
                each.path not in _PATHS
                or each.effect is not Effect.WRITE
                or not isinstance(each.desired, str)
            ):
                continue
            if (_PATHS[each.path], each.desired) not in have:
                handle = Handle(_PATHS[each.path], each.path, each.desired)
                found.setdefault(handle, []).append(change.address)
    return Handles({handle: tuple(addresses) for handle, addresses in found.items()})


def unknown(handles: Handles, kind: str, offered: Collection[str], desired: Desired) -> Iterator[Diagnostic]:
    """Handles of one kind that the server does not offer; an empty list tells nothing."""
    if not offered:
        yield untold(kind, "its list is empty")
        return
    for handle, addresses in sorted(handles.of.items()):
        if handle.kind == kind and handle.name not in offered:
            yield _unknown(handle, addresses, offered, desired)


def untold(kind: str, reason: str) -> Diagnostic:
    """The server does not say what it offers of this kind."""
    return Diagnostic(
        f"nobody checked the handles of {kind}s: the server does not list them",
        why=reason,
        severity=Severity.WARNING,
    )


def _unknown(
    handle: Handle, addresses: tuple[Address, ...], known: Collection[str], desired: Desired
) -> Diagnostic:
    first, more = addresses[0], len(addresses) - 1
    resource = desired.resources.get(first)
    is_for_summaries = handle.path not in (MODELS, EMBEDDINGS)
    all_of_them = f"{more + 1:,} resources would get it; " if more else ""
    return Diagnostic(
        f"the server offers no {handle.kind} {handle.name!r}{' for summaries' if is_for_summaries else ''}",
        where=resource.origins.get(handle.path, resource.origins.get(_field(handle.path)))
        if resource
        else None,
        address=str(first),
        why=f"{all_of_them}it offers {_listed(known)}",
        hint=_similar(handle.name, known),
        severity=Severity.WARNING if is_for_summaries else Severity.ERROR,
    )


def _field(path: str) -> str:
    return path.partition(".")[0]


def _listed(known: Collection[str]) -> str:
    names = sorted(known)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _similar(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""
