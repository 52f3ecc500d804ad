"""What letta 0.16.8 fills in where nobody says anything.

In: leaves of one resource. Out: whether one is as it would be had nobody named it; such a value says nothing
in a manifest, and where it depends on something else it must not be carried over to another resource. Values
that depend on nothing stand in the tables of the kinds. All are measured. Pure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reconciler.kinds.agent import SYSTEM_TEXTS
from reconciler.kinds.field import Default, Kind, LongText
from reconciler.kinds.tool_source import parse
from reconciler.values import Leaf, Leaves, LiveResource, field_of, is_blank

_OF_FILES = ("max_files_open", "per_file_view_window_char_limit")
_FILES = ((8_000, 3, 5_000), (32_000, 5, 15_000), (128_000, 10, 25_000), (200_000, 10, 40_000))
"""Largest context window in tokens, files kept open, characters shown of each; computed when it is read."""
_FILES_BEYOND = (15, 40_000)
_FREE_MODEL, _FREE_WINDOW = "letta/letta-free", 30_000


def server_defaults(live: LiveResource) -> frozenset[str]:
    """Paths of an agent which hold what the server chose for its type or model."""
    return frozenset(_of_type_or_window(live.leaves)) if live.kind == "agent" else frozenset()


def _of_type_or_window(leaves: Leaves) -> Iterator[str]:
    known = SYSTEM_TEXTS.get(str(leaves.get("agent_type")))
    if known is not None and known == LongText.of(leaves.get("system")):
        yield "system"
    yield from (path for path in _OF_FILES if path in leaves and _is_of_window(path, leaves))


def is_default(kind: Kind, path: str, leaves: Leaves) -> bool:
    """Whether the server would have this value by itself."""
    leaf = leaves[path]
    field = kind.by_name.get(field_of(path))
    if is_blank(leaf) or (field and any(_is(leaf, default) for default in field.server_has(path))):
        return True
    if kind.name == "agent":
        return _follows_from_the_model(path, leaves)
    return kind.name == "tool" and path == "description" and leaf == _documented(leaves.get("source_code"))


def _is(leaf: Leaf, default: Default) -> bool:
    if isinstance(default, LongText):
        return LongText.of(leaf) == default
    is_whole = isinstance(default, float) and default.is_integer() and type(leaf) is int
    return leaf == default and (is_whole or type(leaf) is type(default))


def _follows_from_the_model(path: str, leaves: Leaves) -> bool:
    match path:
        case "context_window_limit":
            return leaves.get("model") == _FREE_MODEL and leaves[path] == _FREE_WINDOW
        case "compaction_settings.model":
            return leaves[path] == leaves.get("model")
        case _:
            return path in _OF_FILES and _is_of_window(path, leaves)


def _is_of_window(path: str, leaves: Leaves) -> bool:
    window = leaves.get("context_window_limit")
    if not isinstance(window, int):
        return False
    chosen = next((each for most, *each in _FILES if window <= most), list(_FILES_BEYOND))
    return leaves[path] == chosen[_OF_FILES.index(path)]


def _documented(source: Leaf) -> str:
    """What the server takes for the description of a tool: its docstring up to the arguments."""
    try:
        tree = parse(str(source or ""))
    except (SyntaxError, ValueError, RecursionError):
        return ""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    text = ast.get_docstring(functions[-1]) if functions else ""
    return (text or "").partition("Args:")[0].partition("Returns:")[0].strip()
