"""YAML syntax errors in words.

In: what the YAML library raised, and the text. Out: one finding with the place and, for the usual mistakes,
the cure. The text is not parsed again: libyaml and the parser in Python, whichever PyYAML was built with,
tell the same mistake at the same place in words of their own, and those become ours.
"""

from __future__ import annotations

import re

import yaml

from reconciler.errors import Origin
from reconciler.manifest.yaml.file_limits import TOO_DEEP
from reconciler.manifest.yaml.findings import Findings

_SUMMARIES = (
    ("maximum nesting depth", TOO_DEEP),
    ("mapping values are not allowed", "YAML syntax: mapping values are not allowed here"),
    ("mapping keys are not allowed", "YAML syntax: mapping keys are not allowed here"),
    ("sequence entries are not allowed", "YAML syntax: sequence entries are not allowed here"),
    ("find expected ':'", "YAML syntax: could not find expected ':'"),
    ("unexpected ':'", "YAML syntax: found unexpected ':'"),
    ("unexpected end of stream", "YAML syntax: found unexpected end of stream"),
    ("unexpected document", "YAML syntax: found unexpected document separator"),
    ("undefined tag handle", "YAML syntax: found undefined tag handle"),
    ("duplicate %YAML", "YAML syntax: found duplicate YAML directive"),
    ("duplicate YAML", "YAML syntax: found duplicate YAML directive"),
    ("cannot start any token", "YAML syntax: found character {character} that cannot start any token"),
    ("tab character", "YAML syntax: found character {character} that cannot start any token"),
    ("unknown escape character", "YAML syntax: found unknown escape character {escaped}"),
    ("expected ',' or '}'", "YAML syntax: expected ',' or '}}', but got {found}"),
    ("expected ',' or ']'", "YAML syntax: expected ',' or ']', but got {found}"),
    ("expected key", "YAML syntax: expected a key, but got {found}"),
    ("expected '-' indicator", "YAML syntax: expected '-', but got {found}"),
    ("node content", "YAML syntax: expected a value, but got {found}"),
    ("<document start>", "YAML syntax: expected '---', but got {found}"),
    ("hexadecimal", "YAML syntax: expected a hexadecimal number, but got {found}"),
    ("hexdecimal", "YAML syntax: expected a hexadecimal number, but got {found}"),
    ("indentation indicator equal", "YAML syntax: an indentation indicator is a number from 1 to 9"),
    ("indentation indicator in the range", "YAML syntax: an indentation indicator is a number from 1 to 9"),
    ("comment or", "YAML syntax: expected a comment or a line break, but got {found}"),
    ("chomping or", "YAML syntax: expected a comment or a line break, but got {found}"),
    ("alphabetic or numeric", "YAML syntax: expected a letter or digit, but got {character}"),
    ("directive name", "YAML syntax: expected a letter or digit, but got {character}"),
    ("non-alphabetical", "YAML syntax: expected a letter or digit, but got {character}"),
    ("whitespace or line break", "YAML syntax: expected a space, but got {character}"),
    ("expected ' '", "YAML syntax: expected a space, but got {character}"),
    ("expected tag URI", "YAML syntax: expected a tag, but got {character}"),
    ("expected URI,", "YAML syntax: expected a tag, but got {character}"),
    ("expected '>'", "YAML syntax: expected '>', but got {character}"),
    ("incompatible YAML document", "YAML syntax: only YAML 1.1 and 1.2 are read"),
)
"""A part of what either parser says, and what a person is told."""
_BLOCK_ENDS = {"while parsing a block mapping": "expected key"}
_WORD = re.compile(r"[^\s,\[\]{}]{1,30}")
_NO_PLACE_OF_ITS_OWN = "while scanning for the next token"


def explain(error: yaml.YAMLError, text: str, file: str, findings: Findings) -> None:
    """Turn a parser error into a finding."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        findings.error("the file is not YAML", Origin(file), why=str(error))
        return
    problem = _problem(error)
    at = min(mark.index, len(text))
    if "unknown escape" in problem and text[at : at + 1] == "\\":
        at += 1  # libyaml points at the backslash
    findings.error(
        _summary(problem, text, at),
        _place(file, text, mark, at),
        why=_context(error, text),
        hint=_hint(problem, text, at),
    )


def _problem(error: yaml.YAMLError) -> str:
    """What the parser says; its `<block end>` depends on the block that did not end."""
    problem = str(getattr(error, "problem", ""))
    if "<block end>" in problem:
        return _BLOCK_ENDS.get(str(getattr(error, "context", "")), "expected '-' indicator")
    return problem


def _summary(problem: str, text: str, at: int) -> str:
    ours = next((ours for theirs, ours in _SUMMARIES if theirs in problem), None)
    if ours is None:
        return f"YAML syntax: {problem}"
    word = _WORD.match(text, at)
    character = text[at : at + 1] or "<stream end>"
    return ours.format(
        character=repr(character), escaped=repr(character), found=repr(word[0] if word else character)
    )


def _place(file: str, text: str, mark: yaml.Mark, at: int) -> Origin:
    """Line and column; libyaml puts the end of a last line without a line break on a line of its own."""
    if at == len(text):
        return Origin(file, text.count("\n") + 1, at - text.rfind("\n"))
    return Origin(file, mark.line + 1, mark.column + 1 + at - mark.index)


def _context(error: yaml.YAMLError, text: str) -> str:
    """What was being read, and where it began."""
    context, mark = getattr(error, "context", None), getattr(error, "context_mark", None)
    if not context or "nesting depth" in str(getattr(error, "problem", "")):
        return ""
    context = context.replace("double-quoted", "quoted").replace("parsing a quoted", "scanning a quoted")
    context = context.replace("parsing a tag", "scanning a tag")
    if mark is None or mark.index >= len(text) or context == _NO_PLACE_OF_ITS_OWN:
        return str(context)
    return f"{context} that starts in line {mark.line + 1}"


def _hint(problem: str, text: str, at: int) -> str:
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[start:end] if end >= 0 else text[start:]
    if text[at : at + 1] == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces: YAML allows no tabs there"
    if "${{" in line:
        return 'quote expressions inside {...}, [...] and before ": ": "${{ ... }}"'
    if "mapping values" in problem:
        return 'quote a text that contains ": "'
    if "cannot start any token" in problem and text[at] in "@`%":
        return "quote a text that starts with @, ` or %"
    return ""
