"""The Project document, or what stands for it, and what to say where nobody names the project.

In: the node of the Project document and the environment. Out: ProjectSettings. It must not ask a server.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Origin, ReconcilerError
from reconciler.manifest.files.discovery import default_name
from reconciler.manifest.language.computed import Language
from reconciler.manifest.language.values import Fixed
from reconciler.manifest.yaml.node import Node
from reconciler.rules import AS_THEY_ARE, Level, Turns
from reconciler.values import UNSET

_LABELS = "shared_at_run_time"
_RULES = "rules"
NAME_VARIABLE = "RECONCILER_PROJECT"
"""The environment's name of the project; it wins over the document's, as a flag does."""


@dataclass(frozen=True)
class Safety:
    """What one plan may do at most."""

    max_deletes: int = 5
    max_overwrites: int = 20
    max_change_percent: int | None = None
    shared_at_run_time: frozenset[str] = frozenset()
    """Labels of blocks that may hang on agents of several users."""
    rules: Turns = AS_THEY_ARE
    """Levels the project gives to rules."""


@dataclass(frozen=True)
class ProjectSettings:
    """The namespace and where its server is."""

    name: str
    """Empty where the manifests do not say: never the folder's, which differs from checkout to checkout."""
    server_url: str | None
    safety: Safety
    root: Path
    origin: Origin | None


def settings_of(node: Node | None, root: Path, language: Language) -> ProjectSettings:
    """Settings of a project; flags and environment override them later."""
    if node is None:
        return ProjectSettings("", None, Safety(), root, None)
    url = None
    server = node.entries("server").get("url")
    if server is not None:
        value = language.scalar(server, language.outside)
        url = str(value.value).strip() if isinstance(value, Fixed) and value.value is not UNSET else None
        if url and not url.startswith(("http://", "https://")):
            language.findings.error(
                f"{url!r} is not the address of a server", server.origin, hint="write https://..."
            )
    return ProjectSettings(node.word("name"), url or None, _safety(node), root, node.origin)


def _safety(node: Node) -> Safety:
    said = dict(node.entries("safety"))
    labels = said.pop(_LABELS, None)
    shared = frozenset(child.text for child in labels.elements) if labels is not None else frozenset()
    rules = Turns({name: Level(child.text) for name, child in _levels(said.pop(_RULES, None))})
    return Safety(
        **{name: child.value for name, child in said.items()}, shared_at_run_time=shared, rules=rules
    )


def _levels(node: Node | None) -> Iterator[tuple[str, Node]]:
    """What the document says of each rule; a key without a value says nothing."""
    yield from ((name, child) for name, child in (node.items if node else {}).items() if child.text)


def name_missing(
    settings: ProjectSettings, url: str = "", on_server: Sequence[str] | None = ()
) -> ReconcilerError:
    """What to say, and the line to write, where a project needs a name.

    `on_server` are the projects that own something on the server at `url`; None when it could not be asked.
    """
    folder = default_name(settings.root)
    known = on_server or ()
    name = folder if folder in known or not known else "NAME"
    if folder in known:
        why = (
            f"{url} holds resources of project {folder!r}, the name of this folder, which used to be taken; "
            "another checkout may have another"
        )
    else:
        why = "the name says what on the server belongs to the project, and a folder may be called anything"
    if known and folder not in known:
        shown = ", ".join(sorted(known)[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
        why += f"; {url} holds resources of: {shown} (NAME is one of these if they are this project's)"
    if on_server is None:
        why += f"; {url} did not answer, so what it holds is not known"
    return ReconcilerError(
        "the project has no name",
        why=why,
        hint=f"{_line(settings, name)}; or --project {name}, or {NAME_VARIABLE}={name}",
    )


_SHOWN = 10
"""Names of projects that one message lists."""


def _line(settings: ProjectSettings, name: str) -> str:
    """How to write the name down."""
    if settings.origin is not None:
        return f"write `name: {name}` into the Project document at {settings.origin}"
    document = f"---\\napiVersion: reconciler/v1\\nkind: Project\\nname: {name}\\n"
    return f"printf -- '{document}' >> {shlex.quote(str(settings.root / 'project.yaml'))}"
