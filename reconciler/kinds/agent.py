"""The agent table: what can be declared of an agent on letta 0.16.8.

Create-only fields the server never returns (initial messages, include_base_tools) are left out: they
could not be compared. `include_base_tools: false` is always sent, so that an agent has what is declared.
"""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind, Shape

AGENT = Kind(
    "agent",
    (
        Field("name"),
        Field("description", cleared=""),
        Field("system"),
        Field("agent_type", immutable=True),
        Field("model"),
        Field("embedding"),
        Field("context_window_limit"),
        Field("model_settings", Shape.MAPPING, is_json=True),
        Field("compaction_settings", Shape.MAPPING, is_json=True),
        Field("response_format", is_json=True),
        Field("timezone", cleared="UTC"),
        Field("message_buffer_autoclear", cleared=False),
        Field("max_files_open"),
        Field("per_file_view_window_char_limit"),
        Field("tool_rules", cleared=[], is_json=True),
        Field("approvals", Shape.SET, exact=False, outlives_manifest=True, cleared=[]),
        Field("tags", Shape.SET, exact=False, cleared=[]),
        Field("metadata", Shape.MAPPING, is_free=True, cleared={}),
        Field("secrets", Shape.MAPPING, secret=True, cleared={}),
        Field("blocks", Shape.EDGES, exact=False, targets="block", by_call=True),
        Field("tools", Shape.EDGES, targets="tool", by_call=True),
        Field("sources", Shape.EDGES, targets="source", by_call=True),
    ),
    requires=frozenset({"tool", "block", "source"}),
    marker_fields=frozenset({"tags", "metadata"}),
)
"""`blocks` maps label to block, `tools` and `sources` map the declared name to the resource. `approvals` are
the tools that ask before they run: rules of type requires_approval, and these are no part of `tool_rules`."""

IMPLIED_SOURCE_TOOLS = frozenset({"open_files", "grep_files", "semantic_search_files"})
"""The server attaches these with the first source and removes them with a detach; never drift."""

SENT_ONLY = frozenset({"model_settings.provider_type"})
"""Sent where it is declared, and never compared: the server answers with the type it takes the model for."""

INITIAL_MESSAGES = {"letta_v1_agent": 1, "sleeptime_agent": 2}
"""How many messages the server gives a new agent; other types get 4 (letta 0.16.8, measured)."""

MODEL_FIELDS = frozenset({"model", "context_window_limit", "model_settings"})
"""A PATCH of one of these resets the others on the server, so they are sent together."""

RULE_FIELDS = frozenset({"tool_rules", "approvals"})
"""One list on the server, so they are sent together."""
