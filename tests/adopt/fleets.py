"""Fleet files in the words of lettactl, written for tests."""

from __future__ import annotations

from pathlib import Path

FLEET = """\
shared_blocks:
  - name: house_rules
    description: What everybody keeps to
    limit: 500
    from_file: rules.md
    agent_owned: false
  - {name: guidelines, description: Picked up by its name, limit: 500}
shared_folders:
  - {name: handbook, files: [docs/handbook.md]}
global-secrets:
  TEAM_TOKEN: {from_env: FLEET_TEAM_TOKEN}
agents:
  - name: support-agent
    description: "Answers: first line"
    system_prompt: {from_file: prompts/support.md}
    llm_config: {model: openai-proxy/gpt-4o-mini, context_window: 16000, max_tokens: 1500}
    embedding: openai/text-embedding-3-small
    tools: [archival_memory_search, tools/*]
    shared_blocks: [house_rules, guidelines]
    shared_folders: [handbook]
    folders:
      - {name: cases, files: [files/*]}
    memory_blocks:
      - {name: persona, description: Who, limit: 200, value: "I help. ${{ not.ours }}", agent_owned: true}
      - {name: policy, description: Fixed, limit: 200, value: Be brief., agent_owned: false}
    compaction_settings: {mode: all, clip_chars: 900}
    tags: ["tenant:acme", "role:support"]
    secrets:
      API_KEY: {from_env: FLEET_API_KEY}
  - name: quiet_agent
    description: Has nothing
    system_prompt: {value: "You are quiet."}
    llm_config: {model: openai-proxy/gpt-4o-mini, context_window: 16000}
    embedding: openai/text-embedding-3-small
    include_base_tools: false
"""
LOSSES = """\
providers: [{name: mine, provider_type: openai, api_key: canary-5}]
mcp_servers: [{name: search, type: sse, server_url: "http://mcp.invalid"}]
agents:
  - name: rich
    description: d
    system_prompt: {value: p}
    llm_config: {model: a/b, context_window: 16000}
    archives: [{name: old}]
    first_message: Hello
    conversations: [{summary: s}]
    memory: {mode: memfs}
    lettabot: {displayName: x}
    mcp_tools: [{server: search, tools: all}]
    reasoning: true
    tags: ["user:42"]
    secrets: {PLAIN: {value: canary-6}}
    memory_blocks:
      - {name: "bad label", description: d, limit: 10, value: v}
      - {name: long, description: d, limit: 3, value: more than three}
      - {name: far, description: d, limit: 10, from_bucket: {provider: supabase, bucket: b, path: p}}
"""
LOST = (
    "providers",
    "mcp_servers",
    "archives",
    "first_message",
    "conversations",
    "memory",
    "lettabot",
    "mcp_tools",
    "reasoning",
    "user:42",
    "PLAIN",
    "bad label",
    "limit of 3",
    "bucket",
)
TOOL = '''def open_case(title: str) -> str:
    """Open a case.

    Args:
        title (str): What it is about.

    Returns:
        str: The number of the case.
    """
    return title
'''
FILES = {
    "rules.md": "Be kind.\nBe honest.\n",
    "memory-blocks/guidelines.md": "Ask before you act.\n",
    "prompts/support.md": "```\nYou answer.\n\nYou ask back.\n```\n",
    "config/base-letta-system.md": "You have memory.\n",
    "docs/handbook.md": "# Handbook\n",
    "files/one.md": "# One\n",
    "files/deep/one.md": "# Another one\n",
    "tools/open_case.py": TOOL,
    "tools/_private.py": "x = 1\n",
}


def fleet(folder: Path, text: str = FLEET) -> Path:
    """A fleet file with everything it names."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    file = folder / "fleet.yaml"
    file.write_text(text, encoding="utf-8")
    return file
