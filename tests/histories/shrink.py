"""Makes a history that fails smaller, as long as it fails in the same way.

In: a history, and whether another one fails like it. Out: the smallest that was found: steps and resources
that are not needed are left out, one by one, until nothing more can go.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.histories.history import History

Fails = Callable[[History], bool]
_NEEDED = frozenset({"name", "agents", "defaults", "system"})


def shrink(history: History, fails: Fails, *, most: int = 400) -> History:
    """The smallest history that still fails; at most so many are tried."""
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(history):
            tries += 1
            if tries > most:
                return history
            if fails(candidate):
                history, smaller = candidate, True
                break
    return history


def _candidates(history: History) -> Iterator[History]:
    """Shorter ones first: whole halves of the steps, single steps, then parts of manifests and steps."""
    steps = history.steps
    size = len(steps) // 2
    while size:
        for start in range(0, len(steps), size):
            yield replace(history, steps=steps[:start] + steps[start + size :])
        size //= 2
    for manifests in _without_one(history.manifests):
        yield replace(history, manifests=manifests)
    for number, step in enumerate(steps):
        ((word, told),) = step.items()
        for less in _simpler(word, told):
            yield replace(history, steps=(*steps[:number], {word: less}, *steps[number + 1 :]))


def _without_one(manifests: Any) -> Iterator[Any]:
    """The manifests without one of their parts, big ones first."""
    for path in sorted(_paths(manifests), key=len):
        made = copy.deepcopy(manifests)
        node = made
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]
        yield made


def _paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        here = (*path, key)
        if key not in _NEEDED and here not in _KEPT:
            yield here
        yield from _paths(value, here)


_KEPT = frozenset({("constellation",), ("users",), ("files",)})


def _simpler(word: str, told: Any) -> Iterator[Any]:
    if not isinstance(told, dict):
        return
    for key in ("fault", "prune", "user") if word == "apply" else ():
        if key in told:
            yield {name: value for name, value in told.items() if name != key}
    if told.get("by", "ci") != "ci":
        yield {**told, "by": "ci"}
    for key, value in told.items():
        if isinstance(value, str) and "\n" in value and word not in ("upsert-tool", "file"):
            yield {**told, key: value.split("\n")[0]}
