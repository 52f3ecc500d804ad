"""The shape of manifests: which keys exist, what they hold and what must be there.

In: plain YAML values, and the tables of the kinds. Out: pydantic's verdict, and the JSON schema editors use.
These models check and describe; expansion works on the nodes, which know their places. What a resource can
say of itself stands in the table of its kind. Nothing here knows other documents.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, create_model

from reconciler.kinds import AGENT, BLOCK, GROUP, SOURCE, TOOL, Key, Kind, Type
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


class SecretEnv(Part):
    """A value that never stands in a manifest, plan or log."""

    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


_ANNOTATIONS: dict[Type, Any] = {
    Type.TEXT: str,
    Type.NAME: str,
    Type.HANDLE: Annotated[str, Field(min_length=1)],
    Type.PROSE: str,
    Type.PROSE_OR_FILE: Text,
    Type.ZONE: str,
    Type.WHOLE: Whole,
    Type.TRUTH: Truth,
    Type.FORMAT: ResponseFormat,
    Type.RULES: list[ToolRule],
    Type.PACKAGES: list[Package],
    Type.MODEL_SETTINGS: ModelSettings,
    Type.COMPACTION: CompactionSettings,
    Type.ENTRIES: Json,
    Type.SECRETS: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], SecretEnv],
    Type.TEXTS: list[Annotated[str, Field(min_length=1)]],
    Type.FILES: list[FileItem],
    Type.PYTHON_FILE: Annotated[str, Field(min_length=1)],
    Type.REFERENCE: Reference,
    Type.REFERENCES: list[Reference],
}
"""What pydantic calls a type. A class below says more of a single key by naming it again."""


def _keys_of(kind: Kind, section: str = "", base: type[Part] = Managed) -> type[Part]:
    """A model with every key that the table of a kind has for a section; empty for the resource itself."""
    found: dict[str, Any] = {entry.key: _key(entry) for entry in kind.keys_in(section)}
    return create_model(f"KeysOf{kind.name.title()}", __base__=base, **found)


def _key(entry: Key) -> tuple[Any, Any]:
    """The annotation of a key, and what it is when nobody says it."""
    said = Field(description=entry.description, examples=[entry.example])
    if entry.type is Type.FIXED_WORD:
        return Annotated[Literal[entry.choices], said], entry.choices[0]
    if entry.required:
        return Annotated[_annotation(entry), said], ...
    return Annotated[_annotation(entry) | None, said], None


def _annotation(entry: Key) -> Any:
    match entry.type:
        case Type.WORD:
            return _word_or_expression(entry.choices)
        case Type.BLOCKS:
            return dict[Name, Block]
        case Type.REFERENCES if entry.required:
            return Annotated[list[Reference], Field(min_length=1)]
        case _:
            return _ANNOTATIONS[entry.type]


def _word_or_expression(choices: tuple[str, ...]) -> Any:
    word = Annotated[Literal[choices], Tag("<value>")]  # type: ignore[valid-type]
    return Annotated[word | Annotated[Expression, Tag("<expression>")], Discriminator(is_expression)]


class Block(_keys_of(BLOCK)):  # type: ignore[misc]
    """A memory block."""


class Source(_keys_of(SOURCE)):  # type: ignore[misc]
    """A Letta source (folder) with its files."""


class Tool(_keys_of(TOOL)):  # type: ignore[misc]
    """A custom tool; the key is the name of its function."""


class Agent(_keys_of(AGENT)):  # type: ignore[misc]
    """An agent, or the defaults of all agents."""


class Manager(_keys_of(GROUP, "manager", Part)):  # type: ignore[misc]
    """Who decides which member of a group speaks."""


class Group(_keys_of(GROUP)):  # type: ignore[misc]
    """Agents that talk to each other."""

    manager: Manager | None = None


class GroupOverride(Group):
    """A group as one user has it."""

    agents: Annotated[list[Reference], Field(min_length=1)] | None = None


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
