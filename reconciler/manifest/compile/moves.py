"""Resources, users and constellations that got another name.

In: the `moved` lists of a set, and of the documents that say who gets it. Out: old to new name of each. It
must not look at the server, nor know all users.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from reconciler.kinds import SECTIONS
from reconciler.manifest.compile.catalog import Catalog, Section
from reconciler.manifest.yaml.findings import Findings, article, did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.values import Address, Links, Owner
from reconciler.values.renames import goes_round, steps

_OWNERS = ("user", "constellation")
"""What a set is renamed by, as a whole."""


def moves_of(section: Section, catalog: Catalog, findings: Findings) -> Links:
    """Old and new name of everything that moved; users and constellations go by these words as kinds."""
    return _Reading(section, catalog, findings).moves()


def names(links: Links, kind: str) -> dict[str, str]:
    """The moves of users, or of constellations, by name."""
    return {old.name: new.name for old, new in links.items() if old.kind == kind}


@dataclass(frozen=True)
class _Reading:
    section: Section
    catalog: Catalog
    findings: Findings

    def moves(self) -> Links:
        entries: dict[Address, tuple[Address, Node]] = {}
        ends: set[Address] = set()
        for entry in self._entries():
            if self._is_of_a_tool(entry.items["from"]):
                continue
            old, new = self._target(entry.items["from"]), self._target(entry.items["to"])
            if old is None or new is None:
                continue
            if new in ends:
                self.findings.error(f"two moves end at {_text(new)!r}", entry.items["to"].origin)
            elif old in entries:
                self.findings.error(f"two moves start at {_text(old)!r}", entry.items["from"].origin)
            elif old.kind != new.kind:
                self.findings.error(
                    f"{_text(old)!r} cannot become {article(new.kind)}", entry.items["to"].origin
                )
            else:
                entries[old] = new, entry
                ends.add(new)
        links = {old: new for old, (new, _) in entries.items()}
        if not self._has_circle(links, entries):
            last = _last_names(links)
            for old, (_, entry) in entries.items():
                self._check(old, last[old], entry)
        return links

    def _entries(self) -> Iterable[Node]:
        yield from self.section.node.list("moved")
        for document in self.catalog.users_of(self.section):
            for entry in document.list("moved"):
                ends = [entry.items[end] for end in ("from", "to")]
                others = [end for end in ends if not end.text.startswith("user/")]
                if not others:
                    yield entry
                else:
                    self.findings.error(
                        "only a user can be moved here",
                        others[0].origin,
                        why="this document says who gets a constellation",
                        hint="write user/old and user/new, or move this line to the constellation",
                    )

    def _is_of_a_tool(self, node: Node) -> bool:
        if not node.text.startswith("tool/"):
            return False
        self.findings.error(
            "a tool cannot be moved",
            node.origin,
            why="it is called what its function is called, and the server renames none",
            hint="leave this line out: the new tool is made, and --prune takes the old one away",
        )
        return True

    def _target(self, node: Node) -> Address | None:
        kind, _, rest = node.text.partition("/")
        kinds = self._kinds()
        if kind not in kinds:
            self.findings.error(
                f"{kind!r} is no kind of resource", node.origin, hint=did_you_mean(kind, kinds)
            )
            return None
        parts = rest.split("/")
        if kind == "user" or (len(parts) == 1 and rest):
            return Address(Owner(), kind, rest)
        if len(parts) == 3 and kind == "agent" and parts[1] == "block" and parts[0] and parts[2]:
            return Address(Owner(), "block", parts[2], agent=parts[0])
        self.findings.error(
            f"{node.text!r} does not name a resource",
            node.origin,
            hint="write kind/name, such as agent/coach",
        )
        return None

    def _kinds(self) -> Collection[str]:
        kinds = set(SECTIONS.values()) - {"tool"}
        return kinds if self.section.is_shared else kinds | {*_OWNERS}

    def _check(self, old: Address, end: Address, entry: Node) -> None:
        if self._is_declared(old):
            self.findings.error(
                f"{_text(old)!r} moved, but is still declared",
                entry.items["from"].origin,
                hint="remove one of them",
            )
        if not self._may_end_at(end):
            known = self.section.names(end.kind) if end.kind in SECTIONS.values() else self._own_name()
            self.findings.error(
                f"{_text(end)!r} is not declared",
                entry.items["to"].origin,
                why="a move ends at a resource of this set",
                hint=did_you_mean(_text(end), [f"{end.kind}/{name}" for name in known]),
            )

    def _may_end_at(self, end: Address) -> bool:
        """Programs provision users, too, so any may be one."""
        if end.kind == "constellation":
            return end.name in self._own_name()
        return end.kind == "user" or self._is_declared(end)

    def _own_name(self) -> tuple[str, ...]:
        return (self.section.node.word("name"),)

    def _is_declared(self, target: Address) -> bool:
        if target.kind == "constellation":
            return target.name in self.catalog.constellations
        if target.kind == "user":
            return target.name in self._users_written_out
        if target.agent:
            agent = self.section.names("agent").get(target.agent)
            return agent is not None and target.name in agent.entries("memory_blocks")
        return target.name in self.section.names(target.kind)

    @cached_property
    def _users_written_out(self) -> set[str]:
        return self.catalog.users_written_out(self.section)

    def _has_circle(self, links: Links, entries: dict[Address, tuple[Address, Node]]) -> bool:
        seen: set[Address] = set()
        for start, (_, entry) in entries.items():
            walked = [start]
            for each in steps(links, start):
                if each in seen:
                    break
                walked.append(each)
            else:
                if goes_round(links, walked[-1]):
                    circle = " -> ".join(map(_text, [*walked, start]))
                    self.findings.error(f"the moves run in a circle: {circle}", entry.origin)
                    return True
            seen.update(walked)
        return False


def _last_names(links: Links) -> dict[Address, Address]:
    """Where the moves of each name end; they run in no circle."""
    found: dict[Address, Address] = {}
    for start in links:
        walked = [start]
        for each in steps(links, start):
            walked.append(each)
            if each in found:
                break
        found |= dict.fromkeys(walked, found.get(walked[-1], walked[-1]))
    return found


def _text(target: Address) -> str:
    below = f"agent/{target.agent}/" if target.agent else ""
    return f"{below}{target.kind}/{target.name}"
