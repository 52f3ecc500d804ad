"""The plan as a JSON document: the shape other programs may rely on.

In and out: pydantic models, from which `schemas/plan.schema.json` is generated. A minor step of
`format_version` only adds keys, a major step may change them; since 1.1 the digest covers the whole document,
since 1.2 `sets` say what the record of each set will hold, since 1.4 also which drop parameters.
It must not convert anything; `codec` does.

A leaf is plain JSON, except: `{"$secret_env": "NAME"}` stands for a secret (its value is never here),
`{"$file": "path", "sha256": "...", "size": 12}` for a file, `{"$json": {...}}` for a mapping whose own
keys begin with a dollar sign. A key that is missing means that the value is not set.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION = "1.4"

Json = Any
JsonLeaves = dict[str, Json]


class Model(BaseModel):
    """No unknown keys: a typo in a plan file must not pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MarkerDocument(Model):
    """Whose a resource is and what was last applied to it: path to digest."""

    project: str
    address: str
    base: dict[str, str]
    released: list[str] = []


class InlineDocument(Model):
    """A private block made by its agent's create request."""

    address: str
    leaves: JsonLeaves
    marker: MarkerDocument


class CreateDocument(Model):
    """Make a resource."""

    op: Literal["create"] = "create"
    address: str
    server_name: str
    leaves: JsonLeaves
    marker: MarkerDocument
    inline: list[InlineDocument] = []


class UpdateDocument(Model):
    """Change fields in place; `expect` are digests of leaves that must not have moved.

    Without a marker the one on the resource is taken off; one that `is_marked` stands there already.
    """

    op: Literal["update"] = "update"
    address: str
    id: str
    changed: list[str]
    after: JsonLeaves
    marker: MarkerDocument | None = None
    expect: dict[str, str] = {}
    is_marked: bool = False


class EdgeDocument(Model):
    """Attach something to an agent, or take it off."""

    op: Literal["attach", "detach"]
    address: str
    field: str
    item: str
    target: str


class UploadDocument(Model):
    """Put a file into a source, in the place of the files of that name with these ids."""

    op: Literal["upload"] = "upload"
    address: str
    name: str
    content: Json
    replaces: list[str] = []


class RemoveFileDocument(Model):
    """Take the files of a name with these ids out of a source."""

    op: Literal["remove_file"] = "remove_file"
    address: str
    name: str
    ids: list[str] = []


class CarryDocument(Model):
    """Give a resource what the one it replaces has on the server; `leave` are paths decided otherwise."""

    op: Literal["carry"] = "carry"
    address: str
    old: str
    leave: list[str] = []


class RecompileDocument(Model):
    """Bring an agent's in-context prompt up to date."""

    op: Literal["recompile"] = "recompile"
    address: str


class DeleteDocument(Model):
    """Remove a resource; `expect` are digests of leaves that must not have moved."""

    op: Literal["delete"] = "delete"
    address: str
    id: str
    expect: dict[str, str] = {}


OperationDocument = Annotated[
    CreateDocument
    | UpdateDocument
    | EdgeDocument
    | UploadDocument
    | RemoveFileDocument
    | CarryDocument
    | RecompileDocument
    | DeleteDocument,
    Field(discriminator="op"),
]


class FieldDocument(Model):
    """One leaf: base is a digest, live and desired are values; a missing key is a value not set."""

    path: str
    verdict: Literal["unchanged", "intended", "drift", "learned", "converged", "conflict"]
    ownership: Literal["enforced", "seeded", "merged", "observed", "absent"]
    effect: Literal["nothing", "write", "keep", "merge", "record"]
    base: str | None = None
    live: Json = None
    desired: Json = None
    merged: Json = None
    note: str = ""


class ChangeDocument(Model):
    """What happens to one resource; consumers scan `action` for delete and replace."""

    address: str
    action: Literal[
        "create", "update", "replace", "delete", "adopt", "forget", "attach", "detach", "keep", "defer"
    ]
    reason: str
    server_name: str = ""
    id: str = ""
    fields: list[FieldDocument] = []
    operations: list[OperationDocument] = []
    afterwards: list[OperationDocument] = []
    requires: list[str] = []
    carried_by: str | None = None
    moved_from: str | None = None
    fingerprint: str = ""
    messages: int = 0
    passages: int = 0
    used_by: list[str] = []
    takes_along: list[str] = []
    protected: bool = False
    origin: str = ""


class FindingDocument(Model):
    """One field that differs without any intent of the manifests."""

    address: str
    field: FieldDocument


class DiagnosticDocument(Model):
    """One thing a person should know; an error means the plan can be printed but never applied."""

    severity: Literal["error", "refused", "warning"]
    summary: str
    address: str = ""
    where: str = ""
    why: str = ""
    hint: str = ""


class RequestsDocument(Model):
    """Requests it took to make the plan, and that an apply will send."""

    reads: int
    writes: int
    looks: int = 0
    """To look again, right before a write, at what it changes or deletes."""
    lock: int = 0
    """For the lock that keeps other machines out, reads and writes together."""
    records: int = 0
    """For the records of changed sets, reads and writes together."""


class LimitsDocument(Model):
    """The thresholds of the project, under `safety`."""

    max_deletes: int = 5
    max_overwrites: int = 20
    max_change_percent: int | None = None


class SetDocument(Model):
    """A set the run is about, such as `coach/42`: the digest of what is desired of it, what of it must not
    end, what will count as last applied (by address and path; null for what no longer counts), the texts that
    merges will start from, what it lets go of, and whether what a program gave its user counts no more."""

    set: str
    digest: str = ""
    protect: list[str] = []
    by_apply: bool = True
    noted: dict[str, dict[str, str | None]] = {}
    texts: dict[str, dict[str, str]] = {}
    let_go: list[str] = []
    drops_parameters: bool = False


class PlanDocument(Model):
    """A whole plan."""

    format_version: str = FORMAT_VERSION
    project: str
    server: str = ""
    digest: str
    safety: LimitsDocument = LimitsDocument()
    requests: RequestsDocument
    summary: dict[str, int]
    compared: int = 0
    whole: bool = False
    """Whether the run was about the whole project."""
    changes: list[ChangeDocument] = []
    kept: list[ChangeDocument] = []
    drift: list[FindingDocument] = []
    learned: list[FindingDocument] = []
    conflicts: list[FindingDocument] = []
    diagnostics: list[DiagnosticDocument] = []
    ids: dict[str, str] = {}
    sets: list[SetDocument] = []
