"""Errors in the words of a client: what to call next, instead of what to write in a program.

In: an error of the runtime. Out: one text. It must not hide what happened or why.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.errors import ReconcilerError, UnknownOutcome
from reconciler.runtime import AgentFailed, NotThere, ValueMoved

_HINTS: Mapping[type[ReconcilerError], str] = MappingProxyType(
    {
        NotThere: "list_agents, list_groups, list_blocks and list_sources show what there is",
        ValueMoved: "read it again with get_agent_memory and decide anew",
        UnknownOutcome: "look at what the agent remembers before saying it again",
        AgentFailed: "what was said until then stays in the agents' memory",
    }
)
_OF_PROGRAMS = ("timeout=", "exchange", "provision(", "approve(", "agent.cancel", "constellation=")
"""Words of the Python library in the hints of other errors."""


def said(error: ReconcilerError) -> str:
    """Summary, reason and what to do next, each on a line of its own."""
    hint = error.hint
    if any(word in hint for word in _OF_PROGRAMS):
        hint = next((text for kind, text in _HINTS.items() if isinstance(error, kind)), "")
    return "\n".join(
        [
            error.summary,
            *([f"why: {error.why}"] if error.why else []),
            *([f"next: {hint}"] if hint else []),
        ]
    )
