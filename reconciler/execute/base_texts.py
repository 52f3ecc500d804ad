"""Where the next three-way merge starts from: the last applied text of every merged leaf.

In: what is wanted, what is live, what was done. Out: texts into the state, and the question a comparison asks
of it. A state that is lost or fails costs a merge, never a value. It must not merge anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconciler.compare import BaseText
from reconciler.compare.policy import ownership_of
from reconciler.errors import StateError
from reconciler.execute.outcome import Outcome, Status
from reconciler.kinds import KINDS
from reconciler.plan.model import Action
from reconciler.state import AppliedText, Texts
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Effect,
    Live,
    LiveResource,
    Ownership,
    digest,
    field_of,
)


def remembering(texts: Texts, desired: Desired, failed: Callable[[StateError], None]) -> BaseText:
    """What a comparison asks for the base text of a leaf; under its old address when it was renamed."""

    def find(address: Address, path: str, base: str) -> str | None:
        try:
            names = (address, *desired.renames.before(address))
            return next((text for name in names if (text := texts.find(name, path, base)) is not None), None)
        except StateError as error:
            failed(error)
            return None

    return find


def learn(texts: Texts, desired: Desired, live: Live) -> None:
    """Note base texts that can be seen now: the manifests or the server still have what was last applied.

    So an apply that died behind its write, or a state file that is lost, is made good by any plan before the
    next edit.
    """
    texts.remember(
        applied
        for resource in desired
        if _merges(resource) and (found := live.resources.get(resource.address)) is not None
        for applied in _seen(resource, found)
    )


def note(texts: Texts, outcome: Outcome) -> None:
    """Note the text of every merged leaf that was written, and drop those of what was deleted."""
    done = [result.change for result in outcome.results if result.status is Status.DONE]
    texts.forget(change.address for change in done if change.action is Action.DELETE)
    texts.remember(
        AppliedText(change.address, field.path, field.desired)
        for change in done
        for field in change.fields
        if field.ownership is Ownership.MERGED
        and field.effect in (Effect.WRITE, Effect.RECORD)
        and isinstance(field.desired, str)
    )


def _merges(resource: DesiredResource) -> bool:
    policy = resource.policy
    return policy.default is Ownership.MERGED or Ownership.MERGED in policy.fields.values()


def _seen(resource: DesiredResource, live: LiveResource) -> Iterator[AppliedText]:
    by_name = KINDS[resource.address.kind].by_name
    base = live.marker.base if live.marker else {}
    for path, wanted in resource.leaves.items():
        if ownership_of(by_name[field_of(path)], resource.policy, path) is not Ownership.MERGED:
            continue
        for text in (wanted, live.leaves.get(path)):
            if isinstance(text, str) and base.get(path) == digest(text):
                yield AppliedText(resource.address, path, text)
                break
