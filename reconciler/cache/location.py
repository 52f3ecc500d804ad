"""Where the cache of a project lies: one file for each server and project.

In: server URL and project name. Out: a path below the user's cache directory. It must not create anything.
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path

from reconciler.database import file_name


def default_path(server_url: str, project: str) -> Path:
    """`<cache>/letta-reconciler/<project>-<8 hex>.db`."""
    return user_cache_path("letta-reconciler") / file_name(server_url, project)
