"""Saved plans that somebody edited: made, and applied where the good one was made.

In: a source of chance, or an input. Out: an input, or what went wrong. An input is a list of edits, so that a
plan of another format can still be edited so.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from reconciler.plan.file.document import digest_of
from tests.fuzz import seeds
from tests.fuzz.damage import damaged, dumped, edited, edits
from tests.fuzz.inputs import Folders, Input
from tests.fuzz.seeds import ALLOWING
from tests.fuzz.stage import problems_of


def make_plan_file(random: Random) -> Input:
    """A saved plan that somebody edited, half of the time by one who can compute a digest."""
    scene = random.choice(seeds.SCENES)
    document = json.loads(_plan_of(scene))
    others = [json.loads(_plan_of(each)) for each in random.sample(seeds.SCENES, 2)]
    if random.random() < 0.2:
        harm: dict[str, Any] = {"bytes": [random.randrange(2**32), random.choice(("head", "all"))]}
    else:
        harm = {"edits": edits(random, document, others), "digest": random.random() < 0.75}
    return Input("plans", scene, dumped(harm))


@cache
def _plan_of(scene: str) -> str:
    """The plan that is saved in a scene."""
    with tempfile.TemporaryDirectory() as folder:
        stage = seeds.scene(scene).set_up(Path(folder))
        path = stage.folder / "plan.json"
        ran = stage.run("plan", str(stage.root), "--prune", "-o", str(path))
        assert ran.status == 0, ran.said
        return path.read_text(encoding="utf-8")


def play_plan_file(made: Input, folders: Folders) -> list[str]:
    """Applied where it was made."""
    good, harm = _plan_of(made.base), json.loads(made.data)
    text, is_destroyed = _edited_plan(good, harm)
    stage = seeds.scene(made.base).set_up(folders())
    path = stage.folder / "plan.json"
    path.write_bytes(text)
    ran = stage.run("apply", str(path), "--yes", "--root", str(stage.root), *ALLOWING)
    problems = [*problems_of(ran), *stage.locks()]
    if is_destroyed and ran.status == 0:
        problems.append("apply: exit 0 for a plan that was edited")
    return problems


def _edited_plan(good: str, harm: Mapping[str, Any]) -> tuple[bytes, bool]:
    """The bytes of the file, and whether they say something else under the old digest."""
    if "bytes" in harm:
        seed, where = harm["bytes"]
        data = good.encode()
        head = data[:600] if where == "head" else data
        data = damaged(Random(seed), head, [data]) + data[len(head) :]
        return data, not _is_same(data, good)
    document = before = json.loads(good)
    for edit in harm["edits"]:
        document = edited(document, edit)
    if harm["digest"] and isinstance(document, dict):
        return dumped({**document, "digest": digest_of(document)}), False
    return dumped(document), document != before


def _is_same(data: bytes, good: str) -> bool:
    try:
        return bool(json.loads(data) == json.loads(good))
    except (ValueError, RecursionError):
        return False
