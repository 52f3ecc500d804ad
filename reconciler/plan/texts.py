"""The texts that later merges start from: what is last applied to each merged value once a plan is done.

In: comparisons. Out: texts by address and path. Pure. A text is told by its digest: it is the declared or the
live one, whichever will count as applied. Where neither does, whoever noted it before still has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.compare import Comparison
from reconciler.compare.policy import ownership_of
from reconciler.kinds import KINDS
from reconciler.plan.operations import marker_after
from reconciler.values import UNSET, Address, DesiredResource, Ownership, digest, field_of


def applied_texts(comparisons: Iterable[Comparison], project: str) -> dict[Address, Mapping[str, str]]:
    """Of every resource that has merged values and is declared."""
    found: dict[Address, Mapping[str, str]] = {}
    for each in comparisons:
        if each.desired is not None and (paths := list(merged_paths(each.desired))):
            texts = dict(_texts(each, paths, project))
            if texts:
                found[each.address] = texts
    return found


def merged_paths(resource: DesiredResource) -> Iterator[str]:
    """The paths of a resource whose ownership is `merged`."""
    policy = resource.policy
    if policy.default is not Ownership.MERGED and Ownership.MERGED not in policy.fields.values():
        return
    by_name = KINDS[resource.address.kind].by_name
    for path in resource.leaves:
        if ownership_of(by_name[field_of(path)], policy, path) is Ownership.MERGED:
            yield path


def _texts(comparison: Comparison, paths: Iterable[str], project: str) -> Iterator[tuple[str, str]]:
    desired, live = comparison.desired, comparison.live
    applied = marker_after(comparison, project).base if live else {}
    for path in paths:
        wanted = desired.leaves[path] if desired else UNSET
        for text in (wanted, live.leaves.get(path) if live else None):
            if isinstance(text, str) and (live is None or applied.get(path) == digest(text)):
                yield path, text
                break
