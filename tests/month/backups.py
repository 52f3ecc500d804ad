"""A backup of the whole server, and its restore: every row of the database, as those who run one do it.

In: how to reach the database. Out: for the time of a block, a server whose restore ends it. Whatever happened
meanwhile never happened for the server; caches, states and manifests of others know better.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

_TABLES: LiteralString = (
    "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
)


@dataclass(frozen=True)
class Backups:
    """Of one server."""

    conninfo: str

    @contextmanager
    def restored_after(self) -> Iterator[None]:
        """Taken before the block, restored after it."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            tables = [sql.Identifier(name) for (name,) in connection.execute(_TABLES)]
            self._take(connection, tables)
            try:
                yield
            finally:
                self._restore(connection, tables)

    def _take(self, connection: psycopg.Connection, tables: list[sql.Identifier]) -> None:
        connection.execute("create schema backup")
        for table in tables:
            connection.execute(sql.SQL("create table backup.{0} as table public.{0}").format(table))

    def _restore(self, connection: psycopg.Connection, tables: list[sql.Identifier]) -> None:
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")
            connection.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
            for table in tables:
                rows = "insert into public.{0} overriding system value select * from backup.{0}"
                connection.execute(sql.SQL(rows).format(table))
        connection.execute("drop schema backup cascade")
