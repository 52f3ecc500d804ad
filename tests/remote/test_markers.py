"""What we write on a resource can be read back, whatever paths hold, and nothing else is taken for ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.remote.markers import (
    agent_tags,
    block_tags,
    compact_base,
    describe,
    files_entry,
    files_from_metadata,
    marker_from_metadata,
    marker_from_tags,
    metadata_entry,
    parse_base,
    read_description,
    tool_tags,
    without_bookkeeping,
)
from reconciler.values import Address, FileContent, Marker, Owner

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.from_regex(r"[A-Za-z0-9_äß✓ .,-]{1,20}", fullmatch=True)
bases = st.dictionaries(texts, st.text("0123456789abcdef", min_size=12, max_size=12), max_size=80)
owners = st.just(Owner()) | st.builds(Owner, names.filter(lambda n: n != "shared"), texts.filter(bool))
addresses = st.builds(Address, owners, st.just("block"), names, st.just("") | names)
projects = st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True)
markers = st.builds(Marker, projects, addresses, bases)


@given(bases)
def test_a_base_survives_its_compact_text(base: dict[str, str]) -> None:
    assert parse_base(compact_base(base)) == base


@given(bases)
def test_a_compact_base_cannot_end_a_tag_or_a_bracket(base: dict[str, str]) -> None:
    text = compact_base(base)
    assert not set(text) & set(" \t\n[]")
    assert text.isascii()


@given(markers)
def test_tags_hold_a_whole_marker(marker: Marker) -> None:
    assert marker_from_tags(block_tags(marker), marker.project) == marker
    assert marker_from_tags(tool_tags(marker), marker.project) == marker


@given(markers)
def test_no_tag_is_longer_than_the_index_of_the_server_takes(marker: Marker) -> None:
    own = [tag for tag in block_tags(marker) if tag.startswith("letta-reconciler:base")]
    longest_entry = max((len(compact_base({path: d})) for path, d in marker.base.items()), default=0)
    assert all(len(tag) <= 1_000 + longest_entry + 30 for tag in own)


@given(markers, st.lists(texts))
def test_bookkeeping_is_taken_out_and_the_rest_stays(marker: Marker, own: list[str]) -> None:
    own = [tag for tag in own if not tag.startswith("letta-reconciler:") and tag not in agent_tags(marker)]
    assert without_bookkeeping([*own, *block_tags(marker)], marker) == own


@given(markers)
def test_metadata_hold_a_whole_marker(marker: Marker) -> None:
    metadata = {"team": 1, "letta-reconciler": metadata_entry(marker)}
    assert marker_from_metadata(metadata, marker.project) == marker


@given(markers, texts)
def test_a_description_holds_a_whole_marker_and_its_own_text(marker: Marker, text: str) -> None:
    assert read_description(describe(text, marker), marker.project) == (text, marker)


def test_text_that_somebody_put_behind_the_marker_is_kept() -> None:
    marker = Marker("demo", Address(Owner("pattern", "42"), "group", "main"))
    assert read_description(describe("before", marker) + " and behind", "demo") == (
        "before and behind",
        marker,
    )


@given(markers)
def test_another_project_is_somebody_else(marker: Marker) -> None:
    other = marker.project + "x"
    description = describe("text", marker)
    assert marker_from_tags(block_tags(marker), other) is None
    assert marker_from_metadata({"letta-reconciler": metadata_entry(marker)}, other) is None
    assert read_description(description, other) == (description, None)


@given(st.recursive(st.none() | st.booleans() | st.integers() | texts, lambda s: st.dictionaries(texts, s)))
def test_nonsense_in_our_place_is_not_a_marker(nonsense: object) -> None:
    metadata = {"letta-reconciler": nonsense}
    assert marker_from_metadata(metadata, "demo") is None
    assert files_from_metadata(metadata) == {}


@pytest.mark.parametrize(
    "tags",
    [
        [],
        ["letta-reconciler:project=demo"],
        ["letta-reconciler:project=demo", "letta-reconciler:address=nonsense"],
        [
            "letta-reconciler:project=demo",
            "letta-reconciler:address=a/b/agent/x",
            "letta-reconciler:address=a/b/agent/y",
        ],
        [
            "letta-reconciler:project=demo",
            "letta-reconciler:project=two",
            "letta-reconciler:address=a/b/agent/x",
        ],
        ["managed-by:letta-reconciler", "letta-reconciler:address=a/b/agent/x"],
    ],
)
def test_tags_that_do_not_say_who_and_where_are_not_a_marker(tags: list[str]) -> None:
    assert marker_from_tags(tags, "demo") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "[letta-reconciler 1 demo]",
        "[letta-reconciler 2 demo a/b/group/x -]",
        "[letta-reconciler 1 demo x -]",
    ],
)
def test_a_description_without_a_whole_marker_is_left_alone(text: str) -> None:
    assert read_description(text, "demo") == (text, None)


def test_file_hashes_survive_and_unknown_ones_are_not_invented() -> None:
    known, unknown = FileContent("ab" * 32, size=3), FileContent("", size=9)
    entry = {"letta-reconciler": {"files": files_entry({"a.md": known, "b.md": unknown})}}
    assert files_from_metadata(entry) == {"a.md": known}


def test_an_agent_carries_the_multi_user_convention_of_letta() -> None:
    marker = Marker("demo", Address(Owner("pattern", "ada@example.org"), "agent", "flux"))
    assert {"user:ada@example.org", "constellation:pattern"} <= set(agent_tags(marker))
    shared = Marker("demo", Address(Owner(), "agent", "flux"))
    assert not any(tag.startswith(("user:", "constellation:")) for tag in agent_tags(shared))
