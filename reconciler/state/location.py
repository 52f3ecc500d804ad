"""Where the state of a project lies: one file for each server and project, and a folder for saved agents.

In: server URL and project name, and what a person chose. Out: a path. It must not create anything.

    a folder for it was chosen      in that folder, such as one on a volume, saved agents in `exports/`
    a file for the cache was        beside that, saved agents as below
    else                            below the user's state directory
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path

from reconciler.database import file_name

_BESIDE = ".state.db"


def path_of(server_url: str, project: str, folder: Path | None = None, cache: Path | None = None) -> Path:
    """The state file; `folder` and `cache` are what a person chose."""
    name = file_name(server_url, project)
    if folder is not None:
        return folder / name
    if cache is not None:
        return cache.with_name(f"{cache.name.removesuffix('.db')}{_BESIDE}")
    return _usual("state") / name


def exports_beside(state: Path | None) -> Path:
    """The folder of agents that were saved before they ended; `state` is the path of the state file."""
    is_chosen = state is not None and not (is_usual(state) or state.name.endswith(_BESIDE))
    return state.parent / "exports" if state is not None and is_chosen else _usual("exports")


def is_usual(state: Path) -> bool:
    """Whether nobody chose the place of this file: on a machine of CI it ends with the run."""
    return state.parent == _usual("state")


def _usual(what: str) -> Path:
    return user_state_path("letta-reconciler") / what
