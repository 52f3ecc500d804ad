"""Blocks, folders and tools of a fleet file.

In: nodes. Out: bodies for manifests. It must not know agents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.adopt.lettactl.folder import Desk
from reconciler.adopt.lettactl.keys import BLOCK, FOLDER
from reconciler.export.documents import Part
from reconciler.export.manifest_keys import literal
from reconciler.export.naming import is_identifier
from reconciler.export.text_files import Texts
from reconciler.manifest.compile.tool_source import check_tool
from reconciler.manifest.language.named_files import Unusable
from reconciler.manifest.names import SERVER_NAME
from reconciler.manifest.yaml.node import Node

EMBEDDING_VARIABLE = "LETTA_EMBEDDING_MODEL"
EMBEDDING = f"${{{{ env.{EMBEDDING_VARIABLE} | default('letta/letta-free') }}}}"
_EVERYTHING = ("files/*", "files/**/*")


@dataclass(slots=True)
class Contents:
    """What agents are attached to, in the making."""

    desk: Desk
    texts: Texts
    shared: Part
    sources: dict[str, str] = field(default_factory=dict)
    """Folder name to the name of its source."""
    _tools: dict[str, bool] = field(default_factory=dict)

    def block(self, node: Node, file: str) -> tuple[str, dict[str, Any]] | None:
        """Label and body of a block."""
        if not self.desk.keys(node, BLOCK, "a block"):
            return None
        label = self.desk.word(node, "name", "a block")
        text = self.desk.text_of(node, f"memory-blocks/{label}.md")
        if not is_identifier(label):
            self.desk.lost(node.origin, f"block {label!r}", "a label here has letters, digits, - and _ only")
            return None
        body: dict[str, Any] = {"description": literal(self.desk.word(node, "description", "a block"))}
        limit = node.get("limit")
        if limit is None or isinstance(limit.value, bool) or not isinstance(limit.value, int):
            self.desk.findings.error("'limit' of a block must be a whole number", (limit or node).origin)
        else:
            body["limit"] = self._limit(limit, text or "")
        if "version" in node.items:
            self.desk.lost(node.place("version"), "'version' of a block", "git knows the versions")
        if text is not None:
            body["value"] = self.texts.aside(literal(text), "blocks", file)
        owned = node.get("agent_owned")
        return label, {**body, "ownership": {"value": "enforced"}} if owned and owned.value is False else body

    def _limit(self, limit: Node, text: str) -> int:
        if len(text) <= limit.value:
            return int(limit.value)
        why = f"the text has {len(text):,} characters, and a limit is kept here"
        self.desk.findings.warning(f"the limit of {limit.value:,} is raised", limit.origin, why=why)
        return len(text)

    def folder(self, node: Node, embedding: str) -> str | None:
        """The name of the source a folder becomes."""
        if not self.desk.keys(node, FOLDER, "a folder"):
            return None
        called = self.desk.word(node, "name", "a folder")
        if called in self.sources:
            self.desk.findings.error(f"folder {called!r} is declared twice", node.origin)
            return None
        if not SERVER_NAME.fullmatch(called):
            self.desk.lost(node.origin, f"folder {called!r}", "names hold letters, digits, space, _, - and '")
            return None
        name = self.sources[called] = self.shared.give("source", called)
        body: dict[str, Any] = {"name": called} if name != called else {}
        body["embedding"] = embedding or EMBEDDING
        files = list(self._files(node, name))
        self.shared.put("source", name, {**body, **({"files": files} if files else {})})
        return name

    def _files(self, node: Node, source: str) -> Iterator[Any]:
        seen: set[str] = set()
        taken: set[str] = set()
        for item in self.desk.elements(node, "files"):
            if isinstance(item.value, dict):
                self.desk.lost(item.origin, "a file from a bucket", "only files are read", "download it")
                continue
            paths = self.desk.folder.files_below("files") if item.text in _EVERYTHING else [item.text]
            for path in sorted(paths):
                data = self.desk.folder.read(path)
                if data is None:
                    self.desk.findings.error(f"there is no file {path!r}", item.origin)
                elif path not in seen:
                    seen.add(path)
                    yield self._file(path, data, source, taken)

    def _file(self, path: str, data: bytes, source: str, taken: set[str]) -> Any:
        """The server knows files by their name without folders: a second one is called by its path."""
        base = path.rpartition("/")[2]
        name = base if base not in taken else path.replace("/", "-")
        taken.add(name)
        stem, dot, suffix = name.rpartition(".")
        kept = self.texts.put(data, f"files/{source}", stem if dot else name, f".{suffix}" if dot else "")
        is_same = kept.rpartition("/")[2] == name and not set("*?[") & set(kept)
        return kept if is_same else {"path": kept, "as": name}

    def tool(self, named: Node, name: str) -> str:
        """What agents name; its source is taken along when it lies in `tools`."""
        if name not in self._tools:
            data = self.desk.folder.read(f"tools/{name}.py")
            self._tools[name] = data is not None and self._declare(named, name, data)
        return f"shared/{name}" if self._tools[name] else name

    def _declare(self, named: Node, name: str, data: bytes) -> bool:
        try:
            check_tool(data.decode("utf-8-sig"), name, f"tools/{name}.py")
        except (Unusable, UnicodeDecodeError) as error:
            why = error.summary if isinstance(error, Unusable) else "it is not UTF-8 text"
            hint = "mend it, or have the tool on the server before apply"
            self.desk.lost(named.origin, f"the source of tool {name!r}", why, hint)
            return False
        self.shared.put("tool", name, {"file": self.texts.put(data, "tools", name, ".py")})
        return True
