"""The agent table: what can be declared of an agent on letta 0.16.8.

Create-only fields the server never returns (initial messages, include_base_tools) are left out: they
could not be compared. `include_base_tools: false` is always sent, so that an agent has what is declared.
"""

from __future__ import annotations

from reconciler.kinds.field import Field, Key, Kind, LongText
from reconciler.kinds.types import Type

SYSTEM_TEXTS = {
    "letta_v1_agent": LongText("ffe4ebde375d590e"),
    "memgpt_agent": LongText("be98c30273ceeccf"),
    "memgpt_v2_agent": LongText("be98c30273ceeccf"),
    "react_agent": LongText("39625b51d675467f"),
    "sleeptime_agent": LongText("9ac7385b8948a030"),
    "voice_convo_agent": LongText("b7afcdbeaa9df29b"),
    "voice_sleeptime_agent": LongText("e3b5ac78145dea66"),
    "workflow_agent": LongText("ed814fae1e83cb6c"),
}
"""The types there are, and the system text an agent of each gets (measured)."""

_COMPACTION_PROMPTS = (
    LongText("c31e3b32a0d765b1"),  # of mode all
    LongText("6cff62edd10cd619"),  # of sliding_window
    LongText("59e4eddb10680a14"),  # of self_compact_all
    LongText("07da8b3bbaf92cea"),  # of self_compact_sliding_window
)
_COMPACTION_MODELS = (
    "letta/auto",
    "openai/gpt-5-mini",
    "anthropic/claude-haiku-4-5",
    "google_ai/gemini-2.5-flash",
)

AGENT = Kind(
    "agent",
    "agents",
    (
        Field("name", Type.NAME, "Its name on the server", "Ada's coach"),
        Field(
            "description", Type.PROSE, "What it is for; other agents may read it", "First contact", cleared=""
        ),
        Field(
            "system",
            Type.PROSE_OR_FILE,
            "The system prompt, or {file: path}",
            {"file": "prompts/base.md"},
            default=tuple(SYSTEM_TEXTS.values()),
        ),
        Field(
            "agent_type",
            Type.WORD,
            "How it runs",
            "letta_v1_agent",
            choices=tuple(sorted(SYSTEM_TEXTS)),
            immutable=True,
            default=("letta_v1_agent",),
        ),
        Field("model", Type.HANDLE, "Model handle", "openai/gpt-4o-mini"),
        Field("embedding", Type.HANDLE, "Embedding model handle", "openai/text-embedding-3-small"),
        Field(
            "context_window_limit",
            Type.WHOLE,
            "Tokens of its context window; what the server takes depends on the model",
            32_000,
            shown="llm_config.context_window",
        ),
        Field(
            "model_settings",
            Type.MODEL_SETTINGS,
            "Settings of the model, as its provider has them",
            {"temperature": 0.5},
            defaults={
                "temperature": (1.0,),
                "max_output_tokens": (4096, 16384),
                "parallel_tool_calls": (False,),
                "strict": (False,),
                "reasoning.reasoning_effort": ("minimal",),
            },
        ),
        Field(
            "compaction_settings",
            Type.COMPACTION,
            "How a conversation that fills the context window is summed up",
            {"mode": "sliding_window", "sliding_window_percentage": 0.4},
            defaults={
                "clip_chars": (50_000,),
                "mode": ("sliding_window",),
                "sliding_window_percentage": (0.3,),
                "prompt_acknowledgement": (False,),
                "prompt": _COMPACTION_PROMPTS,
                "model": _COMPACTION_MODELS,
            },
        ),
        Field("response_format", Type.FORMAT, "The form its answers have", {"type": "json_object"}),
        Field(
            "timezone",
            Type.ZONE,
            "The time zone in which it is told the time",
            "Europe/Berlin",
            cleared="UTC",
            default=("UTC",),
        ),
        Field(
            "message_buffer_autoclear",
            Type.TRUTH,
            "Whether each message starts a new conversation; its memory stays",
            True,
            cleared=False,
            default=(False,),
        ),
        Field(
            "enable_sleeptime",
            Type.TRUTH,
            "Whether the group of type sleeptime or voice_sleeptime that it manages gets its turns in the "
            "background; true where it manages one, unless set",
            False,
            cleared=False,
            default=(False,),
            waits=True,
        ),
        Field(
            "max_files_open",
            Type.WHOLE,
            "How many files of its sources it has open at once; depends on the context window unless set",
            5,
        ),
        Field(
            "per_file_view_window_char_limit",
            Type.WHOLE,
            "Characters it sees of each open file; depends on the context window unless set",
            15_000,
        ),
        Field(
            "project_id",
            Type.TEXT,
            "The Letta project it is counted in: lists and searches of the server can ask for one",
            "care-2027",
            cleared="",
        ),
        Field(
            "tool_rules",
            Type.RULES,
            "Which tools it may, or must, call when",
            [{"type": "run_first", "tool_name": "conversation_search"}],
            cleared=[],
        ),
        Field(
            "approvals",
            Type.TEXTS,
            "The tools that ask before they run",
            follows="rules of type requires_approval in tool_rules",
            exact=False,
            outlives_manifest=True,
            cleared=[],
        ),
        Field("tags", Type.TEXTS, "Tags on the server", ["coordinator"], exact=False, cleared=[]),
        Field("metadata", Type.ENTRIES, "Any JSON, by key", {"team": "care"}, cleared={}),
        Field(
            "secrets",
            Type.SECRETS,
            "Variables its tools find in their environment",
            {"API_KEY": {"secret_env": "ADA_API_KEY"}},
            secret=True,
            cleared={},
        ),
        Key("memory_blocks", Type.BLOCKS, "Private blocks by label", {"persona": {"value": "I am kind."}}),
        Key("shared_blocks", Type.REFERENCES, "Blocks it shares with other agents", ["current_state"]),
        Field(
            "blocks",
            Type.REFERENCES,
            "All blocks it has, by label",
            follows="memory_blocks, shared_blocks and those of its groups",
            exact=False,
            targets="block",
            by_call=True,
        ),
        Field(
            "tools",
            Type.REFERENCES,
            "All tools it has, built-in or shared",
            ["conversation_search"],
            targets="tool",
            by_call=True,
        ),
        Field(
            "sources", Type.REFERENCES, "Sources it can search", ["knowledge"], targets="source", by_call=True
        ),
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
