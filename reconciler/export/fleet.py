"""A live fleet as manifests.

In: everything on a server, and which part of it to take. Out: an Export: documents, files and warnings. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reconciler.errors import Diagnostic, Severity
from reconciler.export.background_turns import settle_background_turns
from reconciler.export.common_template import Template, template_of
from reconciler.export.documents import (
    Export,
    Part,
    constellation_document,
    project_document,
    shared_document,
    users_document,
)
from reconciler.export.managed import Marked
from reconciler.export.resource_documents import Bench, FileText
from reconciler.export.text_files import Texts
from reconciler.export.unmanaged import ONLY_USER, Unmarked
from reconciler.export.yaml_text import Document
from reconciler.values import Address, LiveResource, Owner, Selector, field_of


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for; nothing at all means everything of the project."""

    selectors: tuple[Selector, ...] = ()
    agents: frozenset[str] = frozenset()
    """Server ids of agents nobody has to own."""
    everything: bool = False
    """Also what belongs to nobody."""
    inline: bool = False
    """Without files of texts: there is no folder for them."""


def export_fleet(
    project: str,
    resources: Mapping[str, LiveResource],
    owners: Mapping[str, str],
    choice: Choice,
    text: FileText,
) -> Export:
    """Manifests of the chosen part; `owners` are foreign ones by server id."""
    bench = Bench(Texts(inline=choice.inline), text)
    ours = {each.marker.address: each for each in resources.values() if each.marker}
    chosen = _chosen(ours, choice)
    parts = Marked({address: ours[address] for address in chosen}, bench).parts()
    free = Unmarked(resources, bench, parts.pop(Owner(), Part()))
    for kind in ("block", "source", "tool", "agent", "group"):
        for name in free.shared.bodies.get(kind, {}):
            free.shared.give(kind, name)
    free.add(_free_agents(resources, owners, choice, bench))
    if choice.everything:
        free.add_loose(_loose(resources, owners))
    for part in (*parts.values(), free.shared, *free.constellations.values()):
        settle_background_turns(part, bench)
    documents = {"project.yaml": (project_document(project),), **_documents(parts, free, bench)}
    return Export(documents, bench.texts.files, tuple(bench.warnings))


def _documents(parts: Mapping[Owner, Part], free: Unmarked, bench: Bench) -> dict[str, tuple[Document, ...]]:
    found: dict[str, tuple[Document, ...]] = {}
    remarks = _remarks(bench)
    if free.shared.sections:
        found["shared.yaml"] = (shared_document(free.shared, remarks),)
    for name in sorted({owner.constellation for owner in parts}):
        users = {owner.user: part for owner, part in sorted(parts.items()) if owner.constellation == name}
        template = template_of(users)
        bench.warnings += _lacking(name, template)
        listed = [_user(user, template.overrides[user]) for user in users]
        found[f"{name}.yaml"] = (
            constellation_document(name, template.part, remarks),
            users_document(name, listed),
        )
    for name, part in free.constellations.items():
        file = f"{name}.yaml" if f"{name}.yaml" not in found else f"{name}-unmarked.yaml"
        found[file] = (
            constellation_document(name, part, remarks),
            users_document(name, [{"id": ONLY_USER}]),
        )
    return found


def _remarks(bench: Bench) -> tuple[str, ...]:
    own = "Ownership words are not kept on the server: say here what agents may change."
    if not bench.secrets:
        return (own,)
    return (own, f"Secrets are not exported. Set before plan and apply: {', '.join(sorted(bench.secrets))}")


def _user(user: str, overrides: Mapping[str, object]) -> dict[str, object]:
    return {"id": user, **({"overrides": dict(overrides)} if overrides else {})}


def _lacking(constellation: str, template: Template) -> Iterable[Diagnostic]:
    for user, kind, name in template.lacking:
        yield Diagnostic(
            "other users have it, so an apply would create it",
            address=str(Address(Owner(constellation, user), kind, name)),
            severity=Severity.WARNING,
        )


def _chosen(ours: Mapping[Address, LiveResource], choice: Choice) -> set[Address]:
    """The selected addresses and everything they need."""
    by_id = {live.id: address for address, live in ours.items()}
    if choice.everything or not (choice.selectors or choice.agents):
        return set(ours)
    pending = [
        address
        for address, live in ours.items()
        if live.id in choice.agents or any(selector.matches(address) for selector in choice.selectors)
    ]
    names = {str(address): address for address in ours}
    found: set[Address] = set()
    while pending:
        address = pending.pop()
        if address in found:
            continue
        found.add(address)
        parent = address.parent
        needed = (str(leaf) for path, leaf in ours[address].leaves.items() if _is_edge(path))
        pending += [names.get(each) or by_id[each] for each in needed if each in names or each in by_id]
        pending += [parent] if parent in ours and parent is not None else []
    return found


def _is_edge(path: str) -> bool:
    return field_of(path) in ("blocks", "tools", "sources", "agents", "manager_agent")


def _free_agents(
    resources: Mapping[str, LiveResource], owners: Mapping[str, str], choice: Choice, bench: Bench
) -> list[str]:
    found = []
    for server_id, live in sorted(resources.items()):
        if live.kind != "agent" or live.marker is not None:
            continue
        if choice.everything and server_id in owners:
            bench.warn(live, f"it belongs to {owners[server_id]}", "", "name it: --agent ID")
        if server_id in choice.agents or (choice.everything and server_id not in owners):
            found.append(server_id)
    return found


def _loose(resources: Mapping[str, LiveResource], owners: Collection[str]) -> list[str]:
    """Sources and tools of nobody; a block on no agent is most often a leftover."""
    return [
        server_id
        for server_id, live in sorted(resources.items(), key=lambda item: (item[1].server_name, item[0]))
        if live.kind in ("source", "tool") and live.marker is None and server_id not in owners
    ]
