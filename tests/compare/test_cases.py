"""Runs tests/cases/compare/*.yaml: base, live, desired and the verdicts that must come out.

The files explain themselves; nothing here knows a case. Values under `base` are what was last applied;
`merged` is the text that must be written where both sides moved.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.compare import compare_resource
from reconciler.compare.resource import compared_paths
from reconciler.kinds import KINDS
from reconciler.values import (
    Address,
    DesiredResource,
    FileContent,
    LiveResource,
    Marker,
    Owner,
    Ownership,
    Policy,
    Secret,
    digest,
    field_of,
)

CASES = sorted((Path(__file__).parent.parent / "cases" / "compare").glob("*.yaml"))


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['case']}")
        for path in CASES
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def _leaves(values: dict[str, Any]) -> dict[str, Any]:
    return {path: _leaf(value) for path, value in values.items()}


def _leaf(value: Any) -> Any:
    if isinstance(value, dict) and "secret" in value:
        return Secret(value["secret"])
    if isinstance(value, dict) and "content" in value:
        known = {"ids": tuple(value.get("ids", ())), "trouble": value.get("trouble", "")}
        return FileContent(value["content"], size=value.get("size", 0), **known)
    return value


@pytest.mark.parametrize("case", _cases())
def test_verdict_and_effect_of_every_listed_leaf(case: dict[str, Any]) -> None:
    kind = KINDS[case["kind"]]
    address = Address(Owner("team", "ada"), kind.name, "it")
    desired_leaves = _leaves(case.get("desired", {}))
    rules = case.get("ownership", {})
    desired = DesiredResource(
        address,
        "it",
        desired_leaves,
        Policy(
            default=Ownership(rules) if isinstance(rules, str) else None,
            fields={} if isinstance(rules, str) else {path: Ownership(word) for path, word in rules.items()},
            exact=frozenset(case.get("exact", [])),
            additive=frozenset(case.get("additive", [])),
        ),
        named=frozenset([*(field_of(path) for path in desired_leaves), *case.get("named", [])]),
    )
    base = {path: digest(leaf) for path, leaf in _leaves(case.get("base", {})).items()}
    marker = Marker("p", address, base, frozenset(case.get("released", ())))
    live = LiveResource(kind.name, "id-1", "it", _leaves(case.get("live", {})), marker)
    found = dict.fromkeys(compared_paths(kind, desired, live), "unchanged, nothing")
    texts = {} if case.get("base_text_forgotten") else case.get("base", {})
    for change in compare_resource(kind, desired, live, lambda _, path, __: texts.get(path)):
        found[change.path] = f"{change.verdict.value}, {change.effect.value}"
        if "merged" in case:
            assert change.merged == case["merged"]
    expected = case["expect"]
    assert {path: found.get(path, "not compared") for path in expected} == expected
    silent = {path for path, outcome in found.items() if outcome != "unchanged, nothing"} - set(expected)
    assert not silent, f"the case does not mention {sorted(silent)}"
