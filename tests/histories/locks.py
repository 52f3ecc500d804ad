"""Locks that a machine left when it died, and time that passes.

In: a server. Out: its locks; afterwards they are expired. It must not know who holds them.
"""

from __future__ import annotations

from typing import Any

from tests.audit.marks import is_lock
from tests.audit.snapshot import Row, Snapshot
from tests.histories.servers import Server

_ENTRY = "letta-reconciler-lock"
_LONG_AGO = "2026-01-01T00:00:00+00:00"


def locks(snapshot: Snapshot) -> list[Row]:
    """Folders that are locks."""
    return [row for row in snapshot.rows("sources").values() if is_lock("sources", row)]


def is_as_before(before: Snapshot, after: Snapshot) -> bool:
    """Whether nothing is another; whoever is refused may have taken away a lock whose time had passed."""
    return without_locks(before) == without_locks(after)


def without_locks(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """The rows of every table."""
    ours = {row["id"] for row in locks(snapshot)}
    rest = {
        table: {key: text for key, text in rows.items() if key not in ours}
        for table, rows in snapshot.texts.items()
    }
    return {table: rows for table, rows in rest.items() if rows}


def expire(server: Server, rows: list[Row]) -> None:
    """As if their time had passed."""
    for row in rows:
        metadata: dict[str, Any] = row["metadata_"]
        entry = {**metadata[_ENTRY], "expires": _LONG_AGO}
        server.call("PATCH", f"/v1/folders/{row['id']}", {"metadata": {**metadata, _ENTRY: entry}})
