"""The example bot as a process: a new user is given agents, talks, and is remembered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifest.load import validate
from tests.live.project import Project
from tests.live.raw import RawServer

EXAMPLE = Path(__file__).parents[2] / "examples" / "bot"
MODELS = {
    "LETTA_MODEL": "openai-proxy/gpt-4o-mini",
    "LETTA_EMBEDDING_MODEL": "openai/text-embedding-3-small",
}


@pytest.fixture
def environ(letta_url: str, tmp_path: Path) -> dict[str, str]:
    """The server, the STUB model, and a cache folder of its own."""
    return {**os.environ, **MODELS, "LETTA_BASE_URL": letta_url, "XDG_CACHE_HOME": str(tmp_path)}


@pytest.fixture
def bot(environ: dict[str, str]) -> Iterator[str]:
    """The bot's address."""
    process = subprocess.Popen(
        [sys.executable, EXAMPLE / "bot.py", "--port", "0"], env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=60)


def ask(url: str, body: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=180) as answer:
        return json.loads(answer.read())


def test_a_new_user_is_met_talked_to_and_remembered(bot: str, letta_url: str) -> None:
    ada = f"{bot}/users/ada%40example.com"
    first = ask(f"{ada}/messages", {"text": "I have three deadlines"})
    assert [answer["from"] for answer in first["answers"]] == ["host", "planner"]
    assert first["answers"][0]["text"] == "STUB answer to: I have three deadlines"

    ask(f"{ada}/notes", {"text": "Underestimates task time by 3x"})
    ask(f"{ada}/notes", {"text": "Likes tea in the morning"})
    assert ask(f"{ada}/notes?q=task+time")["found"][0] == "Underestimates task time by 3x"

    said = 'CALL:memory_insert:{"label": "current_state", "new_string": "busy"}'
    ask(f"{ada}/messages", {"text": said})
    assert "busy" in ask(f"{ada}/state")["state"]

    ask(f"{bot}/users/ben/messages", {"text": "hello"})
    assert len(RawServer(letta_url).list("agents")) == 4


def test_a_plan_knows_whom_the_bot_brought(
    bot: str, letta_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in MODELS.items():
        monkeypatch.setenv(name, value)
    ask(f"{bot}/users/ada/messages", {"text": "hello"})
    Project(EXAMPLE / "constellation", letta_url, tmp_path / "ci.db").assert_settled()


def test_two_bots_that_meet_somebody_at_once_make_one_set(
    bot: str, environ: dict[str, str], letta_url: str
) -> None:
    other = subprocess.Popen(
        [sys.executable, EXAMPLE / "bot.py", "--port", "0"],
        env={**environ, "XDG_CACHE_HOME": environ["XDG_CACHE_HOME"] + "/other"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout is not None
        second = other.stdout.readline().strip()
        data = json.dumps({"text": "hello"})
        asking = [
            subprocess.Popen([sys.executable, "-c", POST, f"{url}/users/ada/messages", data])
            for url in (bot, second) * 2
        ]
        assert [each.wait(180) for each in asking] == [0] * 4
    finally:
        other.terminate()
        other.communicate(timeout=60)
    assert len(RawServer(letta_url).list("agents")) == 2


POST = "import sys, urllib.request as u; u.urlopen(sys.argv[1], sys.argv[2].encode(), timeout=180).read()"


@pytest.mark.parametrize(("path", "body", "status"), [("/no", None, 404), ("/users/ada/notes", {}, 400)])
def test_nonsense_is_refused(bot: str, path: str, body: dict[str, str] | None, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(bot + path, body)
    assert caught.value.code == status
    caught.value.close()


def test_its_manifests_are_good() -> None:
    assert validate([EXAMPLE / "constellation"], {}) == ()
