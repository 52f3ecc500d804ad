"""Files as earlier releases left them, kept as SQL in `stored/`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent / "stored"


def names() -> list[str]:
    """What is stored, such as `cache_1`."""
    return sorted(path.stem for path in HERE.glob("*.sql"))


def put(name: str, path: Path) -> Path:
    """Make the file anew, in the mode in which all releases left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((HERE / f"{name}.sql").read_text(encoding="utf-8"))
    return path


def content(path: Path) -> str:
    """Everything in a file, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def version(path: Path) -> int:
    """The version of its schema."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
