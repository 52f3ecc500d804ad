"""A list is read to its end, once each row, also when rows vanish while it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import MalformedAnswer, NotFound, RemoteError
from reconciler.remote.http.pages import checked_rows, first_page, list_ids, list_messages, list_rows
from tests.remote.fakes import FewRows, transport_over
from tests.remote.world import World

Rows = list[dict[str, Any]]
Query = tuple[tuple[str, str], ...]


class Server:
    """Lists like letta 0.16.8: a cursor it does not know is ignored, or answered 404."""

    def __init__(self, count: int, most: int = 10**9, *, knows_cursors: bool = True) -> None:
        self.rows: Rows = [{"id": f"r{number}"} for number in range(count)]
        self.most = most
        self.knows_cursors = knows_cursors
        self.missing_is_404 = False
        self.requests = 0
        self.before: Callable[[str], None] = lambda after: None

    def get(self, path: str, task: str, query: Query = ()) -> Any:
        self.requests += 1
        after = dict(query).get("after", "") if self.knows_cursors else ""
        self.before(after)
        ids = [row["id"] for row in self.rows]
        if after and after not in ids and self.missing_is_404:
            raise NotFound(task, status=404)
        start = ids.index(after) + 1 if after in ids else 0
        return self.rows[start : start + int(dict(query)["limit"])]

    def lose(self, *ids: str) -> None:
        self.rows = [row for row in self.rows if row["id"] not in ids]


@given(st.integers(0, 40), st.integers(1, 10))
def test_every_row_comes_once(count: int, size: int) -> None:
    server = Server(count)
    assert list_rows(FewRows(server, size), "/v1/groups/", "list") == server.rows


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (999, 1), (1000, 2), (2500, 3)])
def test_one_request_for_each_started_thousand(count: int, requests: int) -> None:
    server = Server(count)
    assert len(list_rows(server, "/v1/groups/", "list")) == count
    assert server.requests == requests


@pytest.mark.parametrize("is_404", [False, True])
@pytest.mark.parametrize("vanish", [1, 5, 20])
def test_cursors_whose_rows_vanished_are_stepped_over(is_404: bool, vanish: int) -> None:
    server = Server(90)
    server.missing_is_404 = is_404
    whole, gone = list(server.rows), [f"r{number}" for number in range(30 - vanish, 30)]
    server.before = lambda after: server.lose(*gone) if after == "r29" else None
    read = list_rows(FewRows(server, 30), "/v1/groups/", "list")
    if vanish < 20:
        assert read == whole
    else:  # read anew, so that what vanished is not in it
        assert read == [row for row in whole if row["id"] not in gone]


@pytest.mark.parametrize(("times", "ends_well"), [(3, True), (4, False)])
def test_it_reads_anew_three_times_and_then_says_so(times: int, ends_well: bool) -> None:
    server = Server(200)
    server.missing_is_404 = True
    firsts = 0

    def vanish(after: str) -> None:
        nonlocal firsts
        if not after:
            firsts += 1
        elif firsts <= times and server.rows[24]["id"] == after:
            server.lose(*(row["id"] for row in server.rows[:25]))

    server.before = vanish
    small = FewRows(server, 25)
    if ends_well:
        assert list_rows(small, "/v1/groups/", "list") == server.rows
        assert firsts == 4
    else:
        with pytest.raises(MalformedAnswer, match="never ends"):
            list_rows(small, "/v1/groups/", "list")


def test_a_server_that_ignores_every_cursor_is_an_error_and_not_a_loop() -> None:
    server = Server(3, knows_cursors=False)
    with pytest.raises(MalformedAnswer, match="never ends"):
        list_rows(FewRows(server, 3), "/v1/groups/", "list")
    assert server.requests < 30


def test_a_list_that_is_not_there_is_not_read_anew() -> None:
    server = Server(3)

    def gone(after: str) -> None:
        raise NotFound("no such path", status=404)

    server.before = gone
    with pytest.raises(NotFound):
        list_rows(server, "/v1/groups/", "list")
    assert server.requests == 1


@pytest.mark.parametrize("answer", [None, {}, "text", [1], [{}], [{"id": 3}]])
def test_what_is_not_a_list_of_objects_is_said_so(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        checked_rows(answer, "list")


REFUSALS = [
    "[{'type': 'less_than_equal', 'loc': ('query', 'limit'), "
    "'msg': 'Input should be less than or equal to 200', 'input': '1000', 'ctx': {'le': 200}}]",
    [{"loc": ["query", "limit"], "msg": "Input should be less than or equal to 200"}],
    [{"loc": ["query", "limit"], "msg": "ensure this value is less than 201"}],
    "limit must be between 1 and 200, got 1000",
]


@pytest.mark.parametrize("detail", REFUSALS)
def test_a_server_that_refuses_a_thousand_rows_is_read_by_what_it_allows(detail: object) -> None:
    served = Server(450)
    limits: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        limits.append(int(query["limit"]))
        if limits[-1] > 200:
            return httpx.Response(422, json={"detail": detail})
        return httpx.Response(200, json=served.get(request.url.path, "list", tuple(query.items())))

    with transport_over(handler) as transport:
        assert list_rows(transport, "/v1/groups/", "list") == served.rows
        assert limits == [1000, 200, 200, 200]
        assert list_rows(transport, "/v1/agents/", "list") == served.rows
        assert first_page(transport, "/v1/agents/", "list", most=5) == (served.rows[:5], False)
        assert limits[4:] == [200, 200, 200, 5], "it was refused once"


@pytest.mark.parametrize(
    ("status", "detail"),
    [(422, "limit must be a number"), (422, "the tag is too long: 12"), (500, "limit 200")],
)
def test_a_refusal_that_names_no_bound_is_an_error(status: int, detail: str) -> None:
    answer = httpx.Response(status, json={"detail": detail})
    with transport_over(lambda request: answer) as transport, pytest.raises(RemoteError, match="refused"):
        list_rows(transport, "/v1/groups/", "list")


def test_lists_of_the_real_server_outlive_the_row_they_go_on_from(world: World) -> None:
    paths = {"folders": "/v1/folders/", "blocks": "/v1/blocks/", "groups": "/v1/groups/"}
    bodies: dict[str, Any] = {
        "folders": lambda n: {"name": f"f{n}", "embedding": "openai/text-embedding-3-small"},
        "blocks": lambda n: {"label": f"b{n}", "value": ""},
        "groups": lambda n: {"agent_ids": [], "description": f"g{n}"},
    }
    for kind, path in paths.items():
        made = [world.raw.post(path, json=bodies[kind](n)).json()["id"] for n in range(7)]
        small = FewRows(world.transport, 3)
        small.before = lambda after, path=path, last=made[2]: (
            world.raw.delete(f"{path}{last}") if after == last else None
        )
        rows = list_rows(small, path, "list", (("order", "asc"),))
        assert [row["id"] for row in rows] == made, kind


def test_ids_and_messages_of_the_real_server_are_read_to_their_end(world: World) -> None:
    folder = world.raw.post(
        "/v1/folders/", json={"name": "kn", "embedding": "openai/text-embedding-3-small"}
    ).json()["id"]
    agents = [
        world.raw.post(
            "/v1/agents/", json={"name": f"a{n}", "model": "letta/letta-free", "folder_ids": [folder]}
        ).json()["id"]
        for n in range(5)
    ]
    small = FewRows(world.transport, 2)
    assert set(list_ids(small, f"/v1/folders/{folder}/agents", "list")) == set(agents)
    path = f"/v1/agents/{agents[0]}/messages"
    assert list_messages(FewRows(world.transport, 1), path, "list") == world.get(path, order="asc")


@pytest.mark.parametrize(
    "bad", ["", "a/b", "..", ".", "a?b", "a#b", "a%2fb", "a b", "\x00", "a\n", "x" * 501, "\\"]
)
def test_an_id_that_leads_elsewhere_is_none(bad: str) -> None:
    with pytest.raises(MalformedAnswer, match="an id that is none: list"):
        checked_rows([{"id": "agent-1"}, {"id": bad}], "list")


@pytest.mark.parametrize("good", ["agent-0f3c", "tool_1", "a.b", "...", "é", "a:b@c"])
def test_an_id_of_any_other_form_is_one(good: str) -> None:
    assert checked_rows([{"id": good}], "list") == [{"id": good}]
