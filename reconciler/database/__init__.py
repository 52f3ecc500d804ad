"""One SQLite file on this machine: how it is opened, brought up to date, and what its errors mean."""

from reconciler.database.connection import connect
from reconciler.database.failures import Words
from reconciler.database.file import PATIENCE, Clock, Database, Warn, silent, utc_now
from reconciler.database.naming import file_name
from reconciler.database.schema import Schema

__all__ = [
    "PATIENCE",
    "Clock",
    "Database",
    "Schema",
    "Warn",
    "Words",
    "connect",
    "file_name",
    "silent",
    "utc_now",
]
