"""What was last applied to each resource, told by the records of the sets.

In: resources as their rows show them, and records. Out: the same resources with the base of every mark. Pure.
Earlier releases wrote the base into the marks: that counts where a set has no record yet, and what an older
client writes there afterwards does not. What was renamed by a run that was cut off bears its new address, and
the record knows it by the one before: its id tells. What is kept of files stands in the mark of their source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from reconciler.values import SECRET_DIGEST, Known, Live, LiveResource, Marker, Owner, SetRecord


@dataclass(frozen=True)
class Bases:
    """What is known of it, by set, and by server id where no row tells."""

    records: Mapping[Owner, SetRecord] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, resource: LiveResource) -> LiveResource:
        """The resource with what was last applied to it; without a mark it stays as it is."""
        marker = resource.marker
        if marker is None:
            return resource
        base = self.applied(resource.id, marker)
        return resource if base is marker.base else replace(resource, marker=replace(marker, base=base))

    def in_live(self, live: Live) -> Live:
        """Everything that was read, each with what was last applied to it."""
        return replace(
            live,
            resources={address: self.of(each) for address, each in live.resources.items()},
            duplicates={
                address: tuple(self.of(each) for each in found) for address, found in live.duplicates.items()
            },
        )

    def applied(self, server_id: str, marker: Marker) -> Mapping[str, str]:
        """What was last applied to the resource of this id, which bears this mark."""
        record = self.records.get(marker.address.owner)
        if server_id in self.told:
            return {**self.told[server_id], **marker.of_files}
        known = record.known.get(marker.address) if record is not None else None
        if known is None or known.id != server_id:
            known = self._by_id.get(server_id)
        if record is None and known is None:
            return marker.base
        applied = known.base if known is not None else {}
        return {**applied, **marker.of_files, **_of_secrets(marker)}

    @cached_property
    def _by_id(self) -> Mapping[str, Known]:
        return {known.id: known for record in self.records.values() for known in record.known.values()}


def _of_secrets(marker: Marker) -> dict[str, str]:
    """Digests of secrets that are in the mark: what is compared with them is written, and they go."""
    return {path: digest for path, digest in marker.base.items() if digest == SECRET_DIGEST}
