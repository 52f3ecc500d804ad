"""Why a document does not have the shape of the language, said in words.

In: a node and the kind of document it should be. Out: a finding per deviation, with its place and a hint. It
must not look at other documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from reconciler.errors import Origin
from reconciler.manifest.language.documents import DOCUMENTS
from reconciler.manifest.language.models import Agent
from reconciler.manifest.language.shapes.part import Part
from reconciler.manifest.names import IDENTIFIER
from reconciler.manifest.yaml.findings import Findings, did_you_mean, kind_of
from reconciler.manifest.yaml.node import Node

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
}
_BOUNDS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "is empty",
    "string_too_short": "is empty",
}
_MODELS: Mapping[str, type[Part]] = {**DOCUMENTS, "Agent": Agent}
_TOOLS_HINT = "tools exist once per server: declare them in a document of kind: Shared"


def explain(node: Node, kind: str, findings: Findings) -> bool:
    """Compare one document, or one agent, with its model; True when it fits after all."""
    model = _MODELS[kind]
    if not isinstance(node.value, dict):
        findings.error(f"expected a mapping, found {kind_of(node.plain())}", node.origin)
        return False
    seen: dict[int, type[Part]] = {}
    data = node.plain()
    try:
        model.model_validate(data, context=seen)
    except ValidationError as error:
        for each in _first_per_place(error):
            _tell(each, node, _parts(seen, data, each["loc"]), findings)
        return False
    return True


def _first_per_place(error: ValidationError) -> Iterator[Any]:
    """A union reports each branch; the first is enough."""
    told: set[tuple[Any, ...]] = set()
    for each in error.errors(include_url=False):
        path = _path(each["loc"])
        is_choice = each["type"] in _EXPECTED
        if is_choice and path in told:
            continue
        told.add(path)
        yield each


def _path(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where an error is, without the names of union branches."""
    branches = ("str", "int", "float", "bool")
    steps = list(loc)
    if len(steps) > 1 and (steps[-1] in branches or str(steps[-1]).startswith("dict[")):
        steps.pop()
    return tuple(
        step for step in steps if not (isinstance(step, str) and (step.startswith("<") or step == "[key]"))
    )


def _parts(seen: dict[int, type[Part]], data: Any, loc: tuple[str | int, ...]) -> type[Part] | None:
    for step in _path(loc)[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return seen.get(id(data))


def _tell(error: Any, root: Node, part: type[Part] | None, findings: Findings) -> None:
    path = _path(error["loc"])
    parent, here = root.at(path[:-1]), root.at(path)
    name = str(path[-1]) if path else ""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        hint = did_you_mean(name, _keys(part))
        if name == "tools" and part is not None and part.__name__ == "Constellation":
            hint = _TOOLS_HINT
        why = part.whose if part is not None else ""
        findings.error(f"unknown key {name!r}", parent.place(name), why=why, hint=hint)
    elif kind == "missing":
        hint = part.missing.get(name, "") if part is not None else ""
        findings.error(f"{name!r} is missing", parent.origin, hint=hint or _missing_hint(name))
    elif error["loc"] and error["loc"][-1] == "[key]":
        _tell_name(name, parent.place(name), context["pattern"], findings)
    elif kind == "string_pattern_mismatch":
        _tell_pattern(name, here, context["pattern"], findings)
    elif kind in _EXPECTED:
        _tell_type(path, parent, here, _EXPECTED[kind], findings)
    elif kind == "literal_error":
        known = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        found = here.value if isinstance(here.value, str) else here.raw or kind_of(here.plain())
        findings.error(f"{_subject(name)} cannot be {found!r}", here.origin, hint=did_you_mean(found, known))
    elif kind in _BOUNDS:
        findings.error(f"{_subject(name)} {_BOUNDS[kind].format(**context)}", here.origin)
    else:
        findings.error(f"{_subject(name)}: {error['msg'].lower()}", here.origin)


def _keys(part: type[Part] | None) -> list[str]:
    return [field.alias or name for name, field in part.model_fields.items()] if part else []


def _subject(name: str) -> str:
    return f"element {int(name) + 1}" if name.isdigit() else repr(name)


def _missing_hint(name: str) -> str:
    hints = {
        "apiVersion": "write apiVersion: reconciler/v1",
        "kind": "write kind: Constellation, Users, Shared or Project",
    }
    return hints.get(name, "")


def _tell_name(name: str, place: Origin, pattern: str, findings: Findings) -> None:
    why = "names have at most 63 letters, digits, - and _ and begin with a letter or digit"
    if pattern != IDENTIFIER:
        why = "such names have letters, digits and _ only and do not begin with a digit"
    findings.error(f"{name!r} is not a usable name", place, why=why)


def _tell_pattern(name: str, here: Node, pattern: str, findings: Findings) -> None:
    if pattern == IDENTIFIER:
        _tell_name(here.text, here.origin, pattern, findings)
    elif "csv" in pattern:
        findings.error(f"{here.text!r} is neither a .csv nor a .jsonl file", here.origin)
    elif "kind" in name or name in ("from", "to"):
        findings.error(
            f"{here.text!r} does not name a resource",
            here.origin,
            hint="write kind/name, such as agent/coach",
        )
    else:
        findings.error(
            f"{_subject(name)} cannot be {here.text!r}", here.origin, why=f"it must match {pattern}"
        )


def _tell_type(
    path: tuple[str | int, ...], parent: Node, here: Node, expected: str, findings: Findings
) -> None:
    name = str(path[-1]) if path else ""
    is_secret = "secrets" in path[-3:-1]
    found = kind_of(here.plain())
    if here.raw and not isinstance(here.value, str):
        found = f"{found}, {here.raw}"
    hint = ""
    if expected == "text" and isinstance(here.value, int | float):
        hint = f'quote it: "{here.raw}"'
    elif "${{" in here.raw:
        hint = "an expression cannot give this value"
    elif isinstance(here.value, str) and here.value.lower() in ("true", "false"):
        hint = f"without quotes: {here.value.lower()}"
    elif is_secret:
        hint = "write {secret_env: NAME}: the value stays in the environment"
    elif here.value is None:
        hint = "remove the key, or give it a value"
    place = parent.place(name) if here.value is None else here.origin  # nothing stands nowhere
    findings.error(f"{_subject(name)} must be {expected}, found {found}", place, hint=hint)
