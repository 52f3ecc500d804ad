"""What we write on a resource can be read back, whatever paths hold, and nothing else is taken for ours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.remote.marks.markers import (
    agent_tags,
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
runs = st.just("") | st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
markers = st.builds(Marker, projects, addresses, bases, run=runs)


EARLIER = {
    "blocks[human]": "0123456789ab",
    "metadata.team: a/b": "cdef01234567",
    "tags[vip,1]": "89abcdef0123",
}
"""What releases before the record of a set wrote into marks, and how."""
EARLIER_TEXT = "blocks(human):0123456789ab,metadata.team%3A%20a/b:cdef01234567,tags(vip%2C1):89abcdef0123"


def test_what_earlier_releases_wrote_into_marks_is_read() -> None:
    assert parse_base(EARLIER_TEXT) == EARLIER
    address = Address(Owner("pattern", "42"), "group", "main")
    tags = ["letta-reconciler:project=demo", "letta-reconciler:address=pattern/42/group/main"]
    marker = Marker("demo", address, EARLIER)
    assert marker_from_tags([*tags, f"letta-reconciler:base={EARLIER_TEXT}"], "demo") == marker
    line = f"[letta-reconciler 1 demo pattern/42/group/main {EARLIER_TEXT}]"
    assert read_description(f"Support\n\n{line}", "demo") == ("Support", marker)
    entry = {"v": 1, "project": "demo", "address": "pattern/42/group/main", "base": EARLIER}
    assert marker_from_metadata({"letta-reconciler": entry}, "demo") == marker


def test_a_group_marked_now_is_one_that_earlier_releases_find() -> None:
    marker = Marker("demo", Address(Owner("pattern", "42"), "group", "main"), EARLIER)
    assert describe("", marker) == "[letta-reconciler 1 demo pattern/42/group/main -]"


def bare(marker: Marker) -> Marker:
    """What a mark says: whose, and where."""
    return replace(marker, base={})


@given(markers)
def test_tags_say_whose_a_resource_is_and_no_more(marker: Marker) -> None:
    assert marker_from_tags(agent_tags(marker), marker.project) == bare(marker)
    assert marker_from_tags(tool_tags(marker), marker.project) == bare(marker)


@given(markers, st.lists(texts))
def test_bookkeeping_is_taken_out_and_the_rest_stays(marker: Marker, own: list[str]) -> None:
    own = [tag for tag in own if not tag.startswith("letta-reconciler:") and tag not in agent_tags(marker)]
    assert without_bookkeeping([*own, *agent_tags(marker)], marker) == own


@given(markers)
def test_metadata_say_what_was_applied_of_files_alone(marker: Marker) -> None:
    marker = replace(marker, base={**marker.base, "files[a.md]": "0123456789ab"})
    metadata = {"team": 1, "letta-reconciler": metadata_entry(marker)}
    assert marker_from_metadata(metadata, marker.project) == replace(marker, base=marker.of_files)


@given(markers, texts)
def test_a_description_holds_a_whole_marker_and_its_own_text(marker: Marker, text: str) -> None:
    assert read_description(describe(text, marker), marker.project) == (text, bare(marker))


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
    assert marker_from_tags(agent_tags(marker), other) is None
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
