"""What the manifests declare, by name, and what a reference names.

In: the documents of a project. Out: every declared thing once, and targets for references. Two documents
that declare one name are an error that lists both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.errors import Origin
from reconciler.kinds import KINDS, SECTIONS
from reconciler.kinds.group import DEFAULT_MANAGER, IN_BACKGROUND
from reconciler.manifest.compile.blueprint import Target
from reconciler.manifest.yaml.findings import Findings, did_you_mean
from reconciler.manifest.yaml.node import Node, mapping
from reconciler.values import SHARED, Ownership

_PREFIX = f"{SHARED}/"


@dataclass(frozen=True, slots=True)
class ManagedGroup:
    """A group as far as its manager is concerned."""

    name: str
    manager_type: str
    origin: Origin

    @property
    def is_in_background(self) -> bool:
        """Whether the server gives the members their turns, after those of the manager."""
        return self.manager_type in IN_BACKGROUND


@dataclass(frozen=True)
class Section:
    """One set as the manifests write it: a constellation, or what is shared."""

    node: Node
    is_shared: bool = False

    def names(self, kind: str) -> dict[str, Node]:
        """The resources of one kind."""
        return self.node.entries(KINDS[kind].section)

    @cached_property
    def given_by_groups(self) -> Mapping[str, list[tuple[str, Node]]]:
        """The blocks that groups give their members, by the name of the agent."""
        given: dict[str, list[tuple[str, Node]]] = {}
        for group, body in self.names("group").items():
            blocks = [(group, reference) for reference in body.list("shared_blocks")]
            for member in {each.text for each in body.list("agents")} if blocks else ():
                given.setdefault(member, []).extend(blocks)
        return given

    @cached_property
    def managed_groups(self) -> Mapping[str, list[ManagedGroup]]:
        """The groups that an agent of this set manages, by the name of the agent."""
        managed: dict[str, list[ManagedGroup]] = {}
        for group, body in self.names("group").items():
            manager = body.get("manager")
            if manager is not None and not is_absent(body):
                found = ManagedGroup(group, manager.word("type") or DEFAULT_MANAGER, manager.origin)
                managed.setdefault(manager.word("agent"), []).append(found)
        return managed

    @property
    def label(self) -> str:
        """How messages call it."""
        return "the shared set" if self.is_shared else f"constellation {self.node.word('name')!r}"


@dataclass(slots=True)
class Catalog:
    """All documents of a project, sorted out."""

    project: Node | None = None
    shared: Section = field(default_factory=lambda: Section(mapping({}, Origin("")), True))
    constellations: dict[str, Section] = field(default_factory=dict)
    users_by_constellation: dict[str, list[Node]] = field(default_factory=dict)

    @property
    def users(self) -> Iterator[Node]:
        """Every document that says who gets a constellation."""
        for documents in self.users_by_constellation.values():
            yield from documents

    def users_of(self, section: Section) -> list[Node]:
        """The documents that say who gets this constellation."""
        if section.is_shared:
            return []
        return self.users_by_constellation.get(section.node.word("name"), [])

    def users_written_out(self, section: Section) -> set[str]:
        """The users of a constellation that stand in a document, and not in a table."""
        return {user.word("id") for document in self.users_of(section) for user in document.list("users")}


def catalog_of(documents: Iterable[Node], findings: Findings) -> Catalog:
    """Sort documents by kind."""
    catalog = Catalog()
    shared: list[Node] = []
    for node in documents:
        match node.word("kind"):
            case "Project":
                _project(catalog, node, findings)
            case "Constellation":
                _constellation(catalog, node, findings)
            case "Shared":
                shared.append(node)
            case _:
                catalog.users_by_constellation.setdefault(node.word("constellation"), []).append(node)
    if shared:
        catalog.shared = Section(_joined(shared, findings), True)
    return catalog


def _project(catalog: Catalog, node: Node, findings: Findings) -> None:
    if catalog.project is None:
        catalog.project = node
        return
    findings.error(
        "a second Project document",
        node.origin,
        why=f"the first is at {catalog.project.origin}; a tree is one project",
        hint="give one project at a time",
    )


def _constellation(catalog: Catalog, node: Node, findings: Findings) -> None:
    name = node.get("name")
    if name is None:
        return
    if name.text == SHARED:
        findings.error(
            f"no constellation can be called {SHARED!r}", name.origin, why="addresses use that word"
        )
    elif name.text in catalog.constellations:
        first = catalog.constellations[name.text].node
        findings.error(
            f"constellation {name.text!r} is declared twice",
            name.origin,
            why=f"first at {first.items['name'].origin}",
        )
    else:
        catalog.constellations[name.text] = Section(node)


def _joined(documents: list[Node], findings: Findings) -> Node:
    """All Shared documents as one."""
    sections: dict[str, Node] = {}
    for key in SECTIONS:
        found: dict[str, Node] = {}
        places: dict[str, Origin] = {}
        for document in documents:
            for name, node in document.entries(key).items():
                place = document.items[key].place(name)
                if name in found:
                    findings.error(
                        f"shared {SECTIONS[key]} {name!r} is declared twice",
                        place,
                        why=f"first at {places[name]}",
                    )
                    continue
                found[name], places[name] = node, place
        if found:
            sections[key] = Node(found, next(iter(places.values())), places)
    moved = [each for document in documents for each in document.list("moved")]
    if moved:
        sections["moved"] = Node(moved, moved[0].origin)
    return mapping(sections, documents[0].origin)


def secret_variables(documents: Iterable[Node]) -> frozenset[str]:
    """Environment variables that hold secrets, as far as the manifests say so."""
    found: set[str] = set()
    for document in documents:
        name = document.word("secret_env")
        found |= {name} if name else set()
        found |= secret_variables([*document.items.values(), *document.elements])
    return frozenset(found)


def is_absent(node: Node) -> bool:
    """Whether the manifest says that a resource must not exist."""
    return node.word("ownership") == Ownership.ABSENT.value


def resolve(
    reference: Node, kind: str, section: Section, catalog: Catalog, findings: Findings
) -> Target | None:
    """What a reference names; None, with a finding, when it names nothing."""
    text = reference.text
    is_shared = section.is_shared or text.startswith(_PREFIX)
    name = text.removeprefix(_PREFIX)
    where = catalog.shared if is_shared else section
    declared = where.names(kind).get(name)
    if declared is not None:
        if is_absent(declared):
            findings.error(
                f"{kind} {text!r} must not exist, so nothing can name it",
                reference.origin,
                why=f"its ownership is absent, see {declared.origin}",
            )
        return Target(kind, name, shared=is_shared)
    shared = catalog.shared.names(kind)
    if not is_shared and name in shared:
        hint = f"write {_PREFIX}{name}: {where.label} has none, but a shared one exists"
    else:
        own = list(section.names(kind)) if not text.startswith(_PREFIX) else []
        hint = did_you_mean(text, [*own, *(f"{_PREFIX}{each}" for each in shared)])
    findings.error(f"there is no {kind} {text!r}", reference.origin, hint=hint)
    return None
