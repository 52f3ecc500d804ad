"""The keys of a lettactl fleet file (schema 1.1.2), and which of them nothing here can say.

In: nothing. Out: tables.
"""

from __future__ import annotations

from collections.abc import Mapping

TOP = frozenset(
    (
        "root_path",
        "global-secrets",
        "preserve_secrets",
        "providers",
        "prune_missing_providers",
        "shared_blocks",
        "shared_folders",
        "mcp_servers",
        "agents",
    )
)
AGENT = frozenset(
    (
        "name",
        "description",
        "system_prompt",
        "llm_config",
        "tools",
        "include_base_tools",
        "include_base_tool_rules",
        "mcp_tools",
        "memory_blocks",
        "archives",
        "folders",
        "embedding",
        "embedding_config",
        "shared_blocks",
        "shared_folders",
        "first_message",
        "reasoning",
        "tags",
        "lettabot",
        "conversations",
        "compaction_settings",
        "memory",
        "secrets",
    )
)
REQUIRED = ("name", "description", "system_prompt", "llm_config")
PROMPT = frozenset(("value", "from_file", "from_bucket", "disable_base_prompt"))
MODEL = frozenset(("model", "context_window", "max_tokens"))
BLOCK = frozenset(
    ("name", "description", "limit", "agent_owned", "value", "from_file", "from_bucket", "version")
)
FOLDER = frozenset(("name", "files"))
SECRET = frozenset(("from_env", "value", "preserve_existing"))
COMPACTION = frozenset(
    (
        "clip_chars",
        "mode",
        "sliding_window_percentage",
        "prompt",
        "model",
        "model_settings",
        "prompt_acknowledgement",
    )
)

LOST_AT_TOP: Mapping[str, str] = {
    "providers": "keys of model providers are no part of a fleet here: set them up on the server",
    "prune_missing_providers": "keys of model providers are no part of a fleet here",
    "mcp_servers": "MCP servers are set up on the server; their tools can be named under `tools`",
}
LOST_OF_AGENTS: Mapping[str, str] = {
    "archives": "archives are not managed; passages stay where they are",
    "conversations": "conversations are made at run time",
    "first_message": "nothing is sent to an agent by an apply",
    "lettabot": "that configures another program",
    "memory": "memory in a git repository is not managed; blocks are",
    "mcp_tools": "tools of MCP servers have to be on the server already: name them under `tools`",
    "embedding_config": "name the embedding model by its handle, under `embedding`",
    "reasoning": "say it in `model_settings` of the agent, in the words of its provider",
    "include_base_tool_rules": "rules are never added silently: list them under `tool_rules`",
}
"""Key to the reason why it is not carried over."""

BASE_TOOLS = ("conversation_search", "memory_insert", "memory_replace")
"""What the server adds to an agent of the default type unless it is told not to (letta 0.16.8, measured)."""
