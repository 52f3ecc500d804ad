"""Commands of which some answers come damaged.

In: a source of chance, or an input. Out: an input, or what went wrong. What only reads must not write.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz import seeds
from tests.fuzz.answers import Damaging, Harm
from tests.fuzz.damage import dumped, edits
from tests.fuzz.inputs import Folders, Input
from tests.fuzz.seeds import ALLOWING
from tests.fuzz.stage import Ran, Stage, problems_of

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "plan": ("plan", "ROOT", "--prune"),
    "plan user": ("plan", "ROOT", "--user", "USER"),
    "apply": ("apply", "ROOT", "--yes", "--prune", *ALLOWING),
    "drift": ("drift", "ROOT"),
    "doctor": ("doctor", "ROOT"),
    "export": ("export", "-o", "OUT", "--all", "--manifests", "ROOT"),
    "learned": ("export", "--learned", "-o", "OUT", "--manifests", "ROOT"),
    "adopt": ("adopt", "--match-names", "--dry-run", "--manifests", "ROOT"),
    "destroy": ("destroy", "*/*", "--yes", "--manifests", "ROOT", *ALLOWING),
    "provision": ("provision", "zoe", "--yes", "-p", "PARAMETER=Zoe", "--manifests", "ROOT"),
    "rebuild": ("state", "rebuild", "--manifests", "ROOT"),
}
_USERS = {"small": "ada", "pattern": "42", "support": "acme"}
_PARAMETERS = {"small": "name", "pattern": "partner_name", "support": "company"}
_WRITING = ("apply", "destroy", "provision")


def make_answer(random: Random) -> Input:
    """A command of which some answers come damaged."""
    base = f"{random.choice(seeds.SCENES)}:{random.choice(list(COMMANDS))}"
    heard = _heard(base)
    if not heard:
        return Input("answers", base, dumped([]))
    harms = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        number = random.randrange(len(heard))
        harms.append({"request": number, **_harm(random, *heard[number])})
    return Input("answers", base, dumped(harms))


@cache
def _heard(base: str) -> list[tuple[str, Any]]:
    """Path and answer of every request of a command, when all is well."""
    with tempfile.TemporaryDirectory() as folder:
        return _ask(base, (), Path(folder))[2].heard


def _harm(random: Random, path: str, answer: Any) -> dict[str, Any]:
    what = random.random()
    if what < 0.7:
        return {"edits": edits(random, answer, seeds.recorded().get(path, []))}
    if what < 0.78:
        return {"keep": random.randrange(200)}
    if what < 0.84:
        return {"lost": True}
    status = random.choice(
        (200, 201, 204, 301, 304, 400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 502, 503, 504)
    )
    return {"status": status, "text": random.choice(_TEXTS), "headers": random.choice(_HEADERS)}


_TEXTS = (
    *(
        "",
        "null",
        "[]",
        "{}",
        "0",
        '"x"',
        "<html>no</html>",
        "[" * 3_000,
        '{"detail": "x"}',
        '{"detail": [{"loc": 1}]}',
    ),
    *(
        '{"detail": {"msg": "x"}}',
        "{\"detail\": \"[{'loc': (1,), 'msg': 2}]\"}",
        '{"detail": null}',
        "\x00",
        '{"a": NaN}',
    ),
    *(
        '{"detail": "Input should be less than or equal to 10"}',
        '{"error": 7}',
        "é",
        '[{"id": 7}]',
        '{"id": null}',
    ),
    *(
        '{"detail": "::error::x\\u001b[2J"}',
        '{"detail": "' + "x" * 5_000 + '"}',
        '{"items": []}',
        "true",
        '{"id": "x"}',
    ),
)
_HEADERS: tuple[dict[str, str], ...] = (
    *(
        {},
        {"content-type": "application/json"},
        {"content-type": "text/html; charset=none"},
        {"retry-after": "nan"},
    ),
    *(
        {"retry-after": "-1"},
        {"retry-after": "Mon, 99 Jan"},
        {"location": "http://other.test/"},
        {"date": "never"},
    ),
    *({"content-type": "application/json", "retry-after": "1e400"}, {"content-encoding": "gzip"}),
)


def play_answer(made: Input, folders: Folders) -> list[str]:
    """The command, heard so."""
    ran, stage, server = _ask(made.base, tuple(json.loads(made.data)), folders())
    problems = problems_of(ran)
    if not server.touched_lock:
        problems += stage.locks()
    if server.writes and ran.words[0] not in _WRITING:
        problems.append(f"{ran.words[0]}: it wrote to the server")
    return problems


def _ask(base: str, harms: tuple[Harm, ...], folder: Path) -> tuple[Ran, Stage, Damaging]:
    scene, _, command = base.partition(":")
    stage = seeds.scene(scene).set_up(folder)
    server = Damaging(stage.letta, harms)
    stage.server = server
    example = scene.partition(" ")[2]
    known = {"ROOT": str(stage.root), "OUT": str(stage.folder / "out"), "USER": _USERS[example]}
    words = (word.replace("PARAMETER", _PARAMETERS[example]) for word in COMMANDS[command])
    return stage.run(*(known.get(word, word) for word in words)), stage, server
