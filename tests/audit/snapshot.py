"""Everything on the server, with our own eyes: all tables of its database at one moment.

In: how to reach the database. Out: rows by table and primary key. It must not know what a table is for.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import psycopg
from psycopg import sql

from reconciler.server import ServerInstance

Row: TypeAlias = Mapping[str, Any]
_KEYS = """
select c.relname, array_agg(a.attname order by a.attnum)
from pg_class c
join pg_index i on i.indrelid = c.oid and i.indisprimary
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
group by c.relname order by c.relname
"""
_SNAPSHOT = "begin transaction isolation level repeatable read read only"


def conninfo_of(instance: ServerInstance) -> str:
    """How to reach the database of a server."""
    return f"host={instance.paths.socket_directory} user=postgres dbname=letta"


class Snapshot:
    """Rows of all tables; a row is read from its text only when somebody looks at it."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.texts = texts
        self._rows: dict[str, dict[str, Row]] = {}

    def rows(self, table: str) -> Mapping[str, Row]:
        """Rows of one table by primary key; the parts of a key are joined by a bar."""
        if table not in self._rows:
            self._rows[table] = {key: json.loads(text) for key, text in self.texts.get(table, {}).items()}
        return self._rows[table]

    def row(self, table: str, key: str) -> Row:
        """One row that is there."""
        if table in self._rows:
            return self._rows[table][key]
        found: Row = json.loads(self.texts[table][key])
        return found


class Eyes:
    """Looks at one database; keeps its connection, and makes another one when the server was restarted."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection[Any] | None = None

    def look(self) -> Snapshot:
        """All tables at one moment: one repeatable-read transaction."""
        try:
            return self._look()
        except psycopg.OperationalError:
            self.close()
            return self._look()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None

    def _look(self) -> Snapshot:
        with self._transaction() as connection:
            keys = connection.execute(_KEYS).fetchall()
            texts: dict[str, dict[str, str]] = {table: {} for table, _ in keys}
            for table, key, text in connection.execute(_everything(keys)):
                texts[table][key] = text
        return Snapshot(texts)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Any]]:
        if self._connection is None:
            self._connection = psycopg.connect(self._conninfo, autocommit=True)
        self._connection.execute(_SNAPSHOT)
        try:
            yield self._connection
        finally:
            self._connection.execute("commit")


def _everything(keys: list[tuple[str, list[str]]]) -> sql.Composed:
    """One statement that reads every table: its name, the key and the row as JSON."""
    selects = [
        sql.SQL("select {}, concat_ws('|', {}), to_jsonb(t)::text from {} t").format(
            sql.Literal(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
        )
        for table, columns in keys
    ]
    return sql.SQL(" union all ").join(selects)
