"""What looks like a rename that nobody wrote down.

In: comparisons. Out: a warning where as many things of one kind vanish from the manifests as appear in them:
whoever renames without `moved` leaves memory behind. Pure. It must not guess which became which, except where
there is only one of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.compare import Comparison
from reconciler.errors import Diagnostic, Severity
from reconciler.plan.identity.replacing import is_superseded
from reconciler.values import Address, Owner

_SHOWN = 3
_KINDS = ("agent", "block", "source")
"""What holds something that a rename would leave behind."""


def renames_in_doubt(comparisons: Mapping[Address, Comparison]) -> Iterator[Diagnostic]:
    """Constellations, then users, then resources within sets; each is asked about once."""
    vanishing, appearing = _whole_sets(comparisons)
    going_on = {owner.constellation for owner in _declared(comparisons) - appearing}
    yield from _constellations(vanishing, appearing, going_on)
    yield from _between_constellations(vanishing, appearing, going_on)
    for name in sorted({owner.constellation for owner in vanishing | appearing}):
        gone = sorted(owner.user for owner in vanishing if owner.constellation == name)
        new = sorted(owner.user for owner in appearing if owner.constellation == name)
        if gone and len(gone) == len(new):
            yield _in_doubt("user", gone, new, f" of constellation {name!r}")
    yield from _resources(comparisons, vanishing | appearing)
    yield from _blocks_elsewhere(comparisons, vanishing | appearing)


def _whole_sets(comparisons: Mapping[Address, Comparison]) -> tuple[set[Owner], set[Owner]]:
    """Sets of which nothing is declared any more, and sets of which nothing is there yet."""
    owners = {address.owner for address in comparisons} - {Owner()}
    declared = _declared(comparisons)
    there = {address.owner for address, each in comparisons.items() if each.live is not None}
    return owners - declared, owners - there


def _declared(comparisons: Mapping[Address, Comparison]) -> set[Owner]:
    return {address.owner for address, each in comparisons.items() if each.desired is not None}


def _constellations(vanishing: set[Owner], appearing: set[Owner], going_on: set[str]) -> Iterator[Diagnostic]:
    """The same users under another name."""
    gone, new = ({each.constellation for each in owners} for owners in (vanishing, appearing))
    for old in sorted(gone - new - going_on):
        users = {each.user for each in vanishing if each.constellation == old}
        found = [n for n in sorted(new - gone) if users & {o.user for o in appearing if o.constellation == n}]
        if len(found) == 1:
            yield _in_doubt("constellation", [old], found, "")


def _between_constellations(
    vanishing: set[Owner], appearing: set[Owner], going_on: set[str]
) -> Iterator[Diagnostic]:
    """Users who get another template than before: what one agent learned fits no agent of the other."""
    for old in sorted(vanishing):
        found = sorted(owner for owner in appearing if owner.user == old.user)
        if old.constellation in going_on and found:
            yield Diagnostic(
                f"user {old.user!r} no longer gets constellation {old.constellation!r}, and is new in "
                + ", ".join(repr(owner.constellation) for owner in found),
                why="sets move to no other constellation: the new one starts with nothing, and the memory of "
                "the old stays behind",
                hint=f"keep what was learned before it ends: reconciler export {old} -o FOLDER",
                severity=Severity.WARNING,
            )


def _resources(comparisons: Mapping[Address, Comparison], whole: set[Owner]) -> Iterator[Diagnostic]:
    """The same question for many users is asked once."""
    asked: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Owner]] = {}
    sets: dict[tuple[Owner, str], tuple[list[str], list[str]]] = {}
    for address, each in comparisons.items():
        if address.kind not in _KINDS or address.agent or address.owner in whole:
            continue
        if is_superseded(address) or address.name.startswith("."):
            continue
        gone, new = sets.setdefault((address.owner, address.kind), ([], []))
        if each.desired is None:
            gone.append(address.name)
        elif each.live is None:
            new.append(address.name)
    for (owner, kind), (gone, new) in sets.items():
        if gone and len(gone) == len(new):
            asked.setdefault((kind, tuple(gone), tuple(new)), []).append(owner)
    for (kind, old, names), owners in sorted(asked.items()):
        where = f" of {owners[0]}" if len(owners) == 1 else f" of {len(owners)} sets"
        yield _in_doubt(kind, list(old), list(names), where)


def _blocks_elsewhere(comparisons: Mapping[Address, Comparison], whole: set[Owner]) -> Iterator[Diagnostic]:
    """Blocks of one label that vanish at one place of a set and appear at another: private ones that become
    shared, the other way round, or go to another agent. The same question for many users is asked once."""
    asked: dict[tuple[str, str], list[Owner]] = {}
    for owner, gone, new in _moving_labels(comparisons, whole):
        asked.setdefault((_places(gone), _places(new)), []).append(owner)
    for (old, names), owners in sorted(asked.items()):
        where = f" of {owners[0]}" if len(owners) == 1 else f" of {len(owners)} sets"
        move = f"{{from: {old.partition(', ')[0]}, to: {names.partition(', ')[0]}}}"
        yield Diagnostic(
            f"{old}{where} {'are' if ',' in old else 'is'} no longer declared, and {names} is new",
            why="without a move the new starts with the seed, and what was learned stays behind",
            hint=f"if it is the same memory, write it down: moved: [{move}]",
            severity=Severity.WARNING,
        )


def _moving_labels(
    comparisons: Mapping[Address, Comparison], whole: set[Owner]
) -> Iterator[tuple[Owner, list[Address], list[Address]]]:
    """What vanishes and what appears under one label, except where only agents come and go with it: then it
    is the agents that are asked about."""
    labels: dict[tuple[Owner, str], tuple[list[Address], list[Address]]] = {}
    for address, each in comparisons.items():
        if address.kind != "block" or address.owner in whole or is_superseded(address):
            continue
        gone, new = labels.setdefault((address.owner, address.name), ([], []))
        if each.desired is None:
            gone.append(address)
        elif each.live is None:
            new.append(address)
    staying = {a for a, each in comparisons.items() if each.desired is not None and each.live is not None}
    for (owner, _), (gone, new) in labels.items():
        if gone and new and any(each.parent is None or each.parent in staying for each in (*gone, *new)):
            yield owner, gone, new


def _places(blocks: list[Address]) -> str:
    """The blocks as `moved` names them."""
    return ", ".join(
        f"agent/{each.agent}/block/{each.name}" if each.agent else f"block/{each.name}" for each in blocks
    )


def _in_doubt(kind: str, gone: list[str], new: list[str], where: str) -> Diagnostic:
    lines = [f"{{from: {kind}/{old}, to: {kind}/{name}}}" for old, name in zip(gone, new, strict=True)]
    shown = ", ".join(lines[:_SHOWN]) + (", …" if len(lines) > _SHOWN else "")
    if len(gone) == 1:
        summary = f"{kind}/{gone[0]}{where} is no longer declared, and {kind}/{new[0]} is new"
        hint = f"if that is a rename, write it down: moved: [{shown}]"
    else:
        summary = f"{len(gone)} {kind}s{where} are no longer declared, and {len(new)} are new"
        hint = f"if these are renames, write down which became which, such as moved: [{shown}]"
    return Diagnostic(
        summary,
        why="without that the new starts with nothing and the memory of the old stays behind",
        hint=hint,
        severity=Severity.WARNING,
    )
