"""Reads a list to its end, page by page.

In: a function that fetches the page after an id. Out: every row once. It must not know what rows are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.errors import MalformedAnswer

Rows = list[dict[str, Any]]
PAGE = 1_000
_STEPS_BACK = 20


def all_rows(fetch: Callable[[str], Rows], task: str, size: int = PAGE) -> Rows:
    """Every row, oldest first; `fetch` gets the id to start after, empty for the first page.

    A cursor whose row was deleted meanwhile is ignored by the server, which then starts again (letta 0.16.8,
    measured): such a page holds rows that were seen, and the row before is used as the cursor instead.
    """
    rows: Rows = []
    seen: set[str] = set()
    cursors: list[str] = []
    for _ in range(_STEPS_BACK):
        page = fetch(cursors.pop() if cursors else "")
        while not any(row["id"] in seen for row in page):
            rows += page
            seen.update(row["id"] for row in page)
            if len(page) < size:
                return rows
            cursors = [row["id"] for row in rows[-_STEPS_BACK:]]
            page = fetch(cursors.pop())
        if not cursors:
            break
    raise MalformedAnswer(
        f"the list never ends: {task}", why="rows vanish while they are read", hint="run it again"
    )


def checked_rows(answer: object, task: str) -> Rows:
    """The answer to a list request; every row has an id."""
    if not isinstance(answer, list):
        raise MalformedAnswer(f"the answer is not a list: {task}")
    for row in answer:
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise MalformedAnswer(f"a row has no id: {task}")
    return answer
