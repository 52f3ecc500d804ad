"""A record is written and read without loss, and nothing that is not exactly one is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.record import DamagedRecord, NewerRecord, decode_record, encode_record
from reconciler.values import Address, Known, Owner, SetRecord

ADA = Owner("team", "ada@example.org")
AGENT = Address(ADA, "agent", "helper")
PERSONA = Address(ADA, "block", "persona", agent="helper")
OLD = Address(ADA, "agent", "old")
GROUP = Address(ADA, "group", "main")
NOTES = Address(ADA, "source", "notes")


def full() -> SetRecord:
    """A record with every field set."""
    return SetRecord(
        "demo",
        ADA,
        serial=7,
        applied=True,
        digest="d" * 16,
        earlier=("c" * 16, "b" * 16),
        known={
            AGENT: Known("agent-1", {"name": "a" * 12, "tools[x.y]": "b" * 12}, made="2026-11-22T10:00:00Z"),
            PERSONA: Known("block-1", {"value": "c" * 12}, label="persona"),
            GROUP: Known("group-1", {}, members=(str(AGENT), "agent-9")),
        },
        former={OLD: AGENT},
        removed=frozenset({Address(ADA, "block", "gone")}),
        protect=frozenset({AGENT}),
        accepted={PERSONA: {"value": "e" * 12}},
        released={NOTES: ("a.md", "b.md")},
        texts={PERSONA: {"value": "I am\nkind é \U0001f600"}},
        parameters={"name": "Ada", "age": 36, "tags": ["a"]},
        notes={"mcp_server": {"x": "mcp_server-1"}},
        replacing={AGENT: "run-1"},
        rebuilt=True,
    )


def with_key(**changes: Any) -> str:
    return json.dumps({**json.loads(encode_record(full())), **changes})


def test_every_field_comes_back() -> None:
    assert decode_record(encode_record(full())) == full()


def test_a_record_of_the_shared_set_comes_back() -> None:
    block = Address(Owner(), "block", "rules")
    record = SetRecord("demo", Owner(), 1, known={block: Known("block-1", {}, label="rules")})
    assert decode_record(encode_record(record)) == record


def test_the_same_record_is_the_same_text_whatever_the_order() -> None:
    turned = replace(full(), known=dict(reversed(full().known.items())))
    assert encode_record(turned) == encode_record(full())


def test_what_is_empty_takes_no_room() -> None:
    text = encode_record(SetRecord("demo", ADA, 1, known={AGENT: Known("agent-1")}))
    assert set(json.loads(text)) == {"v", "min_client", "project", "set", "serial", "known"}
    assert json.loads(text)["known"] == {"agent/helper": {"id": "agent-1"}}


def test_no_parameters_are_not_the_same_as_an_empty_set_of_them() -> None:
    record = replace(full(), parameters={})
    assert decode_record(encode_record(record)).parameters == {}
    assert decode_record(encode_record(replace(record, parameters=None))).parameters is None


TEXTS = st.text(max_size=30)
PARTS = st.from_regex(r"[a-z.@ é]{1,12}", fullmatch=True)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, st.lists, max_leaves=5)


@given(PARTS, st.dictionaries(TEXTS, TEXTS), TEXTS, st.dictionaries(TEXTS, JSON))
def test_any_text_comes_back(user: str, base: dict[str, str], text: str, parameters: dict[str, Any]) -> None:
    owner = Owner("team", user)
    address = Address(owner, "agent", "x")
    record = SetRecord(
        "demo",
        owner,
        1,
        known={address: Known("agent-1", base)},
        texts={address: {"value": text}},
        parameters=parameters,
    )
    encoded = encode_record(record)
    assert decode_record(encoded.encode().decode()) == record


@pytest.mark.parametrize("version", [2, 0, -1, 10**30])
def test_another_version_asks_for_an_upgrade(version: int) -> None:
    with pytest.raises(NewerRecord) as raised:
        decode_record(with_key(v=version, min_client="7.1", surprise={"deep": [1]}))
    assert raised.value.hint == "upgrade: pip install --upgrade 'letta-reconciler>=7.1'"


def test_a_release_that_is_too_old_for_the_record_asks_for_an_upgrade() -> None:
    with pytest.raises(NewerRecord):
        decode_record(with_key(min_client="999.0"))


def test_a_newer_record_is_told_before_anything_else_of_it_is_judged() -> None:
    with pytest.raises(NewerRecord):
        decode_record('{"v": 9, "known": 7}')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '"v"',
        '{"v": true}',
        '{"v": "1"}',
        '{"v": 1.0}',
        '{"v": NaN}',
        "[" * 100_000,
        '{"v":1,"a":' * 20_000,
        '{"v": 1' + "0" * 5_000 + "}",
        '{"v": 1, "min_client": "0.1.0"}',
        '{"v": 1, "min_client": 3}',
    ],
    ids=range(14),
)
def test_what_is_no_record_is_damage(text: str) -> None:
    with pytest.raises(DamagedRecord):
        decode_record(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"serial": 0},
        {"serial": "7"},
        {"serial": True},
        {"set": "team"},
        {"set": "team/a b"},
        {"set": "shared/block"},
        {"set": "*/*/x"},
        {"set": ""},
        {"min_client": ""},
        {"min_client": "one"},
        {"known": []},
        {"known": {"agent": {"id": "agent-1"}}},
        {"known": {"agent/x": {"id": 7}}},
        {"known": {"agent/x": {"id": "agent-1", "more": 1}}},
        {"known": {"agent/x": {"base": {}}}},
        {"known": {"agent/x": {"id": "agent-1", "base": {"name": None}}}},
        {"known": {"../../other/agent/x": {"id": "agent-1"}}},
        {"former": {"agent/x": "nowhere"}},
        {"removed": ["agent"]},
        {"removed": "agent/x"},
        {"protect": [1]},
        {"texts": {"agent/x": "text"}},
        {"parameters": []},
        {"rebuilt": "no"},
        {"v": None},
    ],
    ids=str,
)
def test_a_hostile_value_is_damage_and_says_where(changes: dict[str, Any]) -> None:
    with pytest.raises(DamagedRecord) as raised:
        decode_record(with_key(**changes))
    assert raised.value.why
