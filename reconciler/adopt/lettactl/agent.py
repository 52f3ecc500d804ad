"""One agent of a fleet file.

In: its node and what the fleet shares. Out: the body of a shared agent. It must not look at other agents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.adopt.lettactl.contents import Contents
from reconciler.adopt.lettactl.folder import Desk
from reconciler.adopt.lettactl.keys import (
    AGENT,
    BASE_TOOLS,
    COMPACTION,
    LOST_OF_AGENTS,
    MODEL,
    PROMPT,
    REQUIRED,
    SECRET,
)
from reconciler.export.manifest_keys import literal
from reconciler.manifest.names import reserved
from reconciler.manifest.yaml.findings import did_you_mean
from reconciler.manifest.yaml.node import Node

_FENCE = "```"
_BASE_PROMPT = "config/base-letta-system.md"


@dataclass(frozen=True, slots=True)
class AgentConverter:
    """Converts agents of one fleet."""

    desk: Desk
    contents: Contents
    global_secrets: Mapping[str, Node]

    def body(self, node: Node, key: str) -> dict[str, Any]:
        """Everything of an agent that manifests can say."""
        self._check(node)
        body: dict[str, Any] = {"description": literal(node.word("description"))}
        body |= self._system(node, key)
        body |= self._model(node)
        body |= self._compaction(node)
        parts = {
            "memory_blocks": dict(self._private_blocks(node, key)),
            "shared_blocks": list(self._shared_blocks(node)),
            "sources": list(self._sources(node)),
            "tools": list(dict.fromkeys(self._tools(node))),
            "tags": list(self._tags(node)),
            "secrets": dict(self._secrets(node)),
        }
        return {**body, **{name: value for name, value in parts.items() if value}}

    def _check(self, node: Node) -> None:
        for name in REQUIRED:
            if name not in node.items:
                self.desk.findings.error(f"{name!r} of an agent is missing", node.origin)
        self.desk.keys(node, AGENT, "an agent")
        for name, why in LOST_OF_AGENTS.items():
            child = node.get(name)
            if child is not None and child.value not in (None, [], {}, False):
                self.desk.lost(node.place(name), f"{name!r} of an agent", why)

    def _system(self, node: Node, key: str) -> dict[str, Any]:
        """Trimmed, out of its fence and behind the base prompt, as lettactl sends it."""
        prompt = node.get("system_prompt")
        if prompt is None or not self.desk.keys(prompt, PROMPT, "'system_prompt'"):
            return {}
        text = self.desk.text_of(prompt)
        if text is None:
            return {}
        text = text.strip()
        if text.startswith(_FENCE) and text.endswith(_FENCE):
            text = text.removeprefix(_FENCE).removesuffix(_FENCE).strip()
        alone = prompt.get("disable_base_prompt")
        base = None if alone and alone.value else self.desk.folder.read(_BASE_PROMPT)
        if base is not None:
            text = f"{base.decode('utf-8-sig', 'replace').strip()}\n\n{text}"
        return {"system": self.contents.texts.aside(literal(text), "prompts", key)}

    def _model(self, node: Node) -> dict[str, Any]:
        body: dict[str, Any] = {}
        config = node.get("llm_config")
        if config is not None and self.desk.keys(config, MODEL, "'llm_config'"):
            body["model"] = self.desk.word(config, "model", "'llm_config'")
            window, most = config.get("context_window"), config.get("max_tokens")
            if window is not None and window.value is not None:
                body["context_window_limit"] = window.value
            if most is not None and most.value is not None:
                body["model_settings"] = {"max_output_tokens": most.value}
        embedding = node.word("embedding")
        return {**body, **({"embedding": embedding} if embedding else {})}

    def _compaction(self, node: Node) -> dict[str, Any]:
        settings = node.get("compaction_settings")
        if settings is None or not self.desk.keys(settings, COMPACTION, "'compaction_settings'"):
            return {}
        found = {
            key: literal(child.plain()) for key, child in settings.items.items() if child.value is not None
        }
        if not isinstance(found.get("prompt_acknowledgement", False), bool):
            self.desk.lost(
                settings.place("prompt_acknowledgement"), "'prompt_acknowledgement'", "it is a yes or no"
            )
            del found["prompt_acknowledgement"]
        return {"compaction_settings": found} if found else {}

    def _private_blocks(self, node: Node, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        seen: set[str] = set()
        for child in self.desk.elements(node, "memory_blocks"):
            made = self.contents.block(child, f"{key}-{child.word('name')}")
            if made is not None and made[0] in seen:
                self.desk.findings.error(f"block {made[0]!r} is declared twice", child.origin)
            elif made is not None:
                seen.add(made[0])
                yield made

    def _shared_blocks(self, node: Node) -> Iterator[str]:
        known = self.contents.shared.bodies.get("block", {})
        for name in self.desk.words(node, "shared_blocks"):
            if name.text in known:
                yield name.text
            else:
                self.desk.findings.error(
                    f"there is no shared block {name.text!r}",
                    name.origin,
                    hint=did_you_mean(name.text, known),
                )

    def _sources(self, node: Node) -> Iterator[str]:
        for folder in self.desk.elements(node, "folders"):
            made = self.contents.folder(folder, node.word("embedding"))
            if made is not None:
                yield made
        for name in self.desk.words(node, "shared_folders"):
            if name.text in self.contents.sources:
                yield self.contents.sources[name.text]
            else:
                hint = did_you_mean(name.text, self.contents.sources)
                self.desk.findings.error(f"there is no shared folder {name.text!r}", name.origin, hint=hint)

    def _tools(self, node: Node) -> Iterator[str]:
        for item in self.desk.elements(node, "tools"):
            name = item.text or item.word("name")
            if isinstance(item.value, dict) and "from_bucket" in item.items:
                why = "only files are read"
                self.desk.lost(item.origin, f"the source of tool {name!r}", why, "put it into tools")
            if name == "tools/*":
                for path in sorted(self.desk.folder.files_below("tools")):
                    stem = path.removeprefix("tools/").removesuffix(".py")
                    if path.endswith(".py") and "/" not in stem and not stem.startswith("_"):
                        yield self.contents.tool(item, stem)
            elif name:
                yield self.contents.tool(item, name)
            else:
                self.desk.findings.error("a tool must be a name", item.origin)
        base = node.get("include_base_tools")
        memory = node.entries("memory").get("mode")
        if base.value is True if base else not (memory and memory.text == "memfs"):
            yield from BASE_TOOLS

    def _tags(self, node: Node) -> Iterator[str]:
        for tag in self.desk.words(node, "tags"):
            why = reserved(tag.text)
            if why:
                self.desk.lost(tag.origin, f"the tag {tag.text!r}", why)
            else:
                yield literal(tag.text)

    def _secrets(self, node: Node) -> Iterator[tuple[str, dict[str, str]]]:
        for name, child in {**self.global_secrets, **node.entries("secrets")}.items():
            if self.desk.keys(child, SECRET, f"secret {name!r}"):
                variable = child.word("from_env") or name
                if "value" in child.items:
                    why = f"values of secrets never stand in manifests: set the variable {variable}"
                    self.desk.lost(child.origin, f"the value of secret {name!r}", why)
                yield name, {"secret_env": variable}
