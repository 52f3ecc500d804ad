"""The shape of manifests: which keys exist, what they hold and what must be there.

In: plain YAML values. Out: pydantic's verdict, and the JSON schema editors use. These models check and
describe; expansion works on the nodes, which know their places. Nothing here knows other documents.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from reconciler.manifest.language.shapes.compaction_settings import CompactionSettings
from reconciler.manifest.language.shapes.model_settings import ModelSettings
from reconciler.manifest.language.shapes.package import Package
from reconciler.manifest.language.shapes.part import Expression, Part, Truth, is_expression
from reconciler.manifest.language.shapes.response_format import ResponseFormat
from reconciler.manifest.language.shapes.tool_rules import ToolRule
from reconciler.manifest.names import IDENTIFIER
from reconciler.manifest.yaml.file_limits import MAX_WHOLE


def _is_file(value: Any) -> str:
    return "<file>" if isinstance(value, dict) else "<text>"


def _is_words(value: Any) -> str:
    return "<fields>" if isinstance(value, dict) else "<word>"


Whole = Annotated[
    Annotated[int, Field(ge=1, le=MAX_WHOLE), Tag("<value>")] | Annotated[Expression, Tag("<expression>")],
    Discriminator(is_expression),
]
Name = Annotated[str, Field(pattern=IDENTIFIER)]
Reference = Annotated[str, Field(min_length=1, description="A name, or shared/<name>")]
OwnershipWord = Literal["enforced", "seeded", "merged", "observed", "absent"]
Ownership = Annotated[
    Annotated[OwnershipWord, Tag("<word>")] | Annotated[dict[str, OwnershipWord], Tag("<fields>")],
    Discriminator(_is_words),
    Field(description="Who has the last word: on everything, or field by field"),
]
Tags = Annotated[list[Annotated[str, Field(min_length=1)]], Field(description="Tags on the server")]
Json = dict[str, Any]


class FileText(Part):
    """Text that stands in a file of the project."""

    file: Annotated[str, Field(min_length=1, description="Relative to this manifest")]


Text = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[FileText, Tag("<file>")],
    Discriminator(_is_file),
]


class Managed(Part):
    """What every resource can say about its management."""

    ownership: Ownership | None = None
    exact: Annotated[list[str], Field(description="Set-like fields whose extra members are drift")] = Field(
        default_factory=list
    )
    additive: Annotated[list[str], Field(description="Set-like fields whose extra members stay")] = Field(
        default_factory=list
    )
    protect: Annotated[bool, Field(description="A plan that would delete it is refused")] = False


class Block(Managed):
    """A memory block."""

    value: Annotated[Text | None, Field(description="Its text, or {file: path}")] = None
    description: str | None = None
    limit: Annotated[Whole | None, Field(description="Characters; checked here, not by the server")] = None
    read_only: Truth | None = None
    hidden: Truth | None = None
    metadata: Json | None = None
    tags: Tags | None = None


class Upload(Part):
    """One file of a source under another name."""

    path: Annotated[str, Field(min_length=1)]
    as_: Annotated[str, Field(alias="as", pattern=r"^[^/\\\x00-\x1f\[\]]+$")] = ""


def _is_upload(value: Any) -> str:
    return "<upload>" if isinstance(value, dict) else "<glob>"


FileItem = Annotated[
    Annotated[str, Field(min_length=1), Tag("<glob>")] | Annotated[Upload, Tag("<upload>")],
    Discriminator(_is_upload),
]


class Source(Managed):
    """A Letta source (folder) with its files."""

    name: Annotated[str | None, Field(description="Its name on the server")] = None
    description: str | None = None
    instructions: str | None = None
    embedding: Annotated[str | None, Field(min_length=1, description="Embedding model handle")] = None
    embedding_chunk_size: Whole | None = None
    files: Annotated[list[FileItem] | None, Field(description="Globs relative to this manifest")] = None
    metadata: Json | None = None


class Tool(Managed):
    """A custom tool; the key is the name of its function."""

    file: Annotated[str, Field(min_length=1, description="A Python file with the function")]
    description: str | None = None
    tags: Tags | None = None
    return_char_limit: Whole | None = None
    pip_requirements: list[Package] | None = None
    npm_requirements: list[Package] | None = None
    default_requires_approval: Truth | None = None
    enable_parallel_execution: Truth | None = None


class SecretEnv(Part):
    """A value that never stands in a manifest, plan or log."""

    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


AgentType = Literal[
    "letta_v1_agent",
    "memgpt_agent",
    "memgpt_v2_agent",
    "react_agent",
    "sleeptime_agent",
    "voice_convo_agent",
    "voice_sleeptime_agent",
    "workflow_agent",
]
AgentKind = Annotated[
    Annotated[AgentType, Tag("<value>")] | Annotated[Expression, Tag("<expression>")],
    Discriminator(is_expression),
]


class Agent(Managed):
    """An agent, or the defaults of all agents."""

    name: Annotated[str | None, Field(description="Its name on the server")] = None
    description: str | None = None
    system: Annotated[Text | None, Field(description="The system prompt, or {file: path}")] = None
    agent_type: AgentKind | None = None
    model: Annotated[str | None, Field(min_length=1, description="Model handle")] = None
    embedding: Annotated[str | None, Field(min_length=1, description="Embedding model handle")] = None
    context_window_limit: Whole | None = None
    model_settings: ModelSettings | None = None
    compaction_settings: CompactionSettings | None = None
    response_format: ResponseFormat | None = None
    timezone: str | None = None
    message_buffer_autoclear: Truth | None = None
    max_files_open: Whole | None = None
    per_file_view_window_char_limit: Whole | None = None
    tool_rules: list[ToolRule] | None = None
    memory_blocks: Annotated[dict[Name, Block] | None, Field(description="Private blocks by label")] = None
    shared_blocks: list[Reference] | None = None
    sources: list[Reference] | None = None
    tools: Annotated[list[Reference] | None, Field(description="All tools it has, built-in or shared")] = None
    tags: Tags | None = None
    metadata: Json | None = None
    secrets: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], SecretEnv] | None = None


class Manager(Part):
    """Who decides which member of a group speaks."""

    type: Literal["round_robin", "supervisor", "dynamic", "sleeptime", "voice_sleeptime"] = "round_robin"
    agent: Reference | None = None
    max_turns: Whole | None = None
    termination_token: str | None = None
    frequency: Whole | None = None
    max_message_buffer_length: Whole | None = None
    min_message_buffer_length: Whole | None = None


class Group(Managed):
    """Agents that talk to each other."""

    description: str | None = None
    manager: Manager | None = None
    agents: Annotated[list[Reference], Field(min_length=1)]
    shared_blocks: Annotated[list[Reference] | None, Field(description="Attached to every member")] = None


class GroupOverride(Managed):
    """A group as one user has it."""

    description: str | None = None
    manager: Manager | None = None
    agents: Annotated[list[Reference] | None, Field(min_length=1)] = None
    shared_blocks: list[Reference] | None = None


class Parameter(Part):
    """A value every user brings along."""

    type: Literal["string", "integer", "number", "boolean"] = "string"
    description: str = ""
    pattern: Annotated[str | None, Field(description="A regular expression the text must match")] = None
    enum: list[str | int | float | bool] | None = None
    default: Annotated[str | int | float | bool | None, Field(description="Makes it optional")] = None
    min: Annotated[int | float | None, Field(description="Smallest value, or shortest text")] = None
    max: Annotated[int | float | None, Field(description="Largest value, or longest text")] = None


class Moved(Part):
    """A resource that got another name: it is kept, not replaced."""

    from_: Annotated[str, Field(alias="from", pattern=r"^[a-z]+/.+$", description="kind/old-name")]
    to: Annotated[str, Field(pattern=r"^[a-z]+/.+$", description="kind/new-name")]
