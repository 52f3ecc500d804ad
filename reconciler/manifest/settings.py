"""The Project document, or what stands for it.

In: the node of the Project document and the environment. Out: ProjectSettings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Origin
from reconciler.manifest.discover import default_name
from reconciler.manifest.language import Language, Setting
from reconciler.manifest.node import Node
from reconciler.manifest.template import Fixed


@dataclass(frozen=True)
class Safety:
    """What one plan may do at most."""

    max_deletes: int = 5
    max_change_percent: int = 30


@dataclass(frozen=True)
class ProjectSettings:
    """The namespace and where its server is."""

    name: str
    server_url: str | None
    safety: Safety
    root: Path
    origin: Origin | None


def settings_of(node: Node | None, root: Path, language: Language) -> ProjectSettings:
    """Settings of a project; flags and environment override them later."""
    if node is None:
        return ProjectSettings(default_name(root), None, Safety(), root, None)
    url = None
    server = node.entries("server").get("url")
    if server is not None:
        value = language.scalar(server, Setting({"env": None}, {"env": language.environ}))
        url = str(value.value).strip() if isinstance(value, Fixed) else None
        if url and not url.startswith(("http://", "https://")):
            language.findings.error(
                f"{url!r} is not the address of a server", server.origin, hint="write https://..."
            )
    limits = {name: child.value for name, child in node.entries("safety").items()}
    return ProjectSettings(
        node.word("name") or default_name(root), url or None, Safety(**limits), root, node.origin
    )
