"""What requests of the server can hold and manifests cannot say, each with the reason (letta 0.16.8).

In: nothing. Out: tables, by kind and by the name requests use. A test holds them against what the server says
of itself: a field that is neither here nor in the table of its kind fails it.
"""

from __future__ import annotations

from collections.abc import Mapping

_CLOUD = "of templates and deployments, which Letta Cloud alone has"
_RUNTIME = "what the server notes of its own runs"
_EDGE = "said as `{}`, by name"
_OLD = "an older name of what is in `model_settings`"
_RAW = "the raw form of what `{}` names by its handle; not yet"
_OURS = "always false: an agent has the tools and rules that are declared"

UNDECLARABLE: Mapping[str, Mapping[str, str]] = {
    "agent": {
        "block_ids": _EDGE.format("memory_blocks` and `shared_blocks"),
        **dict.fromkeys(("folder_ids", "source_ids"), _EDGE.format("sources")),
        "tool_ids": _EDGE.format("tools"),
        **dict.fromkeys(
            ("enable_reasoner", "max_reasoning_tokens", "max_tokens", "parallel_tool_calls", "reasoning"),
            _OLD,
        ),
        "llm_config": _RAW.format("model"),
        **dict.fromkeys(("embedding_config", "embedding_chunk_size"), _RAW.format("embedding")),
        **dict.fromkeys(("include_base_tools", "include_base_tool_rules"), _OURS),
        "include_multi_agent_tools": _OURS,
        "include_default_source": "always false: an agent has the sources that are declared",
        "initial_message_sequence": "taken at creation only and never shown; not yet",
        "hidden": "taken at creation only, a PATCH of it changes nothing; not yet",
        "identity_ids": "identities are no kind yet; those of an agent stay, also when it is replaced",
        "tool_exec_environment_variables": "the same list as `secrets`",
        "actor_id": "told by the key a request is sent with",
        **dict.fromkeys(("message_ids", "last_run_completion", "last_run_duration_ms"), _RUNTIME),
        "last_stop_reason": _RUNTIME,
        **dict.fromkeys(
            ("project", "template", "from_template", "template_id", "base_template_id", "memory_variables"),
            _CLOUD,
        ),
    },
    "block": {
        "label": "the key of the block; labels with other characters than a name has: not yet",
        "project_id": "not yet",
        "is_template": "of blocks that are copied, not attached",
        "preserve_on_migration": _CLOUD,
        **dict.fromkeys(("template_id", "template_name", "base_template_id"), _CLOUD),
        **dict.fromkeys(("deployment_id", "entity_id"), _CLOUD),
    },
    "source": {"embedding_config": _RAW.format("embedding")},
    "tool": {
        "source_type": "Python alone yet",
        **dict.fromkeys(("json_schema", "args_json_schema"), "made by the server from the source; not yet"),
        "metadata_": "taken by a PATCH alone and never shown",
    },
    "group": {
        "shared_block_ids": "said as `shared_blocks`: the server writes it once and never shows it",
        "manager_config": "said as `manager`",
        "agent_ids": _EDGE.format("agents"),
        "project_id": "a PATCH of it changes nothing",
        "hidden": "taken at creation only",
    },
}
