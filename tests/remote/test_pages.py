"""A list is read to its end, once each row, also when rows vanish while it is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import MalformedAnswer
from reconciler.remote.pages import all_rows, checked_rows

Rows = list[dict[str, Any]]


class Server:
    """Lists like letta 0.16.8: a cursor it does not know is ignored."""

    def __init__(self, count: int, size: int) -> None:
        self.rows: Rows = [{"id": f"r{number}"} for number in range(count)]
        self.size = size
        self.requests = 0

    def page(self, after: str) -> Rows:
        self.requests += 1
        ids = [row["id"] for row in self.rows]
        start = ids.index(after) + 1 if after in ids else 0
        return self.rows[start : start + self.size]


@given(st.integers(0, 40), st.integers(1, 10))
def test_every_row_comes_once(count: int, size: int) -> None:
    server = Server(count, size)
    assert all_rows(server.page, "list", size) == server.rows


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (999, 1), (1000, 2), (2500, 3)])
def test_it_stops_at_a_short_page(count: int, requests: int) -> None:
    server = Server(count, 1000)
    all_rows(server.page, "list")
    assert server.requests == requests


def test_a_cursor_whose_row_vanished_does_not_start_an_endless_loop() -> None:
    server = Server(10, 3)
    whole = list(server.rows)

    def page(after: str) -> Rows:
        if after == "r5":
            server.rows = [row for row in server.rows if row["id"] != "r5"]
        return server.page(after)

    assert all_rows(page, "list", 3) == whole


def test_a_server_that_ignores_every_cursor_is_an_error_and_not_a_loop() -> None:
    server = Server(3, 3)
    with pytest.raises(MalformedAnswer, match="never ends"):
        all_rows(lambda after: server.page(""), "list", 3)
    assert server.requests < 30


@pytest.mark.parametrize("answer", [None, {}, "text", [1], [{}], [{"id": 3}]])
def test_what_is_not_a_list_of_objects_is_said_so(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        checked_rows(answer, "list")
