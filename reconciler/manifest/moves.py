"""Resources that got another name.

In: the `moved` list of a set. Out: pairs of new and old targets. A moved agent takes its private blocks
along. It must not look at the server.
"""

from __future__ import annotations

from reconciler.manifest.blueprint import Target
from reconciler.manifest.catalog import SECTIONS, Section
from reconciler.manifest.findings import Findings, article, did_you_mean
from reconciler.manifest.node import Node

Moves = tuple[tuple[Target, Target], ...]


def moves_of(section: Section, findings: Findings) -> Moves:
    """New and old target of everything that moved."""
    pairs: dict[Target, tuple[Target, Node]] = {}
    for entry in section.node.list("moved"):
        old = _target(entry.items["from"], section, findings)
        new = _target(entry.items["to"], section, findings)
        if old is None or new is None:
            continue
        if new in pairs:
            findings.error(f"two moves end at {_text(new)!r}", entry.items["to"].origin)
        elif old.kind != new.kind:
            findings.error(f"{_text(old)!r} cannot become {article(new.kind)}", entry.items["to"].origin)
        else:
            pairs[new] = old, entry
    if not _has_cycle(pairs, findings):
        for new, (old, entry) in pairs.items():
            _check(new, old, entry, pairs, section, findings)
    found: dict[Target, Target] = {}
    for new, (old, _) in pairs.items():
        found[new] = old
        if new.kind == "agent":
            found |= _private(new, old, section)
    return tuple(found.items())


def _target(node: Node, section: Section, findings: Findings) -> Target | None:
    parts = node.text.split("/")
    kinds = set(SECTIONS.values()) if section.is_shared else set(SECTIONS.values()) - {"tool"}
    if parts[0] not in kinds:
        findings.error(
            f"{parts[0]!r} is no kind of resource", node.origin, hint=did_you_mean(parts[0], kinds)
        )
        return None
    if len(parts) == 2 and parts[1]:
        return Target(parts[0], parts[1], shared=section.is_shared)
    if len(parts) == 4 and parts[0] == "agent" and parts[2] == "block" and parts[1] and parts[3]:
        return Target("block", parts[3], shared=section.is_shared, agent=parts[1])
    findings.error(
        f"{node.text!r} does not name a resource", node.origin, hint="write kind/name, such as agent/coach"
    )
    return None


def _text(target: Target) -> str:
    below = f"agent/{target.agent}/" if target.agent else ""
    return f"{below}{target.kind}/{target.name}"


def _is_declared(target: Target, section: Section) -> bool:
    if target.agent:
        agent = section.names("agent").get(target.agent)
        return agent is not None and target.name in agent.entries("memory_blocks")
    return target.name in section.names(target.kind)


def _check(
    new: Target,
    old: Target,
    entry: Node,
    pairs: dict[Target, tuple[Target, Node]],
    section: Section,
    findings: Findings,
) -> None:
    if _is_declared(old, section):
        findings.error(
            f"{_text(old)!r} moved, but is still declared",
            entry.items["from"].origin,
            hint="remove one of them",
        )
    is_passed_on = any(each == new for each, _ in pairs.values())
    if not _is_declared(new, section) and not is_passed_on:
        known = [f"{new.kind}/{name}" for name in section.names(new.kind)]
        findings.error(
            f"{_text(new)!r} is not declared",
            entry.items["to"].origin,
            why="a move ends at a resource of this set",
            hint=did_you_mean(_text(new), known),
        )


def _has_cycle(pairs: dict[Target, tuple[Target, Node]], findings: Findings) -> bool:
    for start in pairs:
        path = [start]
        while path[-1] in pairs:
            path.append(pairs[path[-1]][0])
            if path[-1] == start:
                circle = " -> ".join(_text(each) for each in reversed(path))
                findings.error(f"the moves run in a circle: {circle}", pairs[start][1].origin)
                return True
            if len(path) > len(pairs) + 1:
                break
    return False


def _private(new: Target, old: Target, section: Section) -> dict[Target, Target]:
    agent = section.names("agent").get(new.name)
    labels = agent.entries("memory_blocks") if agent else {}
    return {
        Target("block", label, new.shared, agent=new.name): Target("block", label, old.shared, agent=old.name)
        for label in labels
    }
