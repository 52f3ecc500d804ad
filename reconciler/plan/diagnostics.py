"""What a person must know before this plan can be carried out.

In: desired, live and the comparisons. Out: diagnostics; an error means that the plan may be printed but
not applied. Pure; it must not stop anything itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.compare import Comparison, left_out
from reconciler.compare.policy import ownership_of
from reconciler.compare.resource import is_not_kept
from reconciler.errors import Diagnostic, Severity
from reconciler.kinds import KINDS
from reconciler.kinds.creation import NEEDED, NOT_MADE
from reconciler.rules import CROSSING
from reconciler.values import (
    NOT_KEPT,
    Address,
    Desired,
    DesiredResource,
    Effect,
    Leaves,
    Live,
    LiveResource,
    Ownership,
    Scope,
    field_of,
    item_of,
)


def diagnose(
    desired: Desired, live: Live, scope: Scope, comparisons: Mapping[Address, Comparison]
) -> Iterator[Diagnostic]:
    """Every finding, in address order."""
    yield from copied_markers(live, scope)
    out = left_out(desired, live, scope)
    yield from _without_excluded({a: needed for a, needed in out.items() if needed not in scope.withheld})
    yield from _without_refused({a: needed for a, needed in out.items() if needed in scope.withheld})
    unmanaged = {(resource.kind, resource.server_name): resource for resource in live.unmanaged}
    tools = {name for kind, name in unmanaged if kind == "tool"}
    for comparison in comparisons.values():
        if comparison.desired is not None and comparison.live is None:
            yield from _name_taken(comparison.desired, unmanaged)
            yield from _same_group(comparison.desired, live)
            yield from _cannot_be_made(comparison.desired)
        if comparison.desired is not None:
            yield from _unknown_tools(comparison.desired, tools)
            yield from _edges(comparison.desired, desired, live, comparisons)
        yield from _limit_below_value(comparison)
    yield from _not_kept(comparisons.values())


def _without_refused(found: Mapping[Address, Address]) -> Iterator[Diagnostic]:
    for address, needed in sorted(found.items()):
        yield Diagnostic(
            f"left out: it needs {needed}, which is refused",
            address=str(address),
            hint=f"settle {needed} first; what to type is said there",
            severity=Severity.WARNING,
        )


def _without_excluded(found: Mapping[Address, Address]) -> Iterator[Diagnostic]:
    """One line for all of them; what `--exclude` names is made for nobody."""
    if not found:
        return
    first = min(found)
    several = len(found) > 1
    yield Diagnostic(
        f"{len(found)} resource{'s are' if several else ' is'} left out: "
        f"{'they need' if several else 'it needs'} what --exclude leaves out",
        why=f"{first} needs {found[first]}, which is not on the server" + ("; …" if several else ""),
        hint=f"leave out the --exclude, or exclude {first} as well to silence this",
        severity=Severity.WARNING,
    )


def unclear(live: Live, scope: Scope) -> Iterator[Diagnostic]:
    """Sets whose record cannot be read, addresses of which nobody can tell what they are, and copies."""
    owners = {address.owner for address in live.resources if scope.covers(address)}
    for owner, problem in sorted(live.unreadable.items(), key=lambda item: str(item[0])):
        if owner in owners or scope.is_everything:
            yield problem
    for address, problem in sorted(live.refused.items()):
        if scope.covers(address):
            yield replace(problem, severity=Severity.REFUSED)
    for address, found in sorted(live.copies.items()):
        if scope.covers(address):
            yield Diagnostic(
                f"bears a copy of its mark, and stays as it is: {_named(found)}",
                address=str(address),
                why="an app imported or copied the resource; the one that was applied is known by its id",
                hint=f"take the mark off the copy: reconciler state disown {found[0].id}",
                severity=Severity.WARNING,
            )


def copied_markers(live: Live, scope: Scope) -> Iterator[Diagnostic]:
    """Addresses that several resources bear, of which none is known to be the one."""
    for address, copies in sorted(live.duplicates.items()):
        if scope.covers(address):
            yield Diagnostic(
                f"{len(copies)} resources on the server carry the marker of this address: {_named(copies)}",
                address=str(address),
                why="one was copied from the other; nothing tells which is right, so none is touched",
                hint="delete the copy, or take its marker off",
            )


def _named(copies: Iterable[LiveResource]) -> str:
    return ", ".join(sorted(f"{copy.server_name or copy.kind} ({copy.id})" for copy in copies))


def cut_off(told: Iterable[Comparison], scope: Scope) -> Iterator[Diagnostic]:
    """What must be told of a new id, but was excluded by the person."""
    for comparison in sorted(told, key=lambda each: each.address.order):
        if scope.excludes(comparison.address):
            names = ", ".join(sorted({str(field.desired) for field in comparison.fields}))
            yield Diagnostic(
                f"names {names}, which is replaced, but is excluded from this run",
                address=str(comparison.address),
                why="it would go on naming the old one, which ends",
                hint=f"leave out --exclude, or exclude {names} as well",
            )


def _name_taken(
    desired: DesiredResource, unmanaged: Mapping[tuple[str, str], LiveResource]
) -> Iterator[Diagnostic]:
    kind = desired.address.kind
    taken = unmanaged.get((kind, desired.server_name)) if kind in ("source", "tool") else None
    if taken is not None:
        yield Diagnostic(
            f"the server has a {kind} called {desired.server_name!r} ({taken.id}) not of this project",
            where=desired.origin,
            address=str(desired.address),
            why=f"names of {kind}s are unique on the server, and foreign ones are never changed",
            hint=f"choose another name, or take it over: reconciler adopt {desired.address} {taken.id}",
        )


def _same_group(desired: DesiredResource, live: Live) -> Iterator[Diagnostic]:
    """Groups have no name; one that was let go is known by what it is made of."""
    if desired.address.kind != "group":
        return
    made_of = _made_of(desired.leaves)
    for group in live.unmanaged:
        if group.kind == "group" and made_of == _made_of(group.leaves):
            yield Diagnostic(
                f"there is a group of the same agents already ({group.id}); this makes another one",
                where=desired.origin,
                address=str(desired.address),
                why="nobody marked it as this one: it was let go, or somebody else made it",
                hint=f"if it is this one: reconciler adopt {desired.address} {group.id}",
                severity=Severity.WARNING,
            )


def _not_kept(comparisons: Iterable[Comparison]) -> Iterator[Diagnostic]:
    """One line for each path, however many resources have it."""
    found: dict[str, list[DesiredResource]] = {}
    for each in comparisons:
        if each.desired is None or each.live is None or each.live.marker is None:
            continue
        for path, noted in each.live.marker.base.items():
            leaf = each.desired.leaves.get(path) if noted.startswith(NOT_KEPT) else None
            if leaf is not None and is_not_kept(path, leaf, each.desired, each.live):
                found.setdefault(path, []).append(each.desired)
    for path, resources in sorted(found.items()):
        first = resources[0]
        yield Diagnostic(
            f"the server does not keep {path}",
            where=first.origins.get(field_of(path), first.origin),
            address=str(first.address),
            why=f"applied to {len(resources):,} as declared; the server has another value there, or none",
            hint="take it out of the manifest; it is not sent again as it is",
            severity=Severity.WARNING,
        )


def _cannot_be_made(desired: DesiredResource) -> Iterator[Diagnostic]:
    """What the server would refuse in the middle of an apply."""
    kind = KINDS[desired.address.kind]
    for name in sorted(NEEDED.get(kind.name, frozenset()) & desired.leaves.keys()):
        if ownership_of(kind.by_name[name], desired.policy, name) is Ownership.OBSERVED:
            yield Diagnostic(
                f"it cannot be made: {name!r} is only observed",
                where=desired.origins.get(name, desired.origin),
                address=str(desired.address),
                why=f"what is observed is never sent, and the server makes no {kind.name} without it",
                hint=f"write it once and leave it alone then: ownership: {{{name}: seeded}}",
            )
    if desired.leaves.get("agent_type") in NOT_MADE:
        yield Diagnostic(
            f"it cannot be made: a {desired.leaves['agent_type']} needs enable_sleeptime",
            where=desired.origins.get("agent_type", desired.origin),
            address=str(desired.address),
            why="the server makes a background agent along with it, which no manifest can declare",
            hint="choose another agent_type, or make it by hand and take it over: reconciler adopt",
        )


def _limit_below_value(comparison: Comparison) -> Iterator[Diagnostic]:
    """Of each user: what was learned stays, and the agent can only shorten it."""
    written = {each.path for each in comparison.fields if each.effect is Effect.WRITE}
    if comparison.desired is None or comparison.live is None or "limit" not in written:
        return
    value, limit = comparison.live.leaves.get("value"), comparison.desired.leaves.get("limit")
    if "value" in written or not isinstance(value, str) or not isinstance(limit, int) or len(value) <= limit:
        return
    yield Diagnostic(
        f"the limit becomes {limit:,} characters, and the value that was learned has {len(value):,}",
        where=comparison.desired.origins.get("limit", comparison.desired.origin),
        address=str(comparison.address),
        why="the value stays as it is; the server checks no limit, and the agent pays for all of it",
        hint=f"raise the limit, shorten the value, or write the seed: --reseed {comparison.address}",
        severity=Severity.WARNING,
    )


def _made_of(leaves: Leaves) -> set[tuple[str, str]]:
    fields = ("manager_type", "manager_agent", "agents")
    return {(field_of(path), str(leaf)) for path, leaf in leaves.items() if field_of(path) in fields}


def _unknown_tools(desired: DesiredResource, known: set[str]) -> Iterator[Diagnostic]:
    """`known` is empty when no tools were read: then nothing is claimed."""
    if desired.address.kind != "agent" or not known:
        return
    for path, leaf in desired.leaves.items():
        if field_of(path) == "tools" and leaf == item_of(path) and leaf not in known:
            near = difflib.get_close_matches(str(leaf), known, n=1)
            yield Diagnostic(
                f"the server has no tool {leaf!r}",
                where=desired.origins.get("tools", desired.origin),
                address=str(desired.address),
                hint=f"did you mean {near[0]!r}?" if near else "declare it under kind: Shared, tools",
            )


def _edges(
    resource: DesiredResource, desired: Desired, live: Live, comparisons: Mapping[Address, Comparison]
) -> Iterator[Diagnostic]:
    if resource.policy.default is Ownership.ABSENT:
        return
    for needed in sorted(resource.requires):
        named = desired.resources.get(needed)
        if named is not None and named.policy.default is Ownership.ABSENT:
            yield Diagnostic(
                f"needs {needed}, which must not exist",
                where=resource.origin,
                address=str(resource.address),
                why=f"its ownership is absent, see {named.origin}",
                hint="take it out of what names it as well; of one user alone: in the same overrides",
            )
        elif not needed.owner.is_shared and needed.owner != resource.address.owner:
            yield Diagnostic(
                CROSSING.say(needed=needed),
                where=resource.origin,
                address=str(resource.address),
                why="the server does not keep users apart on attachments, so a plan must",
            )
        elif not any(needed in k for k in (live.resources, live.duplicates, live.refused, comparisons)):
            yield Diagnostic(
                f"needs {needed}, which does not exist and is outside this run",
                where=resource.origin,
                address=str(resource.address),
                hint=f"add --target {needed}" if needed in desired.resources else "declare it",
            )
