"""Migrations are numbered without gaps, shipped, and safe to run twice."""

from __future__ import annotations

import re
import sqlite3
from importlib.resources import files
from pathlib import Path

from reconciler.database.schema import migrations, statements, upgrade


def test_files_are_numbered_from_one_without_gaps() -> None:
    names = sorted(
        entry.name for entry in files("reconciler.cache").joinpath("migrations").iterdir() if entry.is_file()
    )
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.sql", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert list(migrations()) == list(range(1, len(names) + 1))


def test_an_upgrade_ends_at_the_newest_version_and_can_be_repeated() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    upgrade(connection, Path("x"))
    upgrade(connection, Path("x"))
    assert connection.execute("PRAGMA user_version").fetchone()[0] == max(migrations())
    connection.close()


def test_statements_are_told_apart_also_with_semicolons_in_text() -> None:
    found = list(statements("CREATE TABLE a (b TEXT DEFAULT ';');\n-- note;\nSELECT 1;\n"))
    assert len(found) == 2
