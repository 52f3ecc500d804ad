"""What agents learned, as overrides of their users.

In: the learned findings of a plan, what was desired, and what is live. Out: overrides by constellation and
user, and what cannot be said so. Loaded together with the manifests they make what was learned what is
declared. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import Diagnostic, Severity
from reconciler.export.documents import API, KEYS
from reconciler.export.manifest_keys import literal, own_fields
from reconciler.export.yaml_text import Document
from reconciler.kinds import KINDS, RULE_FIELDS, Shape, approval_rules
from reconciler.plan import Finding
from reconciler.values import (
    UNSET,
    Address,
    Desired,
    FileContent,
    Leaf,
    LiveResource,
    Secret,
    field_of,
    is_blank,
    item_of,
)

_Changes = dict[str, Leaf | None]
"""Path to the learned value; None for what was taken away."""


@dataclass(slots=True)
class Learned:
    """Overrides in the making."""

    overrides: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Constellation to user to overrides."""
    warnings: list[Diagnostic] = field(default_factory=list)

    def documents(self) -> tuple[Document, ...]:
        """One Users document for each constellation."""
        return tuple(
            Document(
                {"apiVersion": API, "kind": "Users", "constellation": name, "overrides": users},
                ("What agents learned, for each user; it stays theirs when the template changes.",),
            )
            for name, users in sorted(self.overrides.items())
        )

    def warn(self, address: Address, summary: str, why: str = "", hint: str = "") -> None:
        """Something that cannot be an override."""
        self.warnings.append(
            Diagnostic(summary, address=str(address), why=why, hint=hint, severity=Severity.WARNING)
        )


def learned_overrides(
    findings: Iterable[Finding], desired: Desired, strangers: Mapping[str, LiveResource]
) -> Learned:
    """`strangers` are blocks that agents made themselves, by server id."""
    made = Learned()
    by_address: dict[Address, _Changes] = {}
    for finding in findings:
        leaf = finding.field.live
        changes = by_address.setdefault(finding.address, {})
        changes[finding.field.path] = None if leaf is UNSET else leaf
    for address, changes in sorted(by_address.items()):
        if address.owner.is_shared:
            made.warn(address, "what is shared has no user to differ for", hint="--as template")
            continue
        body = _Body(made, desired, address, strangers).of(changes)
        if body:
            _place(made.overrides, address, body)
    return made


def _place(overrides: dict[str, dict[str, dict[str, Any]]], address: Address, body: dict[str, Any]) -> None:
    """Private blocks stand in their agent."""
    users = overrides.setdefault(address.owner.constellation, {})
    mine = users.setdefault(address.owner.user, {})
    if address.agent:
        agent = mine.setdefault("agents", {}).setdefault(address.agent, {})
        agent.setdefault("memory_blocks", {}).setdefault(address.name, {}).update(body)
        return
    entry = mine.setdefault(KEYS[address.kind], {}).setdefault(address.name, {})
    blocks = {**entry.get("memory_blocks", {}), **body.get("memory_blocks", {})}
    entry |= {**body, **({"memory_blocks": blocks} if blocks else {})}


@dataclass(frozen=True, slots=True)
class _Body:
    """The override of one resource: a named field replaces the whole field, so each is said in full."""

    made: Learned
    desired: Desired
    address: Address
    strangers: Mapping[str, LiveResource]

    def of(self, changes: _Changes) -> dict[str, Any]:
        after = self._after(changes)
        fields = {field_of(path) for path in changes}
        kind = KINDS[self.address.kind]
        plain = [path for path in after if field_of(path) in fields]
        body = own_fields(LiveResource(self.address.kind, "", "", after), plain)
        for name in sorted(fields):
            if kind.by_name[name].shape is Shape.EDGES:
                body |= self._edges(name, after, changes)
            elif name == "files":
                self.made.warn(self.address, "learned files are not written", hint="reconciler export does")
            elif name not in body:
                body[name] = [] if kind.by_name[name].shape is Shape.SET else ""
        body.pop("files", None)
        if fields & RULE_FIELDS:
            body["tool_rules"] = _rules(after)
            body.pop("approvals", None)
        return self._within_limit(body, after)

    def _after(self, changes: _Changes) -> dict[str, Leaf]:
        after = dict(self.desired.resources[self.address].leaves)
        for path, leaf in changes.items():
            if leaf is None:
                after.pop(path, None)
            elif not isinstance(leaf, Secret | FileContent):
                after[path] = leaf
        return after

    def _within_limit(self, body: dict[str, Any], after: Mapping[str, Leaf]) -> dict[str, Any]:
        value, limit = after.get("value"), after.get("limit")
        if "value" in body and isinstance(value, str) and isinstance(limit, int) and len(value) > limit:
            why = f"it has {len(value):,} characters, the limit is {limit:,}; the server does not check"
            self.made.warn(self.address, "the learned value is left out", why, "raise the limit first")
            del body["value"]
        return body

    def _edges(self, name: str, after: Mapping[str, Leaf], changes: _Changes) -> dict[str, Any]:
        targets = [str(leaf) for path, leaf in sorted(after.items()) if field_of(path) == name]
        if name not in ("tools", "sources", "blocks"):
            self.made.warn(self.address, f"learned {name} are not written", "an override cannot say it")
            return {}
        body: dict[str, Any] = {}
        strange = [target for target in targets if _parsed(target) is None and name != "tools"]
        for target in strange:
            body = self._stranger(name, target, body)
        known = [target for target in targets if target not in strange]
        if name == "blocks":
            shared = [_reference(target, self.address) for target in known if not _is_private(target)]
            changed = {str(changes[path]) for path in changes if field_of(path) == name} - set(strange)
            return {**body, "shared_blocks": shared} if changed else body
        return {name: [literal(_reference(target, self.address)) for target in known]}

    def _stranger(self, name: str, target: str, body: dict[str, Any]) -> dict[str, Any]:
        """A block the agent made itself becomes a private one; it has to be adopted then."""
        live = self.strangers.get(target)
        if name != "blocks" or live is None:
            self.made.warn(
                self.address, f"{target} is left out", "it is not of this project", "adopt it first"
            )
            return body
        path_names = [path for path in live.leaves if not is_blank(live.leaves[path])]
        hint = f"reconciler adopt {self.address}/block/{live.server_name} {live.id}"
        self.made.warn(self.address, f"its own block {live.server_name!r} has to be adopted", "", hint)
        blocks = {**body.get("memory_blocks", {}), live.server_name: own_fields(live, path_names)}
        return {**body, "memory_blocks": blocks}


def _rules(leaves: Mapping[str, Leaf]) -> list[Any]:
    """A manifest says which tools ask among its rules."""
    rules = leaves.get("tool_rules")
    asking = [item_of(path) for path in leaves if field_of(path) == "approvals"]
    return [*(map(literal, rules) if isinstance(rules, list) else ()), *approval_rules(asking)]


def _parsed(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except ValueError:
        return None


def _is_private(target: str) -> bool:
    address = _parsed(target)
    return address is not None and bool(address.agent)


def _reference(target: str, user: Address) -> str:
    address = _parsed(target)
    if address is None:
        return target
    return address.name if address.owner == user.owner else f"shared/{address.name}"
