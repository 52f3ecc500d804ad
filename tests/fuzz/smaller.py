"""The same failure from less input: pieces are left out as long as it stays what it is.

In: an input that fails. Out: one that fails alike, and is no larger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.fuzz.inputs import Input

_TRIES = 300
Play = Callable[[Input], list[str]]


def kind_of_failure(problems: list[str]) -> str:
    """The same for failures that differ only in numbers, names and values."""
    first = re.sub(r"'.*?'|\".*?\"|\d+", "#", problems[0]) if problems else ""
    return first[:80]


def smaller(failing: Input, play: Play) -> Input:
    """As small as a few hundred tries make it."""
    wanted, tries = kind_of_failure(play(failing)), 0
    is_done = False
    while not is_done:
        is_done = True
        for less in _less(failing):
            tries += 1
            if tries > _TRIES:
                return failing
            if kind_of_failure(play(less)) == wanted:
                failing, is_done = less, False
                break
    return failing


def _less(made: Input) -> Iterator[Input]:
    """The input with something left out, large pieces first."""
    if made.kind in ("answers", "plans"):
        yield from (replace(made, data=json.dumps(each).encode()) for each in _fewer(json.loads(made.data)))
        return
    size = len(made.data) // 2
    while size:
        for start in range(0, len(made.data), size):
            yield replace(made, data=made.data[:start] + made.data[start + size :])
        size //= 2


def _fewer(document: object) -> Iterator[object]:
    """Fewer harms, fewer edits in them."""
    if isinstance(document, list):
        for at in range(len(document)):
            if len(document) > 1:
                yield document[:at] + document[at + 1 :]
            for less in _fewer(document[at]):
                yield [*document[:at], less, *document[at + 1 :]]
    elif isinstance(document, dict) and len(document.get("edits", ())) > 1:
        edits = document["edits"]
        for at in range(len(edits)):
            yield {**document, "edits": edits[:at] + edits[at + 1 :]}
