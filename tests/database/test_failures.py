"""Every way a file can fail has its words, and no hint loses what cannot be read again."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from reconciler.cache import Cache
from reconciler.database import Database
from reconciler.database.failures import explain
from reconciler.errors import CacheError, StateError
from reconciler.state import State

EVERY = pytest.mark.parametrize("kind", [Cache, State])


@EVERY
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SQLITE_FULL", "disk is full"),
        ("SQLITE_READONLY_DBMOVED", "cannot be written"),
        ("SQLITE_IOERR_WRITE", "disk failed"),
        ("SQLITE_SOMETHING", "cannot be used"),
    ],
)
def test_each_failure_has_its_words(kind: type[Database], name: str, said: str) -> None:
    error = sqlite3.OperationalError("boom")
    error.sqlite_errorname = name  # type: ignore[misc]
    found = explain(error, Path("x.db"), kind.SCHEMA.words)
    assert said in found.summary
    assert kind.SCHEMA.words.noun in found.summary


@EVERY
def test_a_file_that_is_no_database_is_put_aside_and_not_deleted(
    kind: type[Database], tmp_path: Path
) -> None:
    path = tmp_path / "x.db"
    path.write_text("this is not a database, and long enough to be read as one" * 40)
    with pytest.raises(CacheError, match="not a SQLite file") as caught:
        kind.open(path)
    assert f"mv {path} {path}.broken" in caught.value.hint
    assert "rm " not in caught.value.hint


def test_a_broken_state_file_is_to_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StateError) as caught:
        State.open(path)
    assert "keep it" in caught.value.hint
    assert "history" in caught.value.hint


@EVERY
@pytest.mark.parametrize("name", ["/dev/null", "/dev/full", "pipe", "folder"])
def test_what_is_no_file_is_not_opened_and_nobody_is_told_to_delete_it(
    kind: type[Database], name: str, tmp_path: Path
) -> None:
    path = Path(name) if name.startswith("/") else tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    if name == "folder":
        path.mkdir()
    with pytest.raises(CacheError, match="cannot be opened") as caught:
        kind.open(path)
    assert "not a regular file" in caught.value.why
    assert "rm " not in caught.value.hint
    assert kind.SCHEMA.words.elsewhere in caught.value.hint
