"""Where the state of a project lies: one file for each server and project.

In: server URL and project name, and what a person chose. Out: a path. It must not create anything.

    a folder for it was chosen      in that folder, such as one on a volume
    a file for the cache was        beside that
    else                            below the user's state directory
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path

from reconciler.database import file_name


def path_of(server_url: str, project: str, folder: Path | None = None, cache: Path | None = None) -> Path:
    """The state file; `folder` and `cache` are what a person chose."""
    name = file_name(server_url, project)
    if folder is not None:
        return folder / name
    if cache is not None:
        return cache.with_name(f"{cache.name.removesuffix('.db')}.state.db")
    return user_state_path("letta-reconciler") / "state" / name
