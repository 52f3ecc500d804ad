"""Good input, of which damaged input is made: manifests, tables, worlds to plan in, recorded answers."""

from __future__ import annotations

import json
import pickle
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.fuzz.stage import Stage
from tests.remote.recorded import CASSETTES
from tests.simulated import SimulatedLetta

ROOT = Path(__file__).parents[2]
README = "README.md"
_LARGEST = 40_000
_SMALL = "tests/fuzz/small"
_FOLDERS = ("tests/cases/manifests/*", "constellations/*", "examples/*/constellation", _SMALL)
_CHANGED = "Changed since the first apply."


def folders() -> list[str]:
    """Folders of manifests, relative to the checkout; the README's example is one."""
    found = [path for pattern in _FOLDERS for path in ROOT.glob(pattern) if path.is_dir()]
    return [README, *sorted(path.relative_to(ROOT).as_posix() for path in found)]


@cache
def files_of(folder: str) -> dict[str, bytes]:
    """What lies in such a folder, by name."""
    if folder == README:
        return {"readme.yaml": _readme(), **_files(ROOT / "constellations/pattern", "prompts", "personas")}
    return _files(ROOT / folder)


def _files(folder: Path, *below: str) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "expected.txt")
    names = ((path.relative_to(folder).as_posix(), path) for path in paths)
    return {name: path.read_bytes() for name, path in names if not below or name.startswith(below)}


def _readme() -> bytes:
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / README).read_text(encoding="utf-8"), re.DOTALL)
    return str(text).encode()


@cache
def manifests() -> tuple[tuple[str, str], ...]:
    """Folder and name of every file that may be damaged: manifests, and what they name."""
    return tuple(
        (folder, name)
        for folder in folders()
        for name, data in files_of(folder).items()
        if len(data) <= _LARGEST and not name.endswith(("expected.json", ".example"))
    )


def laid_out(root: Path, files: dict[str, bytes]) -> None:
    """The files on disk, and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@cache
def tables(suffix: str) -> tuple[bytes, ...]:
    """Good tables, and those of the case files."""
    rows = [{"id": f"u{n}", "name": f"N {n}", "age": n, "score": n / 4, "vip": bool(n % 2)} for n in range(4)]
    if suffix == "jsonl":
        good = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        good = "id,name,age,score,vip\n" + "".join(
            f'{row["id"]},"{row["name"]}",{row["age"]},{row["score"]},{str(row["vip"]).lower()}\n'
            for row in rows
        )
    cases = sorted((ROOT / "tests/cases/manifests").glob(f"*/*.{suffix}"))
    return (good.encode(), *(path.read_bytes() for path in cases))


def around(suffix: str) -> dict[str, bytes]:
    """Manifests whose users stand in a table."""
    head = "apiVersion: reconciler/v1\nkind: "
    parameters = "age: {type: integer, default: 1}, score: {type: number, default: 1}"
    text = (
        f"{head}Project\nname: demo\n---\n{head}Constellation\nname: team\nparameters: {{name: {{type: "
        f"string, default: x}}, {parameters}, vip: {{type: boolean, default: false}}}}\n"
        "blocks: {note: {value: "
        "'${{ user.id }} ${{ parameters.name }} ${{ parameters.age + parameters.score }}'}}\n---\n"
        f"{head}Users\nconstellation: team\nfrom: {{file: users.{suffix}}}\n"
    )
    return {"main.yaml": text.encode()}


@dataclass(frozen=True, slots=True)
class Scene:
    """A project and a server at some moment."""

    files: dict[str, bytes]
    world: bytes
    """The server's tables."""

    def set_up(self, folder: Path) -> Stage:
        """A stage of its own with both."""
        stage = Stage(folder, SimulatedLetta())
        laid_out(stage.root, self.files)
        vars(stage.letta.world).update(pickle.loads(self.world))
        return stage


_EXAMPLES = {
    "small": _SMALL,
    "pattern": "constellations/pattern",
    "support": "constellations/support",
}
SCENES = (
    *("first small", "settled small", "moved small", "moved small"),
    *("first small", "settled small", "moved small", "moved small"),
    *("first pattern", "first support", "settled pattern", "moved pattern", "moved support"),
)
"""Nothing is there; all is as declared; manifests, agents and apps changed something."""
_ALLOWED = ("data-loss", "deletes=99", "overwrites=99", "change-percent")
ALLOWING = tuple(word for rule in _ALLOWED for word in ("--allow", rule))
"""What applies may do there."""


@cache
def scene(name: str) -> Scene:
    """One of the scenes."""
    moment, _, example = name.partition(" ")
    files = files_of(_EXAMPLES[example])
    letta = SimulatedLetta()
    if moment != "first":
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(Path(folder), letta)
            laid_out(stage.root, files)
            ran = stage.run("apply", str(stage.root), "--yes")
        assert ran.status == 0, ran.said
    if moment == "moved":
        _live_on(letta)
        files = dict(_changed(files))
    return Scene(files, pickle.dumps(vars(letta.world)))


def _live_on(letta: SimulatedLetta) -> None:
    """Agents learn, apps replace tags, somebody changes prompts, takes tools off and deletes a group."""
    world = letta.world
    for number, block in enumerate(world.blocks):
        if number % 3 == 0 and not block["hidden"]:
            block["value"] = f"learned {number}"
    for number, agent in enumerate(world.agents):
        if number % 4 == 0:
            agent["tags"] = ["vip"]
        if number % 4 == 1:
            agent |= {"system": "scribble", "tool_ids": agent["tool_ids"][1:]}
        if number % 4 == 2:
            agent["description"] = None
    world.groups.remove(next(iter(world.groups))["id"])


def _changed(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """One user less, one agent less, other texts."""
    for name, data in files.items():
        if name == "users.yaml":
            data = data[: data.index(b"  - id: ben@")]
        elif name.endswith(".csv"):
            data = b"\n".join(data.splitlines()[:-1]) + b"\n"
        elif name.endswith((".md", ".yaml")) and b"limit: 4000" not in data:
            data = data.replace(b"description: ", b"description: Now. ") if name.endswith("l") else data
            data = data + f"\n{_CHANGED}\n".encode() if name.endswith(".md") else data
        elif name.endswith(".yaml"):
            data = data.replace(b"limit: 4000", b"limit: 3900").replace(b"max_turns: 6", b"max_turns: 8")
        yield name, data


@cache
def recorded() -> dict[str, list[Any]]:
    """What a real server answered, by path."""
    found: dict[str, list[Any]] = {}
    for path in sorted(CASSETTES.glob("*.yaml")):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for each in yaml.load(path.read_text(encoding="utf-8"), Loader=loader)["interactions"]:
            text = each["response"]["body"]["string"]
            if text:
                place = re.sub(r"^https?://[^/]+|\?.*$", "", each["request"]["uri"])
                found.setdefault(place, []).append(json.loads(text))
    return found
