"""A record whose answer was lost is looked up once, and made again only where it is not there."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apply.outcome import Outcome
from reconciler.apply.write_records import Remembering
from reconciler.errors import UnknownOutcome
from reconciler.plan.model import Plan, RecordChange
from reconciler.remote.http.transport import Request
from reconciler.remote.write.safe_create import Doubt
from reconciler.values import Address, Known, Owner, SetRecord

OWNER = Owner("team", "ada")
RECORD = SetRecord("demo", OWNER, known={Address(OWNER, "block", "state"): Known("block-1")})


class Losing:
    """A server of blocks that answers no create the first time, after making it or instead."""

    def __init__(self, *, is_made: bool) -> None:
        self.rows: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self._is_made = is_made

    def get(self, path: str, task: str, query: Any = ()) -> Any:
        self.asked.append("GET")
        return self.rows

    def send(self, request: Request) -> Any:
        is_first = "POST" not in self.asked
        self.asked.append(request.method)
        if self._is_made or not is_first:
            self.rows.append({"id": f"block-{len(self.rows)}", **(request.body or {})})
        if is_first:
            raise UnknownOutcome("no answer")
        return self.rows[-1]


@pytest.mark.parametrize(("is_made", "asked"), [(True, ["POST", "GET"]), (False, ["POST", "GET", "POST"])])
def test_it_is_read_once(is_made: bool, asked: list[str]) -> None:
    server = Losing(is_made=is_made)
    doubt = Doubt(patience=0.0)
    plan = Plan("demo", records=(RecordChange(None, RECORD),))
    remembered = Remembering(server, doubt, lambda server_id: "").end(plan, Outcome(()))
    assert not remembered.failed
    assert [each.owner for each in remembered.written] == [OWNER]
    assert server.asked == asked
    assert len(server.rows) == 1
