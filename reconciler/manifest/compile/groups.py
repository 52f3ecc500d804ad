"""Groups to blueprints: members, their order and who manages them.

In: one group of a set. Out: its blueprint. Shared blocks of a group are attachments of its members and
are made there.
"""

from __future__ import annotations

from reconciler.kinds import MANAGER_FIELDS
from reconciler.kinds.group import DEFAULT_MANAGER, IN_BACKGROUND
from reconciler.manifest.compile.blueprint import Blueprint, Draft
from reconciler.manifest.compile.catalog import Catalog, Section, resolve
from reconciler.manifest.compile.fields import put, put_fields
from reconciler.manifest.compile.ownership import policy_of
from reconciler.manifest.language.computed import Language, Setting
from reconciler.manifest.yaml.findings import Findings, did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.values import item_path


def compile_group(
    name: str, node: Node, section: Section, catalog: Catalog, language: Language, setting: Setting
) -> Blueprint:
    """One group."""
    draft = Draft("group", name, node.origin)
    put_fields(draft, node, language, setting)
    _members(draft, node, section, catalog, language.findings)
    manager = node.get("manager")
    kind = (manager.word("type") if manager else "") or DEFAULT_MANAGER
    draft.fixed["manager_type"] = kind
    draft.origins["manager_type"] = node.place("manager")
    if manager is not None:
        _manager(draft, manager, kind, language, setting)
        agent = manager.get("agent")
        if agent is not None and agent.value is not None and "manager_agent" in MANAGER_FIELDS[kind]:
            target = resolve(agent, "agent", section, catalog, language.findings)
            if target is not None:
                draft.connect("manager_agent", target)
                draft.origins["manager_agent"] = agent.origin
                if kind in IN_BACKGROUND and target.shared and not section.is_shared:
                    language.findings.warning(
                        f"group {draft.name!r} gets no turns in the background",
                        agent.origin,
                        why=f"the shared agent {target.name!r} manages one for each user, and the server "
                        "knows one group of each manager",
                        hint="let an agent of the user manage it",
                    )
    _check_manager(draft, node, kind, language.findings)
    return draft.done(policy_of(draft, node, language.findings))


def _members(draft: Draft, node: Node, section: Section, catalog: Catalog, findings: Findings) -> None:
    draft.named.add("agents")
    draft.origins["agents"] = draft.origins["order"] = node.place("agents")
    order: dict[str, None] = {}
    for reference in node.list("agents"):
        target = resolve(reference, "agent", section, catalog, findings)
        if target is None:
            continue
        name = target.name if section.is_shared else str(target)
        if name in order:
            findings.error(f"agent {name!r} is listed twice in group {draft.name!r}", reference.origin)
            continue
        order[name] = None
        draft.connect(item_path("agents", name), target)
        if target.shared and not section.is_shared and node.list("shared_blocks"):
            findings.error(
                f"group {draft.name!r} would attach a block of one user to the shared agent {target.name!r}",
                reference.origin,
                why="what exists once must not hold what belongs to one user",
            )
    draft.fixed["order"] = list(order)


def _manager(draft: Draft, manager: Node, kind: str, language: Language, setting: Setting) -> None:
    allowed = {"agent" if name == "manager_agent" else name for name in MANAGER_FIELDS[kind]}
    for key, child in manager.items.items():
        if key == "type" or child.value is None:
            continue
        if key not in allowed:
            fitting = [each for each, fields in MANAGER_FIELDS.items() if _field(key) in fields]
            language.findings.error(
                f"a {kind} manager has no {key!r}",
                manager.place(key),
                why=f"it belongs to {', '.join(fitting)}",
                hint=did_you_mean(key, allowed),
            )
        elif key != "agent":
            draft.origins[key] = manager.place(key)
            put(draft, key, key, language.scalar(child, setting), language.findings)


def _field(key: str) -> str:
    return "manager_agent" if key == "agent" else key


def _check_manager(draft: Draft, node: Node, kind: str, findings: Findings) -> None:
    manager = node.get("manager")
    place = manager.origin if manager else node.origin
    if "manager_agent" in MANAGER_FIELDS[kind] and not (manager and manager.word("agent")):
        findings.error(f"a {kind} manager needs an agent", place, hint="add agent: <name>")
    if kind != "voice_sleeptime" or manager is None:
        return
    keys = ("min_message_buffer_length", "max_message_buffer_length")
    ends = [manager.get(key) for key in keys]
    place = next((manager.place(key) for key in keys if key in manager.items), place)
    if (ends[0] is None) is not (ends[1] is None):
        findings.error("message buffer lengths come in pairs", place, why="the server takes both or none")
    low, high = (end.value if end else None for end in ends)
    if isinstance(low, int) and isinstance(high, int) and not 4 < low < high:
        findings.error(
            f"message buffer lengths {low} to {high} are not usable",
            place,
            why="the least is 5, and max > min",
        )
