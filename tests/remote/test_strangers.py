"""Whose a block is that came at run time: what one user costs does not depend on how many there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.errors import PageTooLarge
from reconciler.remote.marks.markers import MANAGED_BY, agent_tags
from reconciler.remote.read.scope import Part
from reconciler.remote.read.unmarked_blocks import marked_strangers
from reconciler.values import Address, Marker, Owner

ADA = Address(Owner("team", "ada"), "block", "state")
EVERYTHING, ONE_USER = Part(("all",)), Part(("one",), frozenset({"team/ada"}))


def row(server_id: str, *tags: str) -> dict[str, Any]:
    return {"id": server_id, "label": server_id, "value": "", "limit": 5, "tags": list(tags), "metadata": {}}


@dataclass
class Server:
    """So many blocks of others, and a page that holds three."""

    others: int
    asked: list[str] = field(default_factory=list)

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        if path != "/v1/blocks/":
            self.asked.append(path)
            return row(path.rpartition("/")[2], *agent_tags(Marker("other", ADA)))
        asked = dict(query)
        if int(asked["limit"]) > 3:
            raise PageTooLarge(task, most=3)
        self.asked.append(path)
        every = [row(f"block-{number}", MANAGED_BY) for number in range(self.others)]
        ids = [each["id"] for each in every]
        start = ids.index(asked["after"]) + 1 if asked.get("after") else 0
        return every[start : start + 3]


def agent(*blocks: str) -> dict[str, Any]:
    return {"id": "agent-1", "name": "one", "blocks": [row(each) for each in blocks]}


def test_nothing_is_asked_where_every_block_is_ours() -> None:
    server = Server(0)
    mine = row("mine", *agent_tags(Marker("demo", ADA)))
    assert marked_strangers(server, [agent("mine")], [mine], "demo", EVERYTHING) == []
    assert server.asked == []


@pytest.mark.parametrize(("others", "requests"), [(0, 1), (2, 1), (30, 2), (300, 2)])
def test_one_user_costs_the_same_whatever_the_others(others: int, requests: int) -> None:
    server = Server(others)
    marked_strangers(server, [agent("strange")], [], "demo", ONE_USER)
    assert len(server.asked) == requests


def test_a_run_about_everything_reads_the_whole_list() -> None:
    server = Server(30)
    assert len(marked_strangers(server, [agent("a", "b")], [], "demo", EVERYTHING)) == 30


def test_a_block_of_another_project_that_was_listed_needs_no_request() -> None:
    server = Server(0)
    theirs = row("theirs", *agent_tags(Marker("other", ADA)))
    assert marked_strangers(server, [agent("theirs")], [theirs], "demo", ONE_USER) == [theirs]
    assert server.asked == []


def test_what_is_looked_at_one_by_one_shows_its_tags() -> None:
    server = Server(30)
    (found,) = marked_strangers(server, [agent("strange")], [], "demo", ONE_USER)
    assert "letta-reconciler:project=other" in found["tags"]
