"""YAML that does not parse: the words and the place are the same however PyYAML was built."""

from __future__ import annotations

import pytest
import yaml

from reconciler.errors import Diagnostic
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.reader import read

SAID = {
    "a: b: c\n": (1, 5, "mapping values are not allowed here"),
    "a: {b: 1, c: ${{ x }}}\n": (1, 15, "expected ',' or '}', but got '{'"),
    "a: !b}c d\n": (1, 6, "expected a space, but got '}'"),
    "a: !<> d\n": (1, 6, "expected a tag, but got '>'"),
    "a: {b: 1\n": (2, 1, "expected ',' or '}', but got '<stream end>'"),
    "a: {b: 1": (1, 9, "expected ',' or '}', but got '<stream end>'"),
    "a: [b, c d: e]\nf: [g": (2, 6, "expected ',' or ']', but got '<stream end>'"),
    "a: [b, c}\n": (1, 9, "expected ',' or ']', but got '}'"),
    'a: {b: "x" "y"}\n': (1, 12, "expected ',' or '}', but got '\"y\"'"),
    "a: {b: 'x' *y }\n": (1, 12, "expected ',' or '}', but got '*y'"),
    "a: [": (1, 5, "expected a value, but got '<stream end>'"),
    "a: }\n": (1, 4, "expected a value, but got '}'"),
    "a: 1\nb\n": (3, 1, "could not find expected ':'"),
    "a: 1\nb": (2, 2, "could not find expected ':'"),
    "a: 1\n  b: 2\n": (2, 4, "mapping values are not allowed here"),
    "a:\n  b: 1\n c: 2\n": (3, 2, "expected a key, but got 'c:'"),
    "- a\nb: 1\n": (2, 1, "expected '-', but got 'b:'"),
    "a: 1\n'b' c\n": (3, 1, "could not find expected ':'"),
    "a: - b\n": (1, 4, "sequence entries are not allowed here"),
    "a: ? b\n": (1, 4, "mapping keys are not allowed here"),
    "'a' b\n": (1, 5, "expected '---', but got 'b'"),
    "a: @b\n": (1, 4, "found character '@' that cannot start any token"),
    "a: `b`\n": (1, 4, "found character '`' that cannot start any token"),
    "a:\n\tb: 1\n": (2, 1, "found character '\\t' that cannot start any token"),
    'a: "b\n': (2, 1, "found unexpected end of stream"),
    'a: "b\n---\n': (2, 1, "found unexpected document separator"),
    'a: "\\q"\n': (1, 6, "found unknown escape character 'q'"),
    'a: "\\xq1"\n': (1, 7, "expected a hexadecimal number, but got 'q1\"'"),
    "a: |0\n  b\n": (1, 5, "an indentation indicator is a number from 1 to 9"),
    "a: |x\n": (1, 5, "expected a comment or a line break, but got 'x'"),
    "a: *\n": (1, 5, "expected a letter or digit, but got '\\n'"),
    "a: &\n": (1, 5, "expected a letter or digit, but got '\\n'"),
    "a: !<x\n": (1, 7, "expected '>', but got '\\n'"),
    "a: !b!c d\n": (1, 4, "found undefined tag handle"),
    "%YAML 2.0\n---\na\n": (1, 1, "only YAML 1.1 and 1.2 are read"),
    "%YAML 1.1\n%YAML 1.1\n---\na\n": (2, 1, "found duplicate YAML directive"),
    "a: b\x07c\n": (1, 5, "the file contains a control character"),
    "é: 1\nä: b\x7fc\n": (2, 5, "the file contains a control character"),
}


def finding(text: str) -> Diagnostic:
    findings = Findings()
    read(text.encode(), "x.yaml", findings)
    (only,) = findings.diagnostics()
    return only


@pytest.mark.parametrize("text", SAID)
def test_a_mistake_is_named_where_it_is(text: str) -> None:
    found = finding(text)
    assert found.where is not None
    line, column, said = SAID[text]
    assert (found.where.line, found.where.column) == (line, column)
    assert found.summary.removeprefix("YAML syntax: ") == said


@pytest.mark.parametrize("text", [*SAID, "[" * 5_000, "{a: " * 5_000 + "}" * 5_000, "[1, " * 90 + "}"])
def test_the_parser_in_python_says_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = finding(text)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow = finding(text)
    assert (slow.summary, slow.why, slow.hint) == (found.summary, found.why, found.hint)
    if "nested" not in slow.summary:
        assert slow.where == found.where


def test_where_the_open_bracket_stands_is_said() -> None:
    assert finding("a: 1\nb: [x,\n  y\nc: 2\n").why == "while parsing a flow sequence that starts in line 2"


def test_the_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look with the parser in Python took minutes for some texts."""
    real, times = yaml.parse, []

    def parse(*arguments: object, **options: object) -> object:
        times.append(1)
        return real(*arguments, **options)

    monkeypatch.setattr(yaml, "parse", parse)
    finding("a: [1, 2\n")
    assert times == [1]
