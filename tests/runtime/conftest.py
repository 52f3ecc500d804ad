"""Fixtures for tests of constellations in use, on the real server with the STUB model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler import Constellations
from reconciler.runtime import UserSet
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served

Open = Callable[..., Constellations]


@pytest.fixture
def server(letta_url: str) -> RawServer:
    """The freshly reset server, seen without our own adapter."""
    return RawServer(letta_url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The manifests."""
    return team.write(tmp_path / "project")


@pytest.fixture
def project(letta_url: str, folder: Path, tmp_path: Path) -> Project:
    """The same manifests, for the command line."""
    return Project(folder, letta_url, tmp_path / "cache.db")


@pytest.fixture
def opened(letta_url: str, folder: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens the project; a cache of another name is another machine, the usual one is the command line's."""
    made: list[Constellations] = []

    def open_(cache: str = "cache.db", **more: object) -> Constellations:
        one = Constellations(folder, base_url=letta_url, cache=tmp_path / cache, **more)  # type: ignore[arg-type]
        made.append(one)
        return one

    yield open_
    for one in made:
        one.close()


@pytest.fixture
def constellations(opened: Open) -> Constellations:
    """The project on the freshly reset server."""
    return opened()


@pytest.fixture
def user(constellations: Constellations) -> UserSet:
    """One user who has everything."""
    return constellations.provision("42", parameters={"partner": "Ada"})


@pytest.fixture
def simulated() -> Iterator[tuple[str, SimulatedLetta]]:
    """A server in memory on a loopback port: its URL, and itself."""
    letta = SimulatedLetta()
    with served(letta) as url:
        yield url, letta


@pytest.fixture
def offline(simulated: tuple[str, SimulatedLetta], folder: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens the project on the server in memory; a cache of another name is another machine."""
    made: list[Constellations] = []

    def open_(cache: str = "cache.db", **more: object) -> Constellations:
        one = Constellations(folder, base_url=simulated[0], cache=tmp_path / cache, **more)  # type: ignore[arg-type]
        made.append(one)
        return one

    yield open_
    for one in made:
        one.close()
