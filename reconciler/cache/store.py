"""Reads and writes the cache.

In: a path, and records to remember. Out: records by address. Every failure is a CacheError. It must not be
asked what is true: only the server knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from reconciler.cache.cached_resource import CachedResource
from reconciler.database import Database, Schema, Words
from reconciler.values import Address, Owner, Selector

_COLUMNS = "address, server_id, server_name, base, document, seen_at"
_UPSERT = "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Cache(Database):
    """One open cache file; may be used from several threads.

    Its tables beside `resources` are for older releases, which kept in them what is now in the state file.
    """

    SCHEMA: ClassVar = Schema(
        "reconciler.cache",
        Words(
            "the cache",
            "put it elsewhere with --cache PATH or RECONCILER_CACHE",
            "put it aside, ids are read again: mv {path} {aside}",
        ),
    )

    def ids(self) -> dict[Address, str]:
        """Server id of every resource that was seen."""
        rows = self.rows("SELECT address, server_id FROM resources ORDER BY address")
        return {Address.parse(address): server_id for address, server_id in rows}

    def get(self, address: Address) -> CachedResource | None:
        """What was seen at one address."""
        rows = self.rows(f"SELECT {_COLUMNS} FROM resources WHERE address = ?", str(address))
        return _record(rows[0]) if rows else None

    def addresses_of(self, owner: Owner) -> list[Address]:
        """What was seen of one set."""
        sql = "SELECT address FROM resources WHERE constellation = ? AND user = ?"
        return [Address.parse(address) for (address,) in self.rows(sql, owner.constellation, owner.user)]

    def list(self, selector: Selector | None = None) -> Iterator[CachedResource]:
        """Everything that was seen, in address order, or what the selector chooses of it."""
        for row in self.rows(f"SELECT {_COLUMNS} FROM resources ORDER BY address"):
            record = _record(row)
            if selector is None or selector.matches(record.address):
                yield record

    def remember(self, resources: Iterable[CachedResource]) -> None:
        """Write these, all or none."""
        rows = self._values(resources)
        with self.transaction() as connection:
            connection.executemany(_UPSERT, rows)

    def forget(self, addresses: Iterable[Address]) -> None:
        """Drop these, all or none."""
        with self.transaction() as connection:
            connection.executemany(
                "DELETE FROM resources WHERE address = ?", [(str(address),) for address in addresses]
            )

    def replace_all(self, owners: Iterable[Owner] | None, resources: Iterable[CachedResource]) -> None:
        """After a read of these sets, or of everything: what was not seen is dropped."""
        rows = self._values(resources)
        with self.transaction() as connection:
            if owners is None:
                connection.execute("DELETE FROM resources")
            else:
                connection.executemany(
                    "DELETE FROM resources WHERE constellation = ? AND user = ?",
                    [(owner.constellation, owner.user) for owner in owners],
                )
            connection.executemany(_UPSERT, rows)

    def _values(self, resources: Iterable[CachedResource]) -> Sequence[tuple[str | None, ...]]:
        now = self.now().isoformat(timespec="seconds")
        return [_row(resource, now) for resource in resources]


def _row(resource: CachedResource, now: str) -> tuple[str | None, ...]:
    address = resource.address
    return (
        str(address),
        address.owner.constellation,
        address.owner.user,
        address.kind,
        resource.server_id,
        resource.server_name,
        _json(dict(resource.base)),
        None if resource.document is None else _json(dict(resource.document)),
        resource.seen_at or now,
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _record(row: tuple[Any, ...]) -> CachedResource:
    address, server_id, server_name, base, document, seen_at = row
    return CachedResource(
        Address.parse(address),
        server_id,
        server_name,
        json.loads(base),
        None if document is None else json.loads(document),
        seen_at,
    )
