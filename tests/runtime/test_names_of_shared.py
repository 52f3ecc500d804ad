"""Names resolve as in manifests: what a user has, else what every user has, which is written only by
its whole name."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import Constellations
from reconciler.runtime import NotAllowed, NotThere, UserSet
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team
from tests.runtime.conftest import Open
from tests.simulated import SimulatedLetta


@pytest.fixture
def user(offline: Open, folder: Path, simulated: tuple[str, SimulatedLetta]) -> UserSet:
    """A user beside a Shared document; an apply has made both."""
    Project(folder, "", folder).write("shared.yaml", team.SHARED)
    Project(folder, simulated[0], folder / "cache.db").apply()
    return offline("bot.db").provision("42")


def test_what_only_shared_has_is_read(user: UserSet) -> None:
    assert user.block("house").read() == "quiet at night"
    assert user.source("manual").files() == []


def test_what_the_user_has_comes_first(user: UserSet) -> None:
    assert user.block("state").read() == "calm"
    assert user.block("shared/state").read() == "of all"


def test_what_every_user_has_is_written_by_its_whole_name_alone(
    user: UserSet, simulated: tuple[str, SimulatedLetta]
) -> None:
    block = user.block("house")
    for write in (block.write, block.append):
        with pytest.raises(NotAllowed, match="shared/block/house is what every user has") as caught:
            write("loud")
        assert "'shared/house'" in caught.value.hint
    assert block.read() == "quiet at night"
    user.block("shared/house").append("no guests")
    assert RawServer(simulated[0]).block("house")["value"] == "quiet at night\nno guests"


def test_nothing_is_added_to_a_source_of_all_by_accident(user: UserSet) -> None:
    with pytest.raises(NotAllowed):
        user.source("manual").add("a rumour")
    with pytest.raises(NotAllowed):
        user.source("manual").remove("a.md")
    assert user.source("shared/manual").files() == []


def test_a_block_of_all_is_no_reason_not_to_make_ones_own(user: UserSet) -> None:
    user.update_shared_memory("house", content="mine")
    assert user.block("house").read() == "mine"
    assert user.block("shared/house").read() == "quiet at night"


def test_what_nobody_has_is_not_there(user: UserSet) -> None:
    with pytest.raises(NotThere, match="there is no team/42/block/hous"):
        user.block("hous").read()
    with pytest.raises(NotThere, match="there is no shared/source/kn"):
        user.source("shared/kn").files()


def test_once_found_it_costs_no_look_more(user: UserSet, offline: Open, folder: Path) -> None:
    bot: Constellations = offline("other.db")
    block = bot.user("42").block("house")
    block.read()
    before = bot.opened_project.session.transport.counts.reads
    block.read()
    assert bot.opened_project.session.transport.counts.reads == before + 1
