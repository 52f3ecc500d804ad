"""What an annotation says is how the attribute stands in a file, and nothing else is read."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.codec import Misfit
from reconciler.codec.codec import Codec
from reconciler.values import Address, Owner
from tests.codec.team import Mood, SitDown, Team, Walk

CODEC = Codec(Team)
ADA = Owner("team", "ada")
HELPER, WRITER = Address(ADA, "agent", "helper"), Address(ADA, "agent", "writer")
FULL = Team(
    "one",
    ADA,
    HELPER,
    2,
    Mood.TENSE,
    frozenset({WRITER, HELPER}),
    (Walk("home"), SitDown()),
    {"b": 2, "a": 1},
    {"b": None, "a": "yes"},
    3,
    [{"deep": [None]}],
    is_open=True,
)
AS_JSON = {
    "size": 2,
    "name": "one",
    "set": "team/ada",
    "lead": "team/ada/agent/helper",
    "mood": "tense",
    "members": ["team/ada/agent/helper", "team/ada/agent/writer"],
    "steps": [{"do": "walk", "to": "home"}, {"do": "sit_down"}],
    "shares": {"a": 1, "b": 2},
    "said": {"b": None, "a": "yes"},
    "weight": 30,
    "anything": [{"deep": [None]}],
    "is_open": True,
}


def test_every_kind_of_attribute_is_written_and_comes_back() -> None:
    assert CODEC.write(FULL, 10) == AS_JSON
    assert CODEC.read(AS_JSON, 10) == FULL


def test_keys_have_their_order_and_those_of_mappings_too() -> None:
    written = CODEC.write(FULL, 10)
    assert list(written) == list(AS_JSON)
    assert list(written["shares"]) == ["a", "b"]
    assert list(written["said"]) == ["b", "a"]


def test_a_default_is_left_out_unless_the_mark_says_always() -> None:
    assert CODEC.write(Team("one", known_to_us="a lot")) == {"size": 0, "name": "one", "lead": ""}
    assert CODEC.read({"name": "one"}) == Team("one")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "a list is not an object"),
        ({}, "'name' is missing"),
        ({"name": 1}, "name: 1 is not a text"),
        ({"name": "one", "size": True}, "size: True is not a whole number"),
        ({"name": "one", "size": 2**63}, "size: the number is too large"),
        ({"name": "one", "is_open": 1}, "is_open: 1 is not true or false"),
        ({"name": "one", "surprise": 1}, "there is no key 'surprise' in this"),
        ({"name": "one", "known_to_us": "x"}, "there is no key 'known_to_us' in this"),
        ({"name": "one", "mood": "sad"}, "mood: 'sad' is none of calm, tense"),
        ({"name": "one", "mood": []}, "mood: a list is none of calm, tense"),
        ({"name": "one", "lead": "nowhere"}, "lead: 'nowhere' is not an address"),
        ({"name": "one", "set": "team/a%41"}, "set: 'team/a%41' is not a set"),
        ({"name": "one", "members": [1]}, "members[0]: 1 is not a text"),
        ({"name": "one", "members": ["team/ada/agent/x", "team/%41da/agent/x"]}, "members[1]: 'team/%41da"),
        ({"name": "one", "steps": [{"do": "walk", "to": "x"}, {"do": "fly"}]}, "steps[1].do: 'fly' is none"),
        ({"name": "one", "steps": [{"to": "x"}]}, "steps[0].do: null is none of walk, sit_down"),
        ({"name": "one", "steps": [{"do": "walk", "to": None}]}, "steps[0].to: null is not a text"),
        ({"name": "one", "shares": {"a": "1"}}, "shares.a: '1' is not a whole number"),
        ({"name": "one", "shares": [1]}, "shares: a list is not an object"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(wrong: Any, said: str) -> None:
    with pytest.raises(Misfit) as raised:
        CODEC.read(wrong, 1)
    assert str(raised.value).startswith(said)


def test_the_schema_says_what_the_class_says() -> None:
    schema = CODEC.schema("team")
    assert schema["title"] == "team"
    assert schema["description"] == "Some people."
    assert schema["required"] == ["name"]
    assert schema["properties"]["size"]["description"] == "How many there are."
    assert schema["$defs"]["Walk"]["required"] == ["do", "to"]
    assert "known_to_us" not in schema["properties"]
