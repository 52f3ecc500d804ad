"""What a program holds in its hands: sets that list what is in them, handles that say what they are."""

from __future__ import annotations

import inspect

import pytest

from reconciler import Address, Constellations, NotThere, OverLimit, UserSet
from reconciler.state import History
from tests.runtime.conftest import Open


@pytest.fixture
def ada(offline: Open) -> UserSet:
    """One user who has everything, on the server in memory."""
    return offline().provision("42", parameters={"partner": "Ada"})


@pytest.mark.parametrize("name", ["provision", "provision_report", "update_shared_memory"])
def test_a_parameter_is_never_taken_for_a_constellation(name: str) -> None:
    parameters = inspect.signature(getattr(Constellations, name)).parameters
    assert parameters["constellation"].kind is inspect.Parameter.KEYWORD_ONLY


def test_parameters_by_position_are_refused(offline: Open) -> None:
    with pytest.raises(TypeError, match="positional"):
        offline().provision("42", {"partner": "Ada"})  # type: ignore[misc]


def names(handles: list[object]) -> list[str]:
    return [handle.address.name for handle in handles]  # type: ignore[attr-defined]


def test_a_set_lists_everything_in_it(ada: UserSet) -> None:
    assert names([*ada.agents()]) == ["lead", "left", "right"]
    assert names([*ada.groups()]) == ["board", "circle", "dream", "talk"]
    assert names([*ada.blocks()]) == ["human", "state"]
    assert names([*ada.sources()]) == ["notes"]


def test_one_look_up_does_not_hide_the_others(ada: UserSet, offline: Open) -> None:
    del ada
    cold = offline("cold.db").user("42")
    assert cold.agent("lead").id
    assert names([*cold.agents()]) == ["lead", "left", "right"]


def test_a_list_is_one_request_and_its_agents_cost_no_more(ada: UserSet, offline: Open) -> None:
    del ada
    cold = offline("cold.db")
    assert all(agent.id for agent in cold.user("42").agents())
    assert cold.requests == (1, 0)


def test_what_an_apply_deleted_is_not_listed(ada: UserSet, offline: Open) -> None:
    assert offline("other.db").user("43").agents() == []
    assert names([*ada.agents()]) == ["lead", "left", "right"]


def test_handles_say_what_they_are(ada: UserSet, offline: Open) -> None:
    agent = ada.agent("lead")
    assert repr(ada) == "<UserSet team/42>"
    assert repr(agent) == "<AgentHandle team/42/agent/lead>"
    assert repr(agent.memory) == "<AgentMemory team/42/agent/lead>"
    assert repr(ada.group("talk")) == "<GroupHandle team/42/group/talk>"
    assert repr(ada.block("state")) == "<BlockHandle team/42/block/state>"
    assert repr(ada.source("notes")) == "<SourceHandle team/42/source/notes>"
    assert repr(offline()).startswith("<Constellations demo on http://127.0.0.1:")


def test_no_handle_shows_a_password(folder: object) -> None:
    with Constellations(folder, base_url="http://me:hunter2@localhost:9", cache=False) as opened:  # type: ignore[arg-type]
        assert "hunter2" not in repr(opened)


def test_an_agents_memory_has_one_door(ada: UserSet) -> None:
    memory = ada.agent("left").memory
    assert {each.label: each.value for each in memory.blocks()} == {"persona": "kind", "state": "calm"}
    memory.block("state").write("seen", expect="calm")
    memory.block("persona").append("and brief")
    assert ada.block("state").read() == "seen"
    assert memory.block("persona").read() == "kind\nand brief"
    with pytest.raises(NotThere, match="it has: persona, state"):
        memory.block("stat").read()
    with pytest.raises(OverLimit, match="61 characters, its limit is 60"):
        memory.block("state").write("x" * 61)


def test_the_other_doors_still_open_and_say_where_to_go(ada: UserSet) -> None:
    agent = ada.agent("left")
    with pytest.warns(DeprecationWarning, match=r"agent\.memory\.block\(label\)"):
        agent.block("persona").write("new")
    with pytest.warns(DeprecationWarning, match=r"agent\.memory\.blocks\(\)"):
        core = agent.core_memory
    core.write("state", "seen", expect="calm")
    assert [each.value for each in core.read()] == [each.value for each in agent.memory.blocks()]
    assert agent.memory.block("persona").read() == "new"


def test_what_is_written_by_its_label_is_in_the_history(ada: UserSet, offline: Open) -> None:
    ada.agent("left").memory.block("state").write("seen")
    history = offline().session.state
    assert history is not None
    kept = History(history).of(Address.parse("team/42/block/state"))
    assert [each.value for each in kept] == ["calm"]


def test_an_insight_is_listed_and_taken_back(ada: UserSet) -> None:
    notes = ada.source("notes")
    name = notes.add("naps help")
    notes.add("tea is preferred", "tea")
    assert notes.files() == [name, "tea.md"]
    notes.remove(name)
    assert notes.files() == ["tea.md"]
    with pytest.raises(NotThere, match=r"it has: tea\.md"):
        notes.remove(name)
