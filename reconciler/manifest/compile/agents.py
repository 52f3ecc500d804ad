"""Agents to blueprints: defaults, private blocks, and everything attached.

In: one agent of a set. Out: its blueprint and those of its private blocks. What a group gives its members
is an attachment of the agent here: the server's own shared_block_ids cannot be read back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from reconciler.manifest.compile.background_turns import put_background_turns
from reconciler.manifest.compile.blueprint import Blueprint, Draft, SecretLeaf, Target
from reconciler.manifest.compile.builtin_tools import BUILTIN_TOOLS
from reconciler.manifest.compile.catalog import Catalog, Section, is_absent, resolve
from reconciler.manifest.compile.fields import put_fields
from reconciler.manifest.compile.ownership import policy_of
from reconciler.manifest.compile.typed_settings import settings_of
from reconciler.manifest.language.computed import Language, Setting
from reconciler.manifest.yaml.findings import did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.values import Ownership, Policy, item_path, key_path


class AgentCompiler:
    """Compiles the agents of one set."""

    def __init__(self, section: Section, catalog: Catalog, language: Language) -> None:
        self._section = section
        self._catalog = catalog
        self._language = language
        self._findings = language.findings

    def compile(self, name: str, node: Node, setting: Setting) -> tuple[Blueprint, ...]:
        """The agent first, then its private blocks."""
        defaults = self._section.node.get("defaults")
        full = defaults.overlaid(node) if defaults else node
        full = Node(full.items, node.origin, full.keys)
        draft = Draft("agent", name, node.origin)
        naming = setting.with_agent_name(name)
        if "description" in full.items:
            draft.description = self._language.scalar(full.items["description"], naming)
        inside = setting.with_agent(name, draft.description)
        put_fields(draft, full, self._language, inside)
        put_background_turns(draft, full, self._section, self._findings)
        if "name" in full.items:
            draft.server_name = self._language.scalar(full.items["name"], inside)
        private = self._private_blocks(draft, full, inside)
        self._shared_blocks(draft, full)
        self._sources(draft, full)
        self._tools(draft, full)
        self._secrets(draft, full)
        self._check(draft, full)
        self._check_settings(draft, full)
        policy = _without_labels(policy_of(draft, full, self._findings), _absent(draft, full))
        if "tool_rules" in full.items or "approvals" in policy.exact:
            draft.named.add("approvals")
        return (draft.done(policy), *private)

    def _private_blocks(self, draft: Draft, node: Node, setting: Setting) -> list[Blueprint]:
        blocks = node.get("memory_blocks")
        if blocks is None:
            return []
        draft.named.add("blocks")
        draft.origins["blocks"] = node.place("memory_blocks")
        found = []
        for label, child in blocks.items.items():
            block = Draft("block", label, blocks.place(label), agent=draft.name)
            block.fixed["label"] = label
            block.description = draft.description
            put_fields(block, child, self._language, setting)
            policy = policy_of(block, child, self._findings)
            if is_absent(node):
                policy = replace(policy, default=Ownership.ABSENT)
            found.append(block.done(policy))
            if not (is_absent(child) or is_absent(node)):
                draft.connect(item_path("blocks", label), Target("block", label, agent=draft.name))
        return found

    def _shared_blocks(self, draft: Draft, node: Node) -> None:
        if "shared_blocks" in node.items:
            draft.named.add("blocks")
            draft.origins.setdefault("blocks", node.place("shared_blocks"))
        seen: set[str] = set()
        for reference in node.list("shared_blocks"):
            if reference.text in seen:
                self._findings.error(f"block {reference.text!r} is listed twice", reference.origin)
                continue
            seen.add(reference.text)
            self._attach(draft, reference, "")
        for group, reference in self._section.given_by_groups.get(draft.name, ()):
            draft.named.add("blocks")
            draft.origins.setdefault("blocks", reference.origin)
            self._attach(draft, reference, group)

    def _attach(self, draft: Draft, reference: Node, group: str) -> None:
        target = resolve(reference, "block", self._section, self._catalog, self._findings)
        if target is None:
            return
        path = item_path("blocks", target.name)
        have = draft.edges.get(path)
        if have is not None and have != target:
            other = "a private block" if have.agent else f"block {str(have)!r}"
            through = f" through group {group!r}" if group else ""
            self._findings.error(
                f"agent {draft.name!r} would get two blocks with the label {target.name!r}",
                reference.origin,
                why=f"it has {other} and is given {str(target)!r}{through}; the server drops one",
                hint="rename one of them",
            )
            return
        draft.connect(path, target)

    def _sources(self, draft: Draft, node: Node) -> None:
        if "sources" in node.items:
            draft.named.add("sources")
            draft.origins["sources"] = node.place("sources")
        for reference in node.list("sources"):
            target = resolve(reference, "source", self._section, self._catalog, self._findings)
            if target is None:
                continue
            path = item_path("sources", str(target) if not self._section.is_shared else target.name)
            if path in draft.edges:
                self._findings.error(f"source {reference.text!r} is listed twice", reference.origin)
            draft.connect(path, target)

    def _tools(self, draft: Draft, node: Node) -> None:
        if "tools" in node.items:
            draft.named.add("tools")
            draft.origins["tools"] = node.place("tools")
        declared = self._catalog.shared.names("tool")
        seen: set[str] = set()
        for reference in node.list("tools"):
            name = reference.text.removeprefix("shared/")
            path = item_path("tools", name)
            if name in seen:
                self._findings.error(f"tool {name!r} is listed twice", reference.origin)
            seen.add(name)
            if name in declared:
                draft.connect(path, Target("tool", name, shared=True))
            elif name != reference.text:
                hint = did_you_mean(reference.text, [f"shared/{each}" for each in declared])
                self._findings.error(f"there is no tool {reference.text!r}", reference.origin, hint=hint)
            else:
                self._unknown_tool(reference, declared)
                draft.fixed[path] = name

    def _unknown_tool(self, reference: Node, declared: Collection[str]) -> None:
        if reference.text in BUILTIN_TOOLS:
            return

        def hint() -> str:
            similar = did_you_mean(reference.text, [*BUILTIN_TOOLS, *declared])
            return similar if similar.startswith("did") else "declare it in a document of kind: Shared"

        self._findings.warning(
            f"tool {reference.text!r} is neither built in nor declared",
            reference.origin,
            why="it must be on the server already, or apply fails",
            hint=hint,
        )

    def _secrets(self, draft: Draft, node: Node) -> None:
        secrets = node.get("secrets")
        if secrets is None:
            return
        draft.named.add("secrets")
        draft.origins["secrets"] = node.place("secrets")
        for key, child in secrets.items.items():
            variable = child.items["secret_env"]
            draft.secrets.append(SecretLeaf(key_path("secrets", key), variable.text, variable.origin))

    def _check(self, draft: Draft, node: Node) -> None:
        if "model" not in node.items and not is_absent(node):
            self._findings.error(
                f"agent {draft.name!r} has no model",
                node.origin,
                why="the server refuses to create an agent without one",
                hint="name one here, or under `defaults`",
            )
        attached = {path for path in draft.paths if path.startswith("tools[")}
        for rule in node.list("tool_rules"):
            tool = rule.get("tool_name")
            if tool and tool.text and item_path("tools", tool.text) not in attached:
                self._findings.warning(
                    f"a rule names the tool {tool.text!r}, which the agent does not have", tool.origin
                )

    def _check_settings(self, draft: Draft, node: Node) -> None:
        """What is wrong for everybody is said once; what varies is asked again for each user."""
        settings = settings_of(node, ((path, name) for path, name, _ in draft.computed))
        found = settings.problems(draft.fixed) if settings else ()
        for each in found:
            self._findings.error(each.summary, each.where, why=each.why, hint=each.hint)
        draft.settings = settings if settings and settings.varying and not found else None


def _absent(draft: Draft, node: Node) -> Iterator[str]:
    """Where a block would hang whose label the agent must not have; a shared block may take that place."""
    blocks = node.get("memory_blocks")
    for label, child in blocks.items.items() if blocks else ():
        if is_absent(child) and item_path("blocks", label) not in draft.edges:
            yield item_path("blocks", label)


def _without_labels(policy: Policy, paths: Iterable[str]) -> Policy:
    """Whoever put a block there, it comes off."""
    return replace(policy, fields={**policy.fields, **dict.fromkeys(paths, Ownership.ABSENT)})
