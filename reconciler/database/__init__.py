"""One SQLite file on this machine: how it is opened, brought up to date, and what its errors mean."""

from reconciler.database.file import Clock, Database, utc_now

__all__ = ["Clock", "Database", "utc_now"]
