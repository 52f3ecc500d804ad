"""What letta 0.16.8 fills in where nobody says anything, as far as it depends on something else.

In: an agent as it is live. Out: the paths that hold such a default: an agent of another type or model has
others, so these must not be carried over. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.values import LiveResource, digest

_SYSTEM = {
    "letta_v1_agent": "fe3bd8ada857",
    "memgpt_agent": "9f9673e4549e",
    "memgpt_v2_agent": "9f9673e4549e",
    "sleeptime_agent": "aafce3fab153",
    "react_agent": "508fd9c3a48e",
    "workflow_agent": "d447b3519d73",
    "voice_convo_agent": "077a28069869",
}
"""Digest of the system text an agent of this type gets (measured)."""
_FILES = ((8_000, 3, 5_000), (32_000, 5, 15_000), (128_000, 10, 25_000), (200_000, 10, 40_000))
"""Largest context window in tokens, files kept open, characters shown of each; computed when it is read."""
_FILES_BEYOND = (15, 40_000)


def server_defaults(live: LiveResource) -> frozenset[str]:
    """Paths of an agent which hold what the server chose."""
    return frozenset(_defaults(live)) if live.kind == "agent" else frozenset()


def _defaults(live: LiveResource) -> Iterator[str]:
    system = live.leaves.get("system")
    if isinstance(system, str) and _SYSTEM.get(str(live.leaves.get("agent_type"))) == digest(system):
        yield "system"
    window = live.leaves.get("context_window_limit")
    if isinstance(window, int):
        chosen = next((each for most, *each in _FILES if window <= most), list(_FILES_BEYOND))
        for path, value in zip(("max_files_open", "per_file_view_window_char_limit"), chosen, strict=True):
            if live.leaves.get(path) == value:
                yield path
