"""R212 `rename`: what looks like a rename that nobody wrote down.

In: comparisons. Out: a warning where as many things of one kind vanish from the manifests as appear in them:
whoever renames without `moved` leaves memory behind. Pure. It must not guess which became which, except where
there is only one of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from reconciler.compare import Comparison
from reconciler.errors import Diagnostic
from reconciler.plan.identity.replacing import is_superseded
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.vanishing import WholeSets, whole_sets
from reconciler.rules.notices import RENAME
from reconciler.values import Address, Owner

_SHOWN = 3
_KINDS = ("agent", "block", "source")
"""What holds something that a rename would leave behind."""


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """Constellations, then users, then resources within sets; each is asked about once."""
    if compared.options.destroy:
        return
    sets = whole_sets(compared)
    yield from _constellations(sets)
    for name in sorted({owner.constellation for owner in sets.all}):
        gone = sorted(owner.user for owner in sets.vanishing if owner.constellation == name)
        new = sorted(owner.user for owner in sets.appearing if owner.constellation == name)
        if gone and len(gone) == len(new):
            yield _in_doubt("user", gone, new, f" of constellation {name!r}")
    yield from _resources(compared.comparisons, sets.all)


def _constellations(sets: WholeSets) -> Iterator[Diagnostic]:
    """The same users under another name."""
    gone, new = ({each.constellation for each in owners} for owners in (sets.vanishing, sets.appearing))
    for old in sorted(gone - new - sets.going_on):
        users = {each.user for each in sets.vanishing if each.constellation == old}
        found = [
            name
            for name in sorted(new - gone)
            if users & {owner.user for owner in sets.appearing if owner.constellation == name}
        ]
        if len(found) == 1:
            yield _in_doubt("constellation", [old], found, "")


def _resources(comparisons: Mapping[Address, Comparison], whole: Set[Owner]) -> Iterator[Diagnostic]:
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


def _in_doubt(kind: str, gone: list[str], new: list[str], where: str) -> Diagnostic:
    lines = [f"{{from: {kind}/{old}, to: {kind}/{name}}}" for old, name in zip(gone, new, strict=True)]
    shown = ", ".join(lines[:_SHOWN]) + (", …" if len(lines) > _SHOWN else "")
    if len(gone) == 1:
        return NOTICE.finds(
            gone=f"{kind}/{gone[0]}{where} is",
            new=f"{kind}/{new[0]} is",
            ask="if that is a rename, write it down:",
            moved=shown,
        )
    return NOTICE.finds(
        gone=f"{len(gone)} {kind}s{where} are",
        new=f"{len(new)} are",
        ask="if these are renames, write down which became which, such as",
        moved=shown,
    )


NOTICE = Notice(
    RENAME,
    message="{gone} no longer declared, and {new} new",
    why="without that the new starts with nothing and the memory of the old stays behind",
    fix="{ask} moved: [{moved}]",
    judge=judge,
)
