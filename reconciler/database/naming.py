"""How the files of a project are called: one for each server and project.

In: server URL and project name. Out: the name of a file, without a folder. It must not look at the disk.
"""

from __future__ import annotations

import hashlib
import re

from reconciler.values import canonical_url

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def file_name(server_url: str, project: str) -> str:
    """`<project>-<8 hex>.db`; the digits keep servers apart."""
    digest = hashlib.sha256(f"{canonical_url(server_url)}\n{project}".encode()).hexdigest()[:8]
    name = _UNSAFE.sub("_", project)[:80].lstrip(".") or "project"
    return f"{name}-{digest}.db"
