"""A name that nobody has is answered with the one that was meant, in a new process as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler import Constellations, NotThere
from tests.simulated import SimulatedLetta

MANIFEST = """
apiVersion: reconciler/v1
kind: Project
name: demo
---
apiVersion: reconciler/v1
kind: Constellation
name: pair
blocks: {mood: {value: calm}}
agents: {pattern: {model: letta/letta-free, embedding: letta/letta-free, shared_blocks: [mood]}}
"""


@pytest.fixture
def constellations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Constellations]:
    (tmp_path / "all.yaml").write_text(MANIFEST, encoding="utf-8")
    server = SimulatedLetta()
    monkeypatch.setattr(
        "reconciler.remote.http.transport.own_client",
        lambda *_: httpx.Client(transport=httpx.MockTransport(server)),
    )
    with Constellations(tmp_path, cache=False) as first:
        first.provision("42")
    with Constellations(tmp_path, cache=False) as opened:
        yield opened


def test_the_agent_that_was_meant(constellations: Constellations) -> None:
    with pytest.raises(NotThere) as caught:
        _ = constellations.user("42").agent("patern").id
    assert caught.value.hint == "did you mean 'pattern'?"


def test_the_block_that_was_meant(constellations: Constellations) -> None:
    with pytest.raises(NotThere) as caught:
        constellations.user("42").block("moood").read()
    assert caught.value.hint == "did you mean 'mood'?"


def test_what_looks_like_nothing_there_is_to_be_made(constellations: Constellations) -> None:
    with pytest.raises(NotThere, match=r"provision\('42'\)"):
        _ = constellations.user("42").agent("zzz").id
