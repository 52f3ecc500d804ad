"""Fields of a resource to leaves, each of its type.

In: the nodes of one resource and a draft. Out: the draft with leaves, fixed or computed. It must not know
references between resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reconciler.kinds import KINDS, Shape
from reconciler.manifest.compile.blueprint import Draft
from reconciler.manifest.language.computed import Language, Setting
from reconciler.manifest.language.literal_text import lookalike
from reconciler.manifest.language.time_zones import is_zone, similar_zone
from reconciler.manifest.language.values import Computed, Value
from reconciler.manifest.names import reserved
from reconciler.manifest.yaml.file_limits import MAX_WHOLE
from reconciler.manifest.yaml.findings import Findings, kind_of
from reconciler.manifest.yaml.node import Node
from reconciler.values import UNSET, Leaf, item_path, key_path

WHOLE = frozenset(
    (
        "limit",
        "embedding_chunk_size",
        "return_char_limit",
        "context_window_limit",
        "max_files_open",
        "per_file_view_window_char_limit",
        "max_turns",
        "frequency",
        "max_message_buffer_length",
        "min_message_buffer_length",
    )
)
TRUTH = frozenset(
    (
        "read_only",
        "hidden",
        "message_buffer_autoclear",
        "default_requires_approval",
        "enable_parallel_execution",
    )
)
NESTED = frozenset(("model_settings", "compaction_settings"))
"""Mappings the server fills with defaults: each named leaf is compared alone."""
JSON = NESTED | {"metadata", "response_format", "tool_rules", "pip_requirements", "npm_requirements"}
FROM_FILE = frozenset(("value", "system"))
PROSE = FROM_FILE | {"description", "instructions"}
"""Texts that agents read."""
NEVER_EMPTY = frozenset(("model", "embedding", "agent_type", "name"))


class WrongType(ValueError):
    """A value does not fit its field; a hint that takes time to find is given as a function."""

    def __init__(self, summary: str, hint: str | Callable[[], str] = "") -> None:
        super().__init__(summary)
        self.hint = hint


def fit(field: str, value: Any, kind: str = "") -> Leaf:
    """A computed value as its field wants it; an empty text is what the server makes of it in this kind."""
    if field in WHOLE:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise WrongType(f"{field!r} must be a whole number above 0, the expression gives {_shown(value)}")
        if value > MAX_WHOLE:
            raise WrongType(f"{field!r} must be at most {MAX_WHOLE}, the expression gives {_shown(value)}")
        return value
    if field in TRUTH:
        if not isinstance(value, bool):
            raise WrongType(f"{field!r} must be true or false, the expression gives {_shown(value)}")
        return value
    if field in JSON:
        return _json(value)
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise WrongType(f"{field!r} must be text, the expression gives {kind_of(value)}")
    if field in NEVER_EMPTY and value == "":
        raise WrongType(f"{field!r} is empty")
    if field == "timezone" and value != "" and not is_zone(str(value)):
        raise WrongType(f"there is no time zone {str(value)!r}", lambda: similar_zone(str(value)))
    return str(value) or _emptied(field, kind)


def _emptied(field: str, kind: str) -> str:
    """What it means to leave a text empty: nothing, but for a field that the server always fills in."""
    declared = KINDS[kind].by_name.get(field) if kind else None
    return declared.cleared if declared is not None and isinstance(declared.cleared, str) else ""


def _json(value: Any) -> Leaf:
    if isinstance(value, dict | list | str | int | float | bool) or value is None:
        return value
    raise WrongType(f"the expression gives {type(value).__name__}, which is not a value")


def _shown(value: Any) -> str:
    return f"the text {value!r}" if isinstance(value, str) else f"{value!r}"


def put_fields(draft: Draft, node: Node, language: Language, setting: Setting) -> None:
    """Every field of the resource that is a value of its own."""
    for field in KINDS[draft.kind].fields:
        child = node.get(field.name)
        if child is None or child.value is None or field.shape is Shape.EDGES or field.secret:
            continue
        draft.origins[field.name] = node.place(field.name)
        if field.shape is Shape.MAPPING:
            draft.named.add(field.name)
            _put_mapping(draft, field.name, child, language, setting)
        elif field.shape is Shape.SET:
            draft.named.add(field.name)
            if field.name == "tags":
                _put_tags(draft, child, language, setting)
        elif field.name != "name":
            _warn_of_lookalike(field.name, child, language.findings)
            read = _reader(field.name, language)
            put(draft, field.name, field.name, read(child, setting), language.findings)


def _warn_of_lookalike(field: str, node: Node, findings: Findings) -> None:
    """Of texts that agents read."""
    if field not in PROSE or not isinstance(node.value, str):
        return
    if found := lookalike(node.value, may_be_file=field in FROM_FILE):
        findings.warning(found.summary, node.origin, hint=found.hint)


def _reader(field: str, language: Language) -> Any:
    if field in FROM_FILE:
        return language.text_or_file
    return language.json if field in JSON else language.scalar


def put(draft: Draft, path: str, field: str, value: Value, findings: Findings) -> None:
    """One leaf."""
    if isinstance(value, Computed):
        draft.computed.append((path, field, value))
        return
    if value.value is UNSET:
        return
    try:
        draft.fixed[path] = fit(field, value.value, draft.kind)
    except WrongType as wrong:
        findings.error(str(wrong), value.origin, hint=wrong.hint)


def _put_mapping(draft: Draft, field: str, node: Node, language: Language, setting: Setting) -> None:
    nested = field in NESTED
    for path, key, child in _entries(field, node, nested):
        why = "" if nested else reserved(key)
        if why:
            language.findings.error(f"the key {key!r} is reserved", node.place(key), why=why)
        value = language.json(child, setting)
        put(draft, path, field, value, language.findings)


def _entries(prefix: str, node: Node, nested: bool) -> Iterator[tuple[str, str, Node]]:
    for key, child in node.items.items():
        path = key_path(prefix, key)
        if nested and child.items:
            yield from _entries(path, child, nested)
        else:
            yield path, key, child


def _put_tags(draft: Draft, node: Node, language: Language, setting: Setting) -> None:
    seen: set[str] = set()
    for child in node.elements:
        value = language.scalar(child, setting)
        if isinstance(value, Computed):
            draft.members.append(("tags", value))
            continue
        if value.value is UNSET:
            continue
        tag = str(value.value)
        why = reserved(tag)
        if why:
            language.findings.error(f"the tag {tag!r} is reserved", child.origin, why=why)
        if tag in seen:
            language.findings.error(f"the tag {tag!r} is listed twice", child.origin)
        seen.add(tag)
        draft.fixed[item_path("tags", tag)] = True
