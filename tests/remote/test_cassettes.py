"""The adapter against recorded answers of the real server, where no server runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from reconciler.errors import Conflict, NotFound, RemoteError
from reconciler.remote import Counts
from reconciler.values import (
    Attach,
    Delete,
    Detach,
    FileContent,
    Leaf,
    Recompile,
    RemoveFile,
    Scope,
    Secret,
    Upload,
    digest,
)
from tests.remote.recorded import CASSETTES, HOST, cassette, is_recording
from tests.remote.world import SHARED, TOOL_SOURCE, World, at, inline

pytestmark = [pytest.mark.server] if is_recording() else []
"""Only while they are recorded."""

EMBEDDING = "openai/text-embedding-3-small"
FLUX, PERSONA = at("agent", "flux"), at("block", "persona", agent="flux")
STATE, SOURCE, GROUP = at("block", "state"), at("source", "kn"), at("group", "main")
TOOL = at("tool", "log_mood", owner=SHARED)


@pytest.fixture
def offline(request: pytest.FixtureRequest) -> Iterator[World]:
    """The world of a cassette; the real one while it is recorded."""
    url = request.getfixturevalue("letta_url") if is_recording() else HOST
    world = World(url)
    with cassette(request.node.name.removeprefix("test_")):
        yield world
    world.close()


def test_a_constellation_of_one_user(offline: World) -> None:
    world = offline
    notes = world.content("notes.md", b"notes")
    world.make(TOOL, {"source_code": TOOL_SOURCE})
    world.make(STATE, {"label": "state", "value": "energy: unknown", "limit": 200})
    world.make(SOURCE, {"name": "pattern_42_kn", "embedding": EMBEDDING, "files[notes.md]": notes})
    world.perform(Upload(SOURCE, "notes.md", notes))
    leaves: dict[str, Leaf] = {
        "name": "pattern_42_flux",
        "embedding": EMBEDDING,
        "context_window_limit": 16_000,
        "model_settings.temperature": 0.3,
        "tags[coordinator]": True,
        "metadata.team": "a",
        "secrets.K": Secret("STUB"),
        "blocks[persona]": str(PERSONA),
        "blocks[state]": str(STATE),
        "sources[kn]": str(SOURCE),
        "tools[log_mood]": str(TOOL),
        "tools[memory_insert]": "memory_insert",
    }
    world.agent("flux", leaves, inline(PERSONA, {"value": "I am", "read_only": True}))
    world.make(
        GROUP, {"agents[flux]": str(FLUX), "order": ["flux"], "max_turns": 3, "description": "Support"}
    )
    assert world.transport.counts == Counts(reads=1, writes=6), "a look whether the name of the tool is free"

    live = world.read()
    assert world.transport.counts.reads == 1 + 7
    assert set(live.resources) == {TOOL, STATE, SOURCE, FLUX, PERSONA, GROUP}
    assert leaves.items() <= live.resources[FLUX].leaves.items()
    assert live.resources[SOURCE].leaves["files[notes.md]"] == notes
    assert live.resources[GROUP].leaves["description"] == "Support"
    assert live.version == "0.16.8"
    one_user = world.read(Scope(users=frozenset({"42"})))
    assert one_user.ids == live.ids


def test_changes_to_a_constellation(offline: World) -> None:
    world = offline
    world.make(STATE, {"label": "state", "value": "seed"})
    world.agent("flux", {"model_settings.temperature": 0.3})
    world.perform(Attach(FLUX, "blocks", "state", str(STATE)))
    world.perform(Attach(FLUX, "tools", "memory_insert", "memory_insert"))
    world.perform(Recompile(FLUX))
    world.update(FLUX, {"context_window_limit": 9_000, "tags[new]": True})
    world.update(STATE, {"value": "new"}, expect={"value": digest("seed")})
    leaves = world.one(FLUX).leaves
    assert leaves["context_window_limit"] == 9_000
    assert leaves["model_settings.temperature"] == 0.3
    assert leaves["blocks[state]"] == str(STATE)
    assert leaves["tools[memory_insert]"] == "memory_insert"
    world.perform(Detach(FLUX, "blocks", "state", str(STATE)))
    world.perform(Detach(FLUX, "blocks", "state", str(STATE)))
    for address in (FLUX, STATE, STATE):
        world.perform(Delete(address, world.ids[str(address)]))
    assert not world.read().resources


def test_files_of_a_source_change(offline: World) -> None:
    world = offline
    first, second = world.content("a.md", b"one"), world.content("a.md", b"two")
    world.files["a.md"] = b"one"
    world.make(SOURCE, {"name": "kn", "embedding": EMBEDDING, "files[a.md]": first})
    world.perform(Upload(SOURCE, "a.md", first))
    with pytest.raises(Conflict, match="changed while"):
        world.perform(Upload(SOURCE, "a.md", second))
    world.files["a.md"] = b"two"
    there = world.one(SOURCE).leaves["files[a.md]"]
    assert isinstance(there, FileContent)
    world.perform(Upload(SOURCE, "a.md", second, there.ids))
    world.update(SOURCE, {"files[a.md]": second})
    assert world.one(SOURCE).leaves["files[a.md]"] == second
    world.perform(RemoveFile(SOURCE, "a.md"))
    world.update(SOURCE, {"description": "bare"})
    assert "files[a.md]" not in world.one(SOURCE).leaves


def test_what_the_server_refuses(offline: World) -> None:
    world = offline
    with pytest.raises(RemoteError, match="invalid characters"):
        world.agent("flux", {"name": "a.b"})
    with pytest.raises(RemoteError, match="Handle"):
        world.agent("flux", {"model": "openai/nope"})
    with pytest.raises(RemoteError, match="Tools not found"):
        world.agent("flux", {"tools[nope]": "nope"})
    with pytest.raises(RemoteError, match=r"max_files_open: Input should be a valid integer"):
        world.agent("flux", {"max_files_open": "many"})
    world.make(SOURCE, {"name": "kn", "embedding": EMBEDDING})
    with pytest.raises(Conflict):
        world.make(SOURCE, {"name": "kn", "embedding": EMBEDDING})
    world.agent("flux")
    with pytest.raises(NotFound):
        world.perform(Attach(FLUX, "blocks", "x", "block-11111111-1111-4111-8111-111111111111"))


def test_no_cassette_names_a_host_or_holds_a_key() -> None:
    cassettes = list(CASSETTES.glob("*.yaml"))
    assert cassettes
    for path in cassettes:
        text = path.read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://([^\s\"'\\/]+)", text))
        assert hosts <= {"letta.test"}, path.name
        assert not re.search(
            r"authorization|bearer|sk-|127\.0\.0\.1|/root|/home/|/tmp/", text, re.IGNORECASE
        ), path.name
