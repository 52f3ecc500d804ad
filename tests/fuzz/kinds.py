"""Each kind of input: how one is made, and what must hold when commands read it.

In: a source of chance, or an input. Out: an input, or what went wrong with it. Beside what the stage looks
for: what is destroyed is never taken for good (exit 0), what `validate` accepts `plan` can read, what only
reads writes nothing, and no lock stays.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import yaml

from tests.fuzz import seeds
from tests.fuzz.answers import Damaging
from tests.fuzz.asking import make_answer, play_answer
from tests.fuzz.damage import damaged, dumped, edited, edits
from tests.fuzz.inputs import Folders, Input
from tests.fuzz.plan_files import make_plan_file, play_plan_file
from tests.fuzz.stage import Stage, problems_of
from tests.simulated import SimulatedLetta

_IN_MANIFESTS = "problems in the manifests", "problem in the manifests"
_NO_SECRET = "the environment has no "
_ENVIRON = {"RECONCILER_PROJECT": "fuzzed", "DESK_API": "canary-value"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input."""

    make: Callable[[Random], Input]
    play: Callable[[Input, Folders], list[str]]


def make_manifest(random: Random) -> Input:
    """One file of a folder of manifests, damaged."""
    folder, name = random.choice(seeds.manifests())
    others = [seeds.files_of(folder)[name] for folder, name in random.sample(seeds.manifests(), 3)]
    data = seeds.files_of(folder)[name]
    if name.endswith((".yaml", ".yml")) and random.random() < 0.5:
        data = _edited_yaml(random, data, others)
    else:
        data = damaged(random, data, others)
    return Input("manifests", f"{folder}:{name}", data)


def _edited_yaml(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """Another value, key or element, in good YAML."""
    documents, more = _loaded(data), [each for other in others for each in _loaded(other)]
    if not documents:
        return damaged(random, data, others)
    for edit in edits(random, documents, more):
        documents = edited(documents, edit)
    try:
        return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True).encode(
            "utf-8", "surrogatepass"
        )
    except (yaml.YAMLError, AttributeError, TypeError, RecursionError):
        return dumped(documents)


def _loaded(data: bytes) -> list[Any]:
    try:
        return list(yaml.safe_load_all(data.decode("utf-8")))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []


def play_manifest(made: Input, folders: Folders) -> list[str]:
    """Validated; what is valid is planned and applied, too."""
    folder, _, name = made.base.rpartition(":")
    stage = Stage(folders(), SimulatedLetta(), _ENVIRON)
    seeds.laid_out(stage.root, {**seeds.files_of(folder), name: made.data})
    return _accepted(stage, _is_destroyed_yaml(name, made.data))


def _is_destroyed_yaml(name: str, data: bytes) -> bool:
    """Whether the file says that it is ours, and no parser can read it."""
    if not name.endswith((".yaml", ".yml")) or b"apiVersion: reconciler/v1" not in data:
        return False
    try:
        list(yaml.parse(data.decode("utf-8-sig"), Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError):
        return data.count(b"apiVersion") == data.count(b"apiVersion: reconciler/v1")
    except RecursionError:
        return True
    return False


def _accepted(stage: Stage, is_destroyed: bool) -> list[str]:
    """From validate to a second plan, as far as it comes."""
    root = str(stage.root)
    validated = stage.run("validate", root)
    problems = problems_of(validated)
    if validated.status not in (0, 1):
        problems.append(f"validate: exit status {validated.status}")
    if validated.status or problems:
        return problems
    if is_destroyed:
        return ["validate: exit 0 for something no parser can read"]
    answering = Damaging(stage.letta)
    stage.server = answering
    planned = stage.run("plan", root, "-o", str(stage.folder / "plan.json"))
    problems += problems_of(planned)
    is_secret = _NO_SECRET in planned.stderr  # only a plan needs its value
    if not is_secret and any(words in planned.stderr for words in _IN_MANIFESTS):
        problems.append(f"validate accepts what plan refuses: {_first_line(planned.stderr)}")
    if answering.writes:
        problems.append("plan: it wrote to the server")
    if planned.status == 0:
        applied = stage.run("apply", root, "--yes")
        problems += [*problems_of(applied), *stage.locks()]
    return problems


def make_table(suffix: str) -> Callable[[Random], Input]:
    """A damaged table of users."""

    def make(random: Random) -> Input:
        others = list(seeds.tables(suffix))
        data = others[0] if random.random() < 0.7 else random.choice(others)
        if suffix == "jsonl" and random.random() < 0.5:
            return Input(suffix, suffix, _edited_lines(random, data))
        return Input(suffix, suffix, damaged(random, data, others))

    return make


def _edited_lines(random: Random, data: bytes) -> bytes:
    lines = data.splitlines()
    at = random.randrange(len(lines)) if lines else 0
    try:
        document = json.loads(lines[at])
    except (ValueError, IndexError):
        return damaged(random, data, [])
    for edit in edits(random, document, []):
        document = edited(document, edit)
    return b"\n".join([*lines[:at], dumped(document), *lines[at + 1 :], b""])


def play_table(made: Input, folders: Folders) -> list[str]:
    """Validated; what is valid is planned and applied, too."""
    stage = Stage(folders(), SimulatedLetta(), _ENVIRON)
    files = {**seeds.around(made.base), f"users.{made.base}": made.data}
    seeds.laid_out(stage.root, files)
    return _accepted(stage, _is_destroyed_table(made))


def _is_destroyed_table(made: Input) -> bool:
    """Whether a plain reader finds no table in the bytes."""
    try:
        text = made.data.decode("utf-8-sig")
        if made.base == "csv":
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
            return any(len(row) != len(rows[0]) for row in rows) or (bool(rows) and "id" not in rows[0])
        lines = [line for line in io.StringIO(text, newline="") if line.strip()]
        return any(not isinstance(json.loads(line).get("id"), str) for line in lines)
    except (ValueError, csv.Error, AttributeError, RecursionError):
        return True


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("error")), text[:200])


KINDS: Mapping[str, Kind] = {
    "manifests": Kind(make_manifest, play_manifest),
    "csv": Kind(make_table("csv"), play_table),
    "jsonl": Kind(make_table("jsonl"), play_table),
    "plans": Kind(make_plan_file, play_plan_file),
    "answers": Kind(make_answer, play_answer),
}
