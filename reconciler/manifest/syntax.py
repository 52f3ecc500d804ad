"""YAML syntax errors in words.

In: what the YAML library raised. Out: one finding with the place and, for the usual mistakes, the cure.
The message is always the one of the pure Python parser, so that it does not depend on how PyYAML was built.
"""

from __future__ import annotations

import yaml

from reconciler.errors import Origin
from reconciler.manifest.findings import Findings


def explain(error: yaml.YAMLError, text: str, file: str, findings: Findings) -> None:
    """Turn a parser error into a finding."""
    try:
        for _event in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as pure:
        error = pure
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        place = Origin(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        findings.error(
            "the file contains a control character", place, hint="write it as an escape in double quotes"
        )
        return
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Origin(file, mark.line + 1, mark.column + 1) if mark else Origin(file)
    problem = str(getattr(error, "problem", "") or "it is not YAML")
    findings.error(f"YAML syntax: {problem}", place, why=_context(error), hint=_hint(problem, text, place))


def _context(error: yaml.YAMLError) -> str:
    context, mark = getattr(error, "context", None), getattr(error, "context_mark", None)
    if not context:
        return ""
    return f"{context} that starts in line {mark.line + 1}" if mark else str(context)


def _hint(problem: str, text: str, place: Origin) -> str:
    lines = text.split("\n")
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    if "\\t" in problem or "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces: YAML allows no tabs there"
    if "${{" in line:
        return 'quote expressions inside {...}, [...] and before ": ": "${{ ... }}"'
    if "mapping values" in problem:
        return 'quote a text that contains ": "'
    if "'@'" in problem or "'`'" in problem or "'%'" in problem:
        return "quote a text that starts with @, ` or %"
    return ""
