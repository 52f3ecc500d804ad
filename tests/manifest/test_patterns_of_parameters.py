"""The `pattern` of a parameter: the whole value, and never more time than its length is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.manifest.trees import AGENT, said, tree


def problems(folder: Path, pattern: str, value: str) -> list[str]:
    body = f"parameters: {{x: {{pattern: '{pattern}'}}}}\n{AGENT}"
    tree(folder, body, f"users: [{{id: ada, parameters: {{x: {value}}}}}]")
    return [each.summary for each in said(folder)]


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("^[0-9]{5,20}$", '"12345"'),
        ("[a-z]", "Anna"),
        (r"^\w+$", "Zoë"),
        ("^$", '""'),
        (r"^\d{4}$", '"2026"'),
    ],
)
def test_a_value_that_matches_is_taken(tmp_path: Path, pattern: str, value: str) -> None:
    assert problems(tmp_path, pattern, value) == []


@pytest.mark.parametrize("value", ['"12345\\n"', '"12345\\r"', '"1234"', '"\\n12345"', '"12345 "'])
def test_the_end_of_a_pattern_is_the_end_of_the_value(tmp_path: Path, value: str) -> None:
    assert len(problems(tmp_path, "^[0-9]{5,20}$", value)) == 1


def test_a_pattern_that_would_run_for_years_is_quick(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "^(a+)+$", f"{'a' * 5_000}b")) == 1


def test_a_value_far_too_long_for_a_pattern_is_refused(tmp_path: Path) -> None:
    (summary,) = problems(tmp_path, "^(a|a)*$", "a" * 20_000)
    assert "too long for a pattern" in summary


@pytest.mark.parametrize("pattern", ["(", "(?=a)b", r"(a)\\1", "(a{1000}){1000}", "a" * 2_000])
def test_what_is_no_pattern_is_said_where_it_stands(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, f'parameters: {{x: {{default: a, pattern: "{pattern}"}}}}\n{AGENT}')
    (only,) = said(tmp_path)
    assert str(only.where) == "main.yaml:4:39"
    assert "is not a regular expression" in only.summary
    assert only.why
