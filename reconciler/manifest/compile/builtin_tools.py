"""What letta 0.16.8 brings along.

In: nothing. Out: names. Used for hints only: the server has the last word on what exists.
"""

from __future__ import annotations

BUILTIN_TOOLS = frozenset(
    (
        "archival_memory_insert",
        "archival_memory_search",
        "conversation_search",
        "core_memory_append",
        "core_memory_replace",
        "fetch_webpage",
        "finish_rethinking_memory",
        "grep_files",
        "memory",
        "memory_apply_patch",
        "memory_finish_edits",
        "memory_insert",
        "memory_replace",
        "memory_rethink",
        "memory_str_replace",
        "open_files",
        "rethink_user_memory",
        "run_code",
        "run_code_with_tools",
        "search_memory",
        "semantic_search_files",
        "send_message",
        "send_message_to_agent_and_wait_for_reply",
        "send_message_to_agent_async",
        "send_message_to_agents_matching_tags",
        "store_memories",
        "web_search",
    )
)
