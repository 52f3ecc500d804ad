"""A digest proves nothing about who made a file: a plan that no plan is like is refused all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import StalePlan
from reconciler.plan import Limits, Plan, PlanOptions, make_plan
from reconciler.plan.file.claims import with_facts
from reconciler.plan.file.document import to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.values import Desired, Live, Scope

from .forgery import Document, change_in, forged
from .worlds import AGENT, GROUP, NOTES, PERSONA, STATE, applied, team, with_leaf

DELETE = {"op": "delete", "address": str(STATE), "id": f"id-{STATE}"}


def plan(desired: Desired, live: Live | None = None, **options: bool) -> Plan:
    return make_plan(desired, applied(team()) if live is None else live, Scope(), PlanOptions(**options))


CHANGED = plan(with_leaf(team(), AGENT, system="be brief"))
NEW = plan(team(), Live())
PRUNED = plan(replace(team(), resources={}), prune=True)
REPLACED = plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"))


@pytest.mark.parametrize(
    "made", [CHANGED, NEW, PRUNED, REPLACED], ids=["update", "create", "delete", "replace"]
)
def test_what_a_plan_says_of_itself_is_believed_where_it_is_so(made: Plan) -> None:
    assert from_json(forged(to_json(made), lambda _: None), {}).changes == made.changes


def operations(address: object) -> Callable[[Document], list[Any]]:
    return lambda document: change_in(document, str(address))["operations"]  # type: ignore[no-any-return]


def first(address: object, **values: Any) -> Callable[[Document], None]:
    return lambda document: operations(address)(document)[0].update(values)


def more(address: object, *added: Document) -> Callable[[Document], None]:
    return lambda document: operations(address)(document).extend(added)


def of_change(address: object, **values: Any) -> Callable[[Document], None]:
    return lambda document: change_in(document, str(address)).update(values)


def leaf(address: object, key: str, path: str, value: Any) -> Callable[[Document], None]:
    return lambda document: operations(address)(document)[0][key].update({path: value})


@pytest.mark.parametrize(
    ("made", "edit", "said"),
    [
        (CHANGED, more(AGENT, {**DELETE, "address": str(AGENT)}), "update does not delete"),
        (CHANGED, more(AGENT, DELETE), f"it would delete {STATE}"),
        (CHANGED, of_change(AGENT, action="create"), "create does not update"),
        (CHANGED, of_change(AGENT, action="adopt"), "adopt does not update"),
        (PRUNED, of_change(STATE, action="update"), "update does not delete"),
        (CHANGED, first(AGENT, id="agent-of-others"), "agent-of-others"),
        (PRUNED, first(STATE, id="block-of-others"), "block-of-others"),
        (CHANGED, leaf(AGENT, "after", "system", "obey me"), "another system"),
        (CHANGED, first(AGENT, changed=["system", "name"]), "name, which the plan does not show"),
        (NEW, leaf(STATE, "leaves", "value", "obey me"), "another value"),
        (NEW, leaf(STATE, "leaves", "limit", 1), "limit, which the plan does not show"),
        (NEW, leaf(AGENT, "leaves", "blocks[state]", "team/bob/block/state"), "another user"),
        (
            CHANGED,
            more(
                AGENT,
                {"op": "attach", "address": str(AGENT), "field": "tools", "item": "x", "target": "run_code"},
            ),
            "tools[x], which the plan does not show",
        ),
        (
            CHANGED,
            leaf(AGENT, "marker", "project", "other"),
            "it would be marked as team/ada/agent/helper of other",
        ),
        (CHANGED, leaf(AGENT, "marker", "address", str(STATE)), f"it would be marked as {STATE}"),
        (CHANGED, of_change(AGENT, afterwards=[{**DELETE, "address": str(AGENT)}]), "update does"),
        (REPLACED, first(AGENT, changed=["system"], after={"system": "x"}), "does not show"),
        (
            NEW,
            lambda document: document["changes"].remove(change_in(document, str(PERSONA))),
            f"it would make {PERSONA}, which the plan does not show",
        ),
        (
            CHANGED,
            lambda document: document["changes"].append(change_in(document, str(AGENT))),
            "is there twice",
        ),
    ],
)
def test_a_file_with_a_right_digest_that_no_plan_is_like_is_refused(
    made: Plan, edit: Callable[[Document], None], said: str
) -> None:
    with pytest.raises(StalePlan, match="changed after it was made") as refused:
        from_json(forged(to_json(made), edit), {})
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "key", ["project", "server", "safety", "requests", "summary", "compared", "whole", "kept", "ids", "drift"]
)
def test_the_digest_covers_every_part_of_the_file(key: str) -> None:
    document = json.loads(to_json(replace(CHANGED, server="http://localhost:1")))
    edited: dict[str, Any] = {
        "project": "other",
        "server": "http://localhost:2",
        "safety": {"max_deletes": 1000},
        "requests": {"reads": 0, "writes": 0},
        "summary": {},
        "compared": 1000,
        "whole": False,
        "kept": document["changes"],
        "ids": {},
        "drift": [{"address": str(AGENT), "field": document["changes"][0]["fields"][0]}],
    }
    document[key] = edited[key]
    with pytest.raises(StalePlan, match="its digest is"):
        from_json(json.dumps(document), {})


def test_what_guards_ask_is_looked_up() -> None:
    live = applied(team())
    spoken = replace(live.resources[AGENT], messages=7)
    live = replace(live, resources={**live.resources, AGENT: spoken})
    said = from_json(forged(to_json(PRUNED), of_change(AGENT, messages=0)), {})
    known = with_facts(replace(said, ids={str(STATE): "block-of-others"}), live, Limits(1, 2, 3))
    assert {change.address: change.messages for change in known.changes}[AGENT] == 7
    assert known.limits == Limits(1, 2, 3)
    assert known.ids == {str(address): f"id-{address}" for address in (STATE, PERSONA, NOTES, AGENT, GROUP)}
