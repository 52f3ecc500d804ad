"""Small manifest trees for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from reconciler.errors import Diagnostic
from reconciler.manifest import Manifests, load, validate
from reconciler.values import Address, DesiredResource

VERSION = "apiVersion: reconciler/v1\n"
ONE_USER = "users: [{id: ada}]"
AGENT = "agents: {coach: {model: letta/letta-free}}\n"


def tree(folder: Path, constellation: str, users: str = ONE_USER, **files: str) -> Path:
    """A folder with one constellation `team`; `persona_md` becomes the file persona.md."""
    body = dedent(constellation).strip("\n")
    roll = dedent(users).strip("\n")
    template = f"{VERSION}kind: Constellation\nname: team\n{body}\n"
    text = f"{template}---\n{VERSION}kind: Users\nconstellation: team\n{roll}\n"
    (folder / "main.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(content, encoding="utf-8")
    return folder


def loaded(
    folder: Path,
    constellation: str,
    users: str = ONE_USER,
    environ: Mapping[str, str] | None = None,
    **files: str,
) -> Manifests:
    """The manifests of such a tree."""
    return load([tree(folder, constellation, users, **files)], environ or {})


def resources(manifests: Manifests) -> dict[str, DesiredResource]:
    """Everything desired, by the text of its address."""
    return {str(resource.address): resource for resource in manifests.desired()}


def said(folder: Path, environ: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    """What validate says about a folder."""
    return validate([folder], environ or {})


def address(text: str) -> Address:
    """An address from its text."""
    return Address.parse(text)
