"""The four documents of the language.

In: plain YAML values. Out: pydantic's verdict, and the JSON schema editors use.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reconciler.manifest.language.environment import NAME
from reconciler.manifest.language.models import (
    Agent,
    Block,
    Group,
    GroupOverride,
    Moved,
    Name,
    Parameter,
    Source,
    Tool,
)
from reconciler.manifest.language.rule_levels import RuleLevels
from reconciler.manifest.language.shapes.part import Part
from reconciler.manifest.yaml.file_limits import MAX_WHOLE

Version = Literal["reconciler/v1"]


class Server(Part):
    """Where Letta is."""

    url: Annotated[str, Field(min_length=1)]


class SafetyLimits(Part):
    """What one plan may lose or change at most, without an --allow; 0 is nothing."""

    max_deletes: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_WHOLE,
            description="Users' sets that end whole, agents that end in sets that stay, and shared resources "
            "that end: each is counted apart and may be so many",
        ),
    ] = 5
    max_overwrites: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_WHOLE,
            description="Learned values (of blocks, and files of sources) that are written over, or that "
            "end in a set and an agent that stay",
        ),
    ] = 20
    max_change_percent: Annotated[
        int | None,
        Field(
            ge=0,
            le=100,
            description="Share of the existing resources of the run that may change; off unless set",
        ),
    ] = None
    rules: Annotated[
        RuleLevels | None,
        Field(description="Levels of rules in this project; none gives way that stops a run"),
    ] = None
    shared_at_run_time: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="Labels of blocks that may hang on agents of several users without being drift"),
    ] = Field(default_factory=list)


class Project(Part):
    """The namespace: two projects never touch each other's resources."""

    apiVersion: Version
    kind: Literal["Project"]
    name: Annotated[
        Name | None,
        Field(description="The ownership namespace; needed unless --project or RECONCILER_PROJECT says it"),
    ] = None
    description: str = ""
    env: Annotated[
        list[Annotated[str, Field(pattern=NAME)]],
        Field(
            description="Variables of the environment that expressions may read as env.NAME, and so show in "
            "plans and logs; RECONCILER_ENV takes the place of this list. Secrets are {secret_env: NAME}"
        ),
    ] = Field(default_factory=list)
    server: Server | None = None
    safety: SafetyLimits | None = None
    hidden_files: Annotated[
        list[str], Field(description="Patterns of files that manifests may name though a dot hides them")
    ] = Field(default_factory=list)


class Constellation(Part):
    """The template of one user's set."""

    apiVersion: Version
    kind: Literal["Constellation"]
    name: Name
    description: str = ""
    parameters: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Parameter] = Field(
        default_factory=dict
    )
    defaults: Annotated[Agent | None, Field(description="Fields of agents that do not name them")] = None
    blocks: Annotated[dict[Name, Block], Field(description="One of each per user")] = Field(
        default_factory=dict
    )
    sources: dict[Name, Source] = Field(default_factory=dict)
    agents: dict[Name, Agent] = Field(default_factory=dict)
    groups: dict[Name, Group] = Field(default_factory=dict)
    moved: list[Moved] = Field(default_factory=list)


class Shared(Part):
    """What exists once and any constellation may name as shared/<name>."""

    apiVersion: Version
    kind: Literal["Shared"]
    description: str = ""
    blocks: dict[Name, Block] = Field(default_factory=dict)
    sources: dict[Name, Source] = Field(default_factory=dict)
    tools: dict[Name, Tool] = Field(default_factory=dict)
    agents: dict[Name, Agent] = Field(default_factory=dict)
    groups: dict[Name, Group] = Field(default_factory=dict)
    moved: list[Moved] = Field(default_factory=list)


class Overrides(Part):
    """What differs for one user; a named field replaces the whole field."""

    agents: dict[str, Agent] = Field(default_factory=dict)
    blocks: dict[str, Block] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict)
    groups: dict[str, GroupOverride] = Field(default_factory=dict)


class User(Part):
    """One user: the parameters are data and never evaluated."""

    id: Annotated[str, Field(min_length=1)]
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)
    overrides: Overrides | None = None


class UserFile(Part):
    """Users in a table: columns `id` and the parameters."""

    file: Annotated[str, Field(pattern=r"\.(csv|jsonl)$")]


class Users(Part):
    """Who gets a constellation."""

    apiVersion: Version
    kind: Literal["Users"]
    constellation: str
    users: list[User] = Field(default_factory=list)
    from_: Annotated[UserFile | None, Field(alias="from")] = None
    overrides: Annotated[
        dict[str, Overrides], Field(description="What differs for users declared elsewhere, by their ids")
    ] = Field(default_factory=dict)
    moved: Annotated[list[Moved], Field(description="Users who got another id: user/old to user/new")] = (
        Field(default_factory=list)
    )


DOCUMENTS: dict[str, type[Part]] = {
    "Project": Project,
    "Constellation": Constellation,
    "Users": Users,
    "Shared": Shared,
}
"""Every document by its kind."""
