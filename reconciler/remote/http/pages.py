"""Reads a list to its end, page by page: the one way any list of the server is read.

In: a transport, the path of a list and what it is asked for. Out: every row once, oldest first. It must not
know what rows are.

    a page shorter than was asked for            is the last one
    a cursor whose row was deleted meanwhile     is ignored by the server, which starts again, or answered
                                                 404 (folders, files, archives): the row before it is used
    twenty such rows one after the other         the list is read anew, three times at most
    a server that refuses so many rows at once   names its bound: the list goes on with that size
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

from reconciler.errors import MalformedAnswer, NotFound, PageTooLarge, RemoteError

Query: TypeAlias = tuple[tuple[str, str], ...]
Rows: TypeAlias = list[dict[str, Any]]

PAGE = 1_000
"""The server knows no largest page, except of runs, where it is this one (letta 0.16.8, measured)."""
OLDEST_FIRST = ("order", "asc")
"""Rows that are made while a list is read then come at its end."""
_NO_TOOL = "tool-00000000-0000-4000-8000-000000000000"
_STEPS_BACK = 20
_ANEW = 3
_TRIES = 3
"""How often an answer may be no list before that is believed."""
_ID = re.compile(r"(?!\.{1,2}$)[^\s/?#%\\\x00-\x20\x7f]{1,500}")
"""Anything else would lead a request to another place."""
_BOUND = re.compile(r"(?P<below>less than )?(?P<number>\d+)")


class Gets(Protocol):
    """The one thing reading asks of a transport."""

    def get(self, path: str, task: str, query: Query = ()) -> Any:
        """The JSON a GET answers with; PageTooLarge when it would hold more rows than the server lists."""


class Page(NamedTuple):
    """Some rows of a list, and whether they are its last."""

    rows: Rows
    is_last: bool


Fetch: TypeAlias = Callable[[str], Page]
"""The page after the row of this id; the first one after the empty id."""


def list_rows(transport: Gets, path: str, task: str, query: Query = ()) -> Rows:
    """Every row of a list."""

    def fetch(after: str) -> Page:
        rows, asked = _page(transport, path, task, query, after)
        return Page(rows, len(rows) < asked)

    return all_rows(fetch, task)


def list_ids(transport: Gets, path: str, task: str) -> list[str]:
    """Every id of a list that holds nothing else."""

    def fetch(after: str) -> Page:
        rows, asked = _page(transport, path, task, (OLDEST_FIRST,), after, check=_rows_of_ids)
        return Page(rows, len(rows) < asked)

    return [str(row["id"]) for row in all_rows(fetch, task)]


def list_messages(transport: Gets, path: str, task: str) -> Rows:
    """Every row of a list of messages; only an empty page is its last.

    One message may be several rows of one id, or none at all.
    """

    def fetch(after: str) -> Page:
        rows, _ = _page(transport, path, task, (OLDEST_FIRST,), after)
        return Page(rows, not rows)

    return all_rows(fetch, task)


def first_page(
    transport: Gets, path: str, task: str, query: Query = (), most: int = PAGE
) -> tuple[Any, bool]:
    """What the server lists first, as it sends it, and whether that is all there is."""
    answer, asked = _page(transport, path, task, query, "", most, check=_checked_list)
    return answer, len(answer) < asked


def all_rows(fetch: Fetch, task: str) -> Rows:
    """Every row, whatever vanishes in between; MalformedAnswer when the list never ends."""
    for _ in range(1 + _ANEW):
        rows = _to_the_end(fetch)
        if rows is not None:
            return rows
    raise MalformedAnswer(
        f"the list never ends: {task}", why="rows vanish while they are read", hint="run it again"
    )


def checked_rows(answer: object, task: str) -> Rows:
    """The answer to a list request; every row has an id, which can stand in a path."""
    for row in _checked_list(answer, task):
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise MalformedAnswer(f"a row has no id: {task}")
        if not _ID.fullmatch(row["id"]):
            raise MalformedAnswer(f"a row has an id that is none: {task}", why=ascii(row["id"][:100]))
    return _checked_list(answer, task)


def _checked_list(answer: object, task: str) -> list[Any]:
    if not isinstance(answer, list):
        raise MalformedAnswer(f"the answer is not a list: {task}")
    return answer


def _rows_of_ids(answer: object, task: str) -> Rows:
    return checked_rows([{"id": each} for each in _checked_list(answer, task)], task)


def largest_page(error: RemoteError, asked: int) -> int:
    """How many rows a server lists at once, as it says when it refuses to list `asked`; 0 when it says none.

    Texts such as `limit: Input should be less than or equal to 200`.
    """
    _, names_limit, text = error.why.lower().partition("limit")
    if error.status not in (400, 422) or not asked or not names_limit:
        return 0
    named = [int(found["number"]) - bool(found["below"]) for found in _BOUND.finditer(text)]
    return max((number for number in named if 0 < number < asked), default=0)


def _to_the_end(fetch: Fetch) -> Rows | None:
    """Every row; None when no cursor is left to go on from."""
    page: Page | None = fetch("")
    rows: Rows = []
    seen: set[str] = set()
    while page is not None:
        rows += page.rows
        seen.update(row["id"] for row in page.rows)
        if page.is_last:
            return rows
        page = _following(fetch, rows, seen)
    return None


def _following(fetch: Fetch, rows: Rows, seen: set[str]) -> Page | None:
    """The page after these rows: after the last of them that is still there."""
    for row in reversed(rows[-_STEPS_BACK:]):
        try:
            page = fetch(row["id"])
        except NotFound:
            continue
        if seen.isdisjoint(following["id"] for following in page.rows):
            return page
    return None


def _page(
    transport: Gets,
    path: str,
    task: str,
    query: Query,
    after: str,
    most: int = PAGE,
    check: Callable[[object, str], list[Any]] = checked_rows,
) -> tuple[list[Any], int]:
    """What the server lists, and how many rows it was asked for; what is no list is asked for again."""
    malformed = 0
    while True:
        try:
            start = after or _first_cursor(path, most)
            cursor = (("after", start),) if start else ()
            answer = transport.get(path, task, (*query, ("limit", str(most)), *cursor))
        except PageTooLarge as refusal:
            most = refusal.most
            continue
        try:
            return check(answer, task), most
        except MalformedAnswer:
            malformed += 1
            if malformed == _TRIES:
                raise


def _first_cursor(path: str, most: int) -> str:
    """Where a list begins.

    A first page of tools that is asked for without a cursor, and lacks some of the server's own, makes the
    server write these anew; a cursor that no tool has is ignored (letta 0.16.8, measured).
    """
    return _NO_TOOL if path == "/v1/tools/" and most < PAGE else ""
