"""What somebody else does to the server while a test runs: an app, a person, an agent by its tools.

In: one request and what it made. Out: an entry in the ledger, so that the auditor knows whose it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.audit.ledger import note

_ID = re.compile(r"\b[a-z_]+(?:-env)?-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


class Answer:
    """What the request was answered with, once it was."""

    body: Any = None


@contextmanager
def others(method: str, path: str) -> Iterator[Answer]:
    """Wrap one request of somebody else; reads are not noted."""
    answer = Answer()
    if method == "GET":
        yield answer
        return
    note({"at": "others", "method": method, "path": path, "ids": sorted(set(_ID.findall(path)))})
    yield answer
    made = answer.body.get("id") if isinstance(answer.body, dict) else None
    if made:
        note({"at": "others", "method": method, "path": path, "ids": [made]})
