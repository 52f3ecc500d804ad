"""Where the next three-way merge starts from: the last applied text of every merged leaf.

In: what is wanted, what is live, what was done. Out: texts into the state, and what a comparison asks. The
record of a set has these texts on every machine; the state has those of sets that an earlier release applied,
whose record has none yet. Without either a merge is a conflict, and no value is lost. It must not merge.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.apply.outcome import Outcome, Status
from reconciler.compare import BaseText
from reconciler.errors import StateError
from reconciler.plan.model import Action
from reconciler.plan.records.applied_texts import texts_of
from reconciler.state import AppliedText, Texts
from reconciler.values import (
    Address,
    Desired,
    Effect,
    Live,
    Ownership,
    digest,
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


def recorded(desired: Desired, live: Live, otherwise: BaseText) -> BaseText:
    """What a comparison asks for the base text of a leaf: the record of its set, then somebody else."""

    def find(address: Address, path: str, base: str) -> str | None:
        for name in (address, *desired.renames.before(address)):
            record = live.records.get(name.owner)
            text = record.texts.get(name, {}).get(path) if record else None
            if text is not None and digest(text) == base:
                return text
        return otherwise(address, path, base)

    return find


def learn(texts: Texts, desired: Desired, live: Live) -> None:
    """Note base texts that can be seen now: the manifests or the server still have what was last applied.

    So an apply that died behind its write, or a state file that is lost, is made good by any plan before the
    next edit.
    """
    texts.remember(
        AppliedText(resource.address, path, text)
        for resource in desired
        if (found := live.resources.get(resource.address)) is not None
        for path, text in texts_of(resource, found, found.marker.base if found.marker else {})
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
