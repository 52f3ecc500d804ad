"""Which variables of the environment expressions may read: those on a list, and no other.

In: the Project document and the environment. Out: a Grant. What an expression reads is shown in plans and
logs, so whoever may change manifests must not choose freely: in CI, RECONCILER_ENV takes the place of the
list, which a pull request could extend. It must not know what an expression is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import Origin
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node

VARIABLE = "RECONCILER_ENV"
"""A comma list that stands instead of the document's; set to nothing, no variable may be read."""
NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"


@dataclass(frozen=True)
class Grant:
    """What may be read, and what is there of it."""

    names: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_fixed: bool = False
    """The environment says so, whatever the document says."""
    project: Origin | None = None
    """Where the Project document is."""

    def line(self, name: str) -> str:
        """What to write where, so that this variable may be read, too."""
        names = sorted({*self.names, name})
        if self.is_fixed:
            return f"{VARIABLE}={','.join(names)}, which stands instead of the `env` of the Project document"
        line = f"`env: [{', '.join(names)}]`"
        if self.project is not None:
            return f"write {line} into the Project document at {self.project}"
        return f"write {line} into a Project document of these paths, or set {VARIABLE}={','.join(names)}"


NOTHING = Grant()


def granted(project: Node | None, environ: Mapping[str, str], findings: Findings) -> Grant:
    """What the manifests of this project may read."""
    fixed = environ.get(VARIABLE)
    if fixed is None:
        names = [node.text for node in project.list("env")] if project else []
    else:
        names = [name for part in fixed.split(",") if (name := part.strip())]
    for name in names:
        if not re.fullmatch(NAME, name):
            where = project.origin if project and fixed is None else None
            findings.error(
                f"{name!r} is no name of a variable",
                where or Origin(VARIABLE),
                hint=f"{VARIABLE}=LETTA_MODEL,LETTA_BASE_URL",
            )
    return Grant(
        frozenset(names),
        {name: environ[name] for name in names if name in environ},
        fixed is not None,
        project.origin if project else None,
    )
