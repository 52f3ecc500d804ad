"""How a list is asked for: order, page and filters.

In: rows and a query. Out: one page of rows. A cursor whose row is gone is ignored by lists of agents, blocks
and groups, which start again, and answered 404 by those of folders and files (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.simulated.store import Row

_PAGE = 50
"""Rows of a page nobody asked a size of."""
Query = Mapping[str, Sequence[str]]


class NoSuchCursor(Exception):
    """The row a page should begin after is not there."""


def page(rows: Iterable[Row], query: Query, *, strict: bool = False) -> list[Row]:
    """The rows that were asked for."""
    found = list(rows)
    if first(query, "order") != "asc":
        found.reverse()
    if after := first(query, "after"):
        places = [number for number, row in enumerate(found) if row["id"] == after]
        if not places and strict:
            raise NoSuchCursor(after)
        found = found[places[0] + 1 :] if places else found
    return found[: int(first(query, "limit") or _PAGE)]


def tagged(rows: Iterable[Row], query: Query) -> list[Row]:
    """Rows with one of the tags that were asked for, or with all where that was asked; every row without."""
    tags = set(query.get("tags", ()))
    if is_on(query, "match_all_tags"):
        return [row for row in rows if tags <= set(row["tags"])]
    return [row for row in rows if not tags or tags & set(row["tags"])]


def first(query: Query, name: str) -> str:
    """The first value of a name; empty when there is none."""
    values = query.get(name, ())
    return values[0] if values else ""


def is_on(query: Query, name: str) -> bool:
    """Whether a switch was asked for."""
    return first(query, name) == "true"
