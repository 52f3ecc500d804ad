"""A set as the manifests write it to blueprints.

In: one constellation (or the shared set), the catalog and the language. Out: blueprints by kind and name.
It must not know users; whatever is the same for all of them is computed here, once.
"""

from __future__ import annotations

from collections import Counter

from reconciler.kinds import KINDS, SECTIONS
from reconciler.manifest.compile.agents import AgentCompiler
from reconciler.manifest.compile.blueprint import Blueprint, Draft
from reconciler.manifest.compile.catalog import Catalog, Section, is_absent
from reconciler.manifest.compile.fields import put, put_fields
from reconciler.manifest.compile.groups import compile_group
from reconciler.manifest.compile.ownership import policy_of
from reconciler.manifest.compile.tool_source import check_tool
from reconciler.manifest.language.computed import Language, Setting
from reconciler.manifest.language.named_files import Unusable
from reconciler.manifest.language.values import Fixed
from reconciler.manifest.yaml.node import Node
from reconciler.values import item_path

Key = tuple[str, str]
"""Kind and name."""


def compile_set(
    section: Section, catalog: Catalog, language: Language, setting: Setting
) -> dict[Key, tuple[Blueprint, ...]]:
    """Every resource of a set; the private blocks of an agent stand with it."""
    found: dict[Key, tuple[Blueprint, ...]] = {}
    for key, kind in SECTIONS.items():
        for name in section.node.entries(key):
            found[kind, name] = compile_one(kind, name, section, catalog, language, setting)
    return found


def compile_one(
    kind: str, name: str, section: Section, catalog: Catalog, language: Language, setting: Setting
) -> tuple[Blueprint, ...]:
    """One resource with what belongs to it."""
    node = section.names(kind)[name]
    match kind:
        case "source":
            return (_source(name, node, section, language, setting),)
        case "tool":
            return (_tool(name, node, language, setting),)
        case "agent":
            return AgentCompiler(section, catalog, language).compile(name, node, setting)
        case "group":
            return (compile_group(name, node, section, catalog, language, setting),)
        case _:
            return (_plain(kind, name, node, language, setting),)


def _plain(kind: str, name: str, node: Node, language: Language, setting: Setting) -> Blueprint:
    """One of a kind that has nothing but fields; what has no name of its own is called by its key."""
    draft = Draft(kind, name, node.origin)
    if KINDS[kind].is_named:
        _name(draft, node, language, setting)
    else:
        draft.fixed[KINDS[kind].called_by] = name
    put_fields(draft, node, language, setting)
    return draft.done(policy_of(draft, node, language.findings))


def _name(draft: Draft, node: Node, language: Language, setting: Setting) -> None:
    if "name" in node.items:
        draft.server_name = language.scalar(node.items["name"], setting)


def _source(name: str, node: Node, section: Section, language: Language, setting: Setting) -> Blueprint:
    default = section.node.entries("defaults").get("embedding")
    if "embedding" not in node.items and default is not None:
        node = Node({"embedding": default}, default.origin, {"embedding": default.origin}).overlaid(node)
    draft = Draft("source", name, node.origin)
    put_fields(draft, node, language, setting)
    _name(draft, node, language, setting)
    if "embedding" not in node.items and not is_absent(node):
        language.findings.error(
            f"source {name!r} has no embedding",
            node.origin,
            why="the server needs a model to index files with",
            hint="name one here, or under `defaults` of the constellation",
        )
    _files(draft, node, language)
    return draft.done(policy_of(draft, node, language.findings))


def _files(draft: Draft, node: Node, language: Language) -> None:
    places: Counter[str] = Counter()
    for item in node.list("files"):
        named = item.get("path") or item
        try:
            found = language.files.matching(named.text, named.origin)
            for base, path in found:
                upload = item.word("as") or base
                places[upload] += 1
                if places[upload] == 2:
                    raise Unusable(
                        f"two files of source {draft.name!r} are called {upload!r}",
                        why="the server knows files by their name without folders",
                        hint="give one another name: {path: ..., as: ...}",
                    )
                draft.fixed[item_path("files", upload)] = language.files.content(path)
        except Unusable as unusable:
            language.unusable(unusable, named)


def _tool(name: str, node: Node, language: Language, setting: Setting) -> Blueprint:
    draft = Draft("tool", name, node.origin)
    put_fields(draft, node, language, setting)
    file = node.items["file"]
    try:
        path = language.files.find(file.text, file.origin)
        source = language.files.text(path)
        check_tool(source, name, language.files.relative(path))
        put(draft, "source_code", "source_code", Fixed(source, file.origin), language.findings)
    except Unusable as unusable:
        language.unusable(unusable, file)
    draft.origins["source_code"] = file.origin
    return draft.done(policy_of(draft, node, language.findings))
