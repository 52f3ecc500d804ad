"""Takes what is written under some addresses out of a file, so that nothing of it can be read from the disk.

In: an open file, and what addresses begin with. Out: how many rows went, by table. A deleted row of SQLite
stays in the file until its page is used again: the file is written anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.database.file import Database

_TABLES = ("history", "journal", "texts", "resources")
"""Tables with an address, of files of any release."""


def erase(database: Database, starts: Collection[str]) -> Mapping[str, int]:
    """Rows whose address is one of these, or lies below it; CacheError when the file cannot be written."""
    gone: dict[str, int] = {}
    there = {name for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    with database.transaction() as connection:
        for table in _TABLES:
            if table not in there:
                continue
            sql = f"DELETE FROM {table} WHERE address = ? OR substr(address, 1, ?) = ?"
            rows = [(each, len(each) + 1, f"{each}/") for each in starts]
            number = sum(connection.execute(sql, row).rowcount for row in rows)
            gone |= {table: number} if number else {}
    if gone:
        database.rewrite()
    return gone
