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
from reconciler.values import Address, DesiredResource, LiveResource, Ownership, digest, field_of


def applied_texts(comparisons: Iterable[Comparison], project: str) -> dict[Address, Mapping[str, str]]:
    """Of every resource that has merged values and is declared."""
    found = ((each.address, dict(_texts(each, project))) for each in comparisons if _merges(each))
    return {address: texts for address, texts in found if texts}


def _merges(comparison: Comparison) -> bool:
    return comparison.desired is not None and any(True for _ in merged_paths(comparison.desired))


def merged_paths(resource: DesiredResource) -> Iterator[str]:
    """The paths of a resource whose ownership is `merged`."""
    policy = resource.policy
    if policy.default is not Ownership.MERGED and Ownership.MERGED not in policy.fields.values():
        return
    by_name = KINDS[resource.address.kind].by_name
    for path in resource.leaves:
        if ownership_of(by_name[field_of(path)], policy, path) is Ownership.MERGED:
            yield path


def texts_of(
    desired: DesiredResource, live: LiveResource, applied: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Path and text of what is applied to the merged values of one resource, told by these digests."""
    for path in merged_paths(desired):
        for text in (desired.leaves[path], live.leaves.get(path)):
            if isinstance(text, str) and applied.get(path) == digest(text):
                yield path, text
                break


def _texts(comparison: Comparison, project: str) -> Iterator[tuple[str, str]]:
    desired, live = comparison.desired, comparison.live
    if desired is None:
        return iter(())
    if live is None:
        made = ((path, desired.leaves[path]) for path in merged_paths(desired))
        return ((path, text) for path, text in made if isinstance(text, str))
    return texts_of(desired, live, marker_after(comparison, project).base)
