"""What a server fills in by itself: such values say nothing and are left out of manifests.

In: one leaf and its neighbours. Out: whether it is as it would be had nobody named it. Defaults are those of
letta 0.16.8, measured; long texts are known by a digest.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Mapping

from reconciler.values import Leaf, Leaves, is_blank

_PLAIN: Mapping[str, Mapping[str, tuple[Leaf, ...]]] = {
    "agent": {
        "agent_type": ("letta_v1_agent",),
        "timezone": ("UTC",),
        "message_buffer_autoclear": (False,),
        "model_settings.temperature": (1.0,),
        "model_settings.max_output_tokens": (4096, 16384),
        "model_settings.parallel_tool_calls": (False,),
        "model_settings.strict": (False,),
        "model_settings.reasoning.reasoning_effort": ("minimal",),
        "compaction_settings.clip_chars": (50_000,),
        "compaction_settings.mode": ("sliding_window",),
        "compaction_settings.sliding_window_percentage": (0.3,),
        "compaction_settings.prompt_acknowledgement": (False,),
        "compaction_settings.model": (
            "letta/auto",
            "openai/gpt-5-mini",
            "anthropic/claude-haiku-4-5",
            "google_ai/gemini-2.5-flash",
        ),
    },
    "block": {"limit": (100_000,), "read_only": (False,), "hidden": (False,)},
    "source": {"embedding_chunk_size": (300,)},
    "tool": {
        "return_char_limit": (50_000,),
        "default_requires_approval": (False,),
        "enable_parallel_execution": (False,),
    },
    "group": {"termination_token": ("DONE!",), "manager_type": ("round_robin",)},
}
_TEXTS = frozenset(
    (
        "ffe4ebde375d590e",  # system of letta_v1_agent
        "be98c30273ceeccf",  # of memgpt_agent and memgpt_v2_agent
        "39625b51d675467f",  # of react_agent
        "9ac7385b8948a030",  # of sleeptime_agent
        "b7afcdbeaa9df29b",  # of voice_convo_agent
        "e3b5ac78145dea66",  # of voice_sleeptime_agent
        "ed814fae1e83cb6c",  # of workflow_agent
        "63f4741b4dc99ba7",  # description of a block called persona
        "59fb6517406d727a",  # of one called human
        "c31e3b32a0d765b1",  # compaction prompt of mode all
        "6cff62edd10cd619",  # of sliding_window
        "59e4eddb10680a14",  # of self_compact_all
        "07da8b3bbaf92cea",  # of self_compact_sliding_window
    )
)
_TEXT_FIELDS = frozenset(("system", "description", "compaction_settings.prompt"))
_WINDOWS = ((8_000, 3, 5_000), (32_000, 5, 15_000), (128_000, 10, 25_000), (200_000, 10, 40_000))
"""Context window up to which an agent opens so many files, each shown so far."""
_LARGEST_WINDOW = (15, 40_000)
_FREE_MODEL, _FREE_WINDOW = "letta/letta-free", 30_000


def is_default(kind: str, path: str, leaves: Leaves) -> bool:
    """Whether the server would have this value by itself."""
    leaf = leaves[path]
    if is_blank(leaf) or any(
        leaf == default and type(leaf) is type(default) for default in _known(kind, path)
    ):
        return True
    if path in _TEXT_FIELDS and isinstance(leaf, str) and _digest(leaf) in _TEXTS:
        return True
    if kind == "agent":
        return _follows_from_the_model(path, leaves)
    return kind == "tool" and path == "description" and leaf == _documented(leaves.get("source_code"))


def _known(kind: str, path: str) -> tuple[Leaf, ...]:
    known = _PLAIN[kind].get(path, ())
    return (*known, *(int(each) for each in known if isinstance(each, float) and each.is_integer()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _follows_from_the_model(path: str, leaves: Leaves) -> bool:
    window, leaf = leaves.get("context_window_limit"), leaves[path]
    match path:
        case "context_window_limit":
            return leaves.get("model") == _FREE_MODEL and leaf == _FREE_WINDOW
        case "compaction_settings.model":
            return leaf == leaves.get("model")
        case "max_files_open":
            return isinstance(window, int) and leaf == _file_view(window)[0]
        case "per_file_view_window_char_limit":
            return isinstance(window, int) and leaf == _file_view(window)[1]
        case _:
            return False


def _file_view(window: int) -> tuple[int, int]:
    for largest, files, characters in _WINDOWS:
        if window <= largest:
            return files, characters
    return _LARGEST_WINDOW


def _documented(source: Leaf) -> str:
    """What the server takes for the description of a tool: its docstring up to the arguments."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(str(source or ""))
    except (SyntaxError, ValueError, RecursionError):
        return ""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    text = ast.get_docstring(functions[-1]) if functions else ""
    return (text or "").partition("Args:")[0].partition("Returns:")[0].strip()
