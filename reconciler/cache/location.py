"""Where the cache of a project lies: one file for each server and project.

In: server URL and project name. Out: a path below the user's cache directory. It must not create anything.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from platformdirs import user_cache_path

from reconciler.values import canonical_url

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def default_path(server_url: str, project: str) -> Path:
    """`<cache>/letta-reconciler/<project>-<8 hex>.db`; the digits keep servers apart."""
    digest = hashlib.sha256(f"{canonical_url(server_url)}\n{project}".encode()).hexdigest()[:8]
    name = _UNSAFE.sub("_", project)[:80].lstrip(".") or "project"
    return user_cache_path("letta-reconciler") / f"{name}-{digest}.db"
