"""Fleets to report on: many users with an agent, its persona and a shared block, all just applied.

In: a number of users. Out: Desired and Live, and the report of them after edits by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.drift import Baseline, DriftReport, drift_of
from reconciler.plan import make_plan
from reconciler.values import Address, Desired, DesiredResource, Live, Owner, Scope
from tests.plan.worlds import applied, declare, edited, with_leaf, without


def owner(number: int) -> Owner:
    return Owner("team", str(number))


def agent(number: int) -> Address:
    return Address(owner(number), "agent", "helper")


def persona(number: int) -> Address:
    return Address(owner(number), "block", "persona", agent="helper")


def state(number: int) -> Address:
    return Address(owner(number), "block", "state")


def group(number: int) -> Address:
    return Address(owner(number), "group", "main")


def fleet(users: int) -> Desired:
    """The manifests of so many users."""
    resources = [resource for number in range(1, users + 1) for resource in _set(number)]
    return Desired("demo", {resource.address: resource for resource in resources})


def _set(number: int) -> Iterable[DesiredResource]:
    helper, own, common = agent(number), persona(number), state(number)
    leaves = {
        "name": f"helper {number}",
        "system": "be kind",
        "tools[memory_insert]": "memory_insert",
        "blocks[persona]": str(own),
        "blocks[state]": str(common),
    }
    yield declare(common, {"label": "state", "value": "calm", "limit": 100})
    yield declare(own, {"label": "persona", "value": "I am kind.", "limit": 40}, helper)
    yield declare(helper, leaves, own, common)
    yield declare(
        group(number), {"manager_type": "round_robin", "agents[helper]": str(helper), "order": ["helper"]}
    )


def report_of(
    desired: Desired, live: Live, baseline: Baseline | None = None, scope: Scope = Scope()
) -> DriftReport:
    """What `drift` would say."""
    return drift_of(make_plan(desired, live, scope), live, scope, baseline)


def busy() -> DriftReport:
    """Five users to whom everything happened that can."""
    desired = fleet(5)
    live = applied(desired)
    live = edited(live, agent(1), system="be rude\nand loud")
    live = edited(live, agent(2), **{"system": "be rude", "tools[web_search]": "web_search"})
    for number in (2, 3, 4):
        live = edited(live, persona(number), value=f"I am kind. I learned {number} things.")
    live = edited(live, persona(5), value="I am kind. I learned so much that it does not fit.")
    live = edited(live, state(4), limit=7)
    desired = with_leaf(desired, state(4), limit=200)
    desired = with_leaf(desired, persona(3), value="I am very kind.")
    desired = with_leaf(desired, agent(5), system="be brief")
    gone = {key for key in live.resources[agent(3)].leaves if key == "blocks[state]"}
    kept = {key: leaf for key, leaf in live.resources[agent(3)].leaves.items() if key not in gone}
    live = replace(
        live, resources={**live.resources, agent(3): replace(live.resources[agent(3)], leaves=kept)}
    )
    live = without(live, state(3))
    undeclared = {address: each for address, each in desired.resources.items() if address != group(5)}
    return report_of(replace(desired, resources=undeclared), live)
