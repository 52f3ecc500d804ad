"""YAML to nodes: places, scalars, anchors."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import Origin
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.reader import read
from reconciler.manifest.yaml.scalars import Unclear, resolve


def one(text: str) -> Node:
    findings = Findings()
    documents = read(text.encode(), "x.yaml", findings)
    assert findings.diagnostics() == ()
    return documents[0]


def problems(text: str) -> list[str]:
    findings = Findings()
    read(text.encode(), "x.yaml", findings)
    return [each.summary for each in findings.diagnostics()]


def test_keys_and_values_know_their_line_and_column() -> None:
    node = one("# first\nname: é\nlist:\n  - {a: 1, b: x}\n")
    assert node.place("name") == Origin("x.yaml", 2, 1)
    assert node.items["name"].origin == Origin("x.yaml", 2, 7)
    assert node.at(("list", 0, "b")).origin == Origin("x.yaml", 4, 15)
    assert node.items["list"].elements[0].place("b") == Origin("x.yaml", 4, 12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-12", -12),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        ("no way", "no way"),
        ("openai/gpt-4o", "openai/gpt-4o"),
        ("12 apples", "12 apples"),
    ],
)
def test_a_plain_scalar_has_one_meaning(text: str, value: Any) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "NO",
        "on",
        "Off",
        "007",
        "0o17",
        "0x1F",
        "1_000",
        "12:30",
        "2026-01-31",
        ".inf",
        ".NaN",
        "1e999",
        "9" * 30,
    ],
)
def test_a_scalar_with_two_meanings_is_refused(text: str) -> None:
    with pytest.raises(Unclear):
        resolve(text)


def test_quoted_scalars_and_keys_are_text() -> None:
    assert one("'on': \"007\"\nyes: 'no'\n404: x\n").plain() == {"on": "007", "yes": "no", "404": "x"}


def test_an_explicit_text_tag_is_text() -> None:
    assert one("a: !!str 007\n").plain() == {"a": "007"}


def test_anchors_and_merge_keys_work() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{x: 9}, *a]}\n"
    plain = one(text).plain()
    assert plain["b"] == {"x": 1, "y": 3}
    assert plain["c"] == {"x": 9, "y": 2}


def test_anchors_end_with_their_document() -> None:
    assert problems("a: &a 1\n---\nb: *a\n") == ["no anchor &a stands before this alias"]


def test_windows_line_ends_and_a_byte_order_mark_are_no_content() -> None:
    node = one('\ufeffa: |\r\n  one\r\n  two\r\nb: "x\\r\\ny"\r\n')
    assert node.plain() == {"a": "one\ntwo\n", "b": "x\ny"}


def test_empty_documents_are_skipped() -> None:
    findings = Findings()
    assert [node.plain() for node in read(b"---\n---\na: 1\n---\n# nothing\n", "x", findings)] == [{"a": 1}]
    assert findings.diagnostics() == ()


def test_a_deep_alias_of_a_deep_value_is_still_too_deep() -> None:
    level = "[" * 60 + "]" * 60
    assert problems(f"a: &a {level}\nb: {'[' * 60}*a{']' * 60}\n") == ["nested more than 100 levels deep"]


def test_half_a_surrogate_pair_is_refused() -> None:
    assert len(problems('a: "\\ud83d"\n')) == 1


def test_a_huge_file_is_refused_before_it_is_parsed() -> None:
    findings = Findings()
    assert read(b"#" * 10_000_001, "x.yaml", findings) == []
    assert "more than 10,000,000" in findings.diagnostics()[0].summary
