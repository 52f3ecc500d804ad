"""Replacing a resource: what the new one takes along, what an unfinished replace left, who has to be told.

In: compared resources, some of which get a new server id. Out: writes, and leaves that name a resource whose
id changes. Pure. The old one gives up its address first and ends last, when everything has moved over: so a
run that dies in between leaves something to go on from, never two of one address.

    x gives up its address -> x is made anew -> x is given what only the server has
      -> whoever names x is told -> the old x ends
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.compare import Comparison, FieldChange
from reconciler.kinds import KINDS, edges, server_defaults
from reconciler.kinds.group import is_setting_of
from reconciler.plan import operations
from reconciler.plan.identity.moved import renamed
from reconciler.values import (
    UNSET,
    Address,
    Carry,
    Effect,
    FileContent,
    Leaf,
    Live,
    LiveResource,
    Marker,
    Operation,
    Ownership,
    Secret,
    Update,
    Verdict,
    field_of,
)

_SUPERSEDED = "~replaced"
"""`~` is in no declared name."""
TOLD = "the resource it names is replaced"
BROUGHT = "goes to the new one as it is"


def is_superseded(address: Address) -> bool:
    """Whether a resource has given up its address to the one that replaces it."""
    return address.name.endswith(_SUPERSEDED)


def superseded_name(name: str) -> str:
    """What a source is called once another one has its name."""
    return name.removesuffix(_SUPERSEDED) + _SUPERSEDED


def original(address: Address) -> Address:
    """The address a superseded resource had."""
    return replace(address, name=address.name.removesuffix(_SUPERSEDED))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What replaces that died left behind, as if they had gone as far as they could."""

    live: Live
    resumed: Mapping[Address, Address] = field(default_factory=dict)
    """Address to that of the old resource, where the new one was never made."""
    old: Mapping[Address, Address] = field(default_factory=dict)
    """The same where the new one is there, and the old one has still to be emptied."""
    untold: Mapping[Address, frozenset[Address]] = field(default_factory=dict)
    """Of whoever still names old ones, the addresses of these."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """Resources whose server id changes, or has changed, by address: the id they had."""

    ids: Mapping[Address, str]
    untold: Mapping[Address, frozenset[Address]]
    old: Mapping[Address, str]
    """As `ids`, of what an unfinished replace left."""

    def named_by(self, address: Address, live: LiveResource) -> Iterator[tuple[str, Address, str]]:
        """Path, address and former id of everything a live resource has to be told of."""
        untold = self.untold.get(address, frozenset())
        for path, target in edges(KINDS[live.kind], live.leaves):
            if target in self.ids:
                yield path, target, self.ids[target]
            elif target in untold:
                yield path, target, self.old[target]


def told(comparison: Comparison, renewed: Renewed) -> Comparison:
    """Whoever names a resource with a new id is told: what is only observed or came at run time, too. The
    value stays the same, and so does what counts as last applied."""
    live = comparison.live
    if live is None or comparison.address in renewed.ids:
        return comparison
    found = {each.path: each for each in comparison.fields}
    for path, target, server_id in renewed.named_by(comparison.address, live):
        known = found.get(path)
        if known is None or known.effect is not Effect.WRITE:
            found[path] = _told(live, path, str(target), server_id, known)
    return replace(comparison, fields=tuple(found[path] for path in sorted(found)))


def _told(
    live: LiveResource,
    path: str,
    target: str,
    server_id: str,
    known: FieldChange | None,
) -> FieldChange:
    is_settled = known is not None and known.verdict is Verdict.CONVERGED
    return FieldChange(
        path,
        Verdict.CONVERGED if is_settled else Verdict.UNCHANGED,
        Ownership.ENFORCED,
        Effect.WRITE,
        live.marker.base.get(path, UNSET) if live.marker else UNSET,
        server_id,
        target,
        note=TOLD,
    )


def renewal(comparison: Comparison, project: str, inline: Iterable[Comparison]) -> tuple[Operation, ...]:
    """Make the resource anew, with everything the live one has beside what is declared."""
    live = comparison.live
    assert live is not None, f"{comparison.address} is not on the server"
    marker = operations.marker_after(comparison, project)
    return (
        _supersede(comparison, live, project),
        *operations.made_with(comparison, _whole(comparison, live), marker, inline),
        *carrying(comparison.address, live.id, comparison.fields),
    )


def announcing(comparison: Comparison) -> Comparison:
    """The comparison with every file that is put into the new source, as a plan shows it."""
    live, wanted = comparison.live, comparison.desired
    assert live is not None, f"{comparison.address} is not on the server"
    assert wanted is not None, f"{comparison.address} is not declared"
    written = {each.path for each in comparison.fields if each.effect is Effect.WRITE}
    base = live.marker.base if live.marker else {}
    kept = {each.path: each for each in comparison.fields if each.effect is not Effect.WRITE}
    files = {
        path: FieldChange(
            path,
            Verdict.UNCHANGED,
            Ownership.ENFORCED,
            Effect.WRITE,
            base.get(path, UNSET),
            leaf,
            leaf if path in kept else wanted.leaves.get(path, leaf),
            note=BROUGHT,
        )
        for path, leaf in live.leaves.items()
        if field_of(path) == "files" and path not in written
    }
    others = (each for each in comparison.fields if each.path not in files)
    return replace(comparison, fields=tuple(sorted((*others, *files.values()), key=lambda each: each.path)))


def _whole(comparison: Comparison, live: LiveResource) -> dict[str, Leaf]:
    """All the new resource is made with. Secrets of others, and files that stay as they are, come from the
    old one when it comes to it: their content is not known here."""
    wanted = comparison.desired.leaves if comparison.desired else {}
    changed = {each.path for each in comparison.fields}
    settled = {path: leaf for path, leaf in wanted.items() if path not in changed}
    defaults = server_defaults(live)
    known = {path: leaf for path, leaf in live.leaves.items() if path not in defaults} | settled
    fields = [each for each in comparison.fields if each.effect is Effect.WRITE]
    made = operations.written(comparison, known, fields)
    return {
        path: leaf
        for path, leaf in made.items()
        if not (isinstance(leaf, Secret) and not leaf.name)
        and not (isinstance(leaf, FileContent) and not leaf.path)
        and is_setting_of(made.get("manager_type"), field_of(path))
    }


def carrying(address: Address, old: str, fields: Iterable[FieldChange] = ()) -> tuple[Operation, ...]:
    """What only the server can take along, from the resource of this id."""
    if address.kind not in ("agent", "source"):
        return ()
    decided = {each.path for each in fields if each.effect is Effect.WRITE}
    return (Carry(address, old, frozenset(decided)),)


def _supersede(comparison: Comparison, live: LiveResource, project: str) -> Operation:
    """Give up the address, and for a source its name, which is unique on the server."""
    address = replace(comparison.address, name=comparison.address.name + _SUPERSEDED)
    base = live.marker.base if live.marker else {}
    kind = KINDS[comparison.address.kind]
    sent = set(kind.by_name) if kind.name == "group" else set(kind.marker_fields)
    after = {path: leaf for path, leaf in live.leaves.items() if field_of(path) in sent}
    changed: frozenset[str] = frozenset()
    if kind.name == "source":
        name = comparison.desired.server_name if comparison.desired else live.server_name
        after, changed = {**after, "name": superseded_name(name)}, frozenset({"name"})
    return Update(comparison.address, live.id, changed, after, Marker(project, address, base))


def unfinished(live: Live) -> Unfinished:
    """Take up what replaces that died left: an old resource without a new one counts as that resource."""
    leftovers = {address: original(address) for address in live.resources if is_superseded(address)}
    if not leftovers:
        return Unfinished(live)
    resumed = {old: new for old, new in leftovers.items() if new not in live.resources}
    there = frozenset(leftovers[old] for old in leftovers.keys() - resumed.keys())
    untold = {}
    for address, resource in live.resources.items():
        targets = (target for _, target in edges(KINDS[resource.kind], resource.leaves))
        named = there & {leftovers[target] for target in targets if target in leftovers}
        if named:
            untold[resumed.get(address, address)] = named
    return Unfinished(
        renamed(live, resumed, leftovers),
        {new: old for old, new in resumed.items()},
        {new: old for old, new in leftovers.items() if new in there},
        untold,
    )
