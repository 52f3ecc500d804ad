"""The folder a fleet file belongs to, and how its entries are looked at.

In: nodes of the fleet file. Out: texts, bytes and findings with places. It must not open files itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.errors import Origin
from reconciler.manifest.yaml.findings import Findings, did_you_mean, kind_of
from reconciler.manifest.yaml.node import Node

NOT_CARRIED = "not carried over"


@dataclass(frozen=True, slots=True)
class Folder:
    """`read` gives the bytes of a file, or None; `files_below` the files of a folder, however deep."""

    read: Callable[[str], bytes | None]
    files_below: Callable[[str], list[str]]

    def at(self, root: str) -> Folder:
        """The same, from another root."""
        return Folder(
            lambda path: self.read(posixpath.normpath(posixpath.join(root, path))),
            lambda path: [
                posixpath.relpath(found, root)
                for found in self.files_below(posixpath.normpath(posixpath.join(root, path)))
            ],
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """What everything that converts a part of the file shares."""

    folder: Folder
    findings: Findings

    def keys(self, node: Node, known: frozenset[str], what: str) -> bool:
        """Whether it is a mapping; unknown keys are told."""
        if not isinstance(node.value, dict):
            self.findings.error(f"{what} must be a mapping, found {kind_of(node.plain())}", node.origin)
            return False
        for key in node.items:
            if key not in known:
                hint = did_you_mean(key, known)
                self.findings.error(f"unknown key {key!r} in {what}", node.place(key), hint=hint)
        return True

    def elements(self, node: Node, key: str) -> list[Node]:
        """A list under a key; empty when there is none."""
        child = node.get(key)
        if child is None or child.value is None:
            return []
        if not isinstance(child.value, list):
            self.findings.error(f"{key!r} must be a list, found {kind_of(child.plain())}", child.origin)
            return []
        return child.elements

    def words(self, node: Node, key: str) -> Iterator[Node]:
        """The texts of a list under a key."""
        for each in self.elements(node, key):
            if each.text:
                yield each
            else:
                self.findings.error(f"an entry of {key!r} must be text", each.origin)

    def word(self, node: Node, key: str, what: str) -> str:
        """A text that has to be there."""
        child = node.get(key)
        if child is None:
            self.findings.error(f"{key!r} of {what} is missing", node.origin)
        elif not child.text.strip():
            self.findings.error(f"{key!r} of {what} must be text", child.origin)
        return child.text if child else ""

    def lost(self, where: Origin, what: str, why: str, hint: str = "") -> None:
        """Something the manifests do not say."""
        self.findings.warning(f"{what}: {NOT_CARRIED}", where, why=why, hint=hint)

    def file(self, named: Node) -> bytes | None:
        """The bytes of a file the fleet names."""
        data = self.folder.read(named.text)
        if data is None:
            self.findings.error(
                f"there is no file {named.text!r}", named.origin, why="names are relative to the fleet's root"
            )
        return data

    def text_of(self, node: Node, otherwise: str = "") -> str | None:
        """What `value` or `from_file` give, else a file of a usual name; None when it cannot be had."""
        value, named = node.get("value"), node.get("from_file")
        if value is not None:
            return value.text
        if named is not None:
            data = self.file(named)
        elif "from_bucket" in node.items:
            self.lost(node.place("from_bucket"), "a text from a bucket", "only files are read", "download it")
            return None
        else:
            data = self.folder.read(otherwise) if otherwise else None
            if data is None:
                self.findings.error("there is neither value nor from_file", node.origin)
        try:
            return None if data is None else data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            self.findings.error("the file is not UTF-8 text", (named or node).origin)
            return None
