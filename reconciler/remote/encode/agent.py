"""An agent as it is sent.

In: leaves and a marker. Out: the body of its create or update request. Nothing the server would add on its
own is left to it: no base tools, no rules for them. Attachments are made by requests of their own, except in
the create request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.kinds import AGENT, MODEL_FIELDS, RULE_FIELDS, approval_rules, parted_rules, same_rules
from reconciler.kinds.creation import MADE_WITH_BACKGROUND
from reconciler.kinds.providers import provider_of
from reconciler.remote.encode.block import block_create
from reconciler.remote.encode.common import (
    Body,
    Ids,
    changed_fields,
    entries,
    fields_of,
    is_server_id,
    items,
    nested,
    plain_fields,
    sends,
)
from reconciler.remote.marks.markers import KEY, agent_tags, metadata_entry
from reconciler.values import Complete, Create, Leaf, Leaves, Marker, Secret, Update, item_path, key_path

_PLAIN = tuple(field for field in AGENT.plain if field.name not in MODEL_FIELDS)


def agent_create(create: Create, ids: Ids) -> Body:
    """With its private blocks inline, existing blocks and sources by id, builtin tools by name."""
    leaves = create.leaves
    inline = {str(block.address) for block in create.inline}
    blocks = [str(target) for target in items(leaves, "blocks").values() if str(target) not in inline]
    tools = [str(target) for target in items(leaves, "tools").values()]
    body: Body = {
        "name": create.server_name,
        **plain_fields(leaves, _PLAIN),
        **_rules(leaves),
        **_model(leaves, MODEL_FIELDS),
        **_compaction(leaves, None),
        **_marks(leaves, create.marker),
        "memory_blocks": [block_create(block.leaves, block.marker) for block in create.inline],
        "block_ids": [ids.of(target) for target in blocks],
        "folder_ids": [ids.of(str(target)) for target in items(leaves, "sources").values()],
        "tools": [tool for tool in tools if not ids.knows(tool) and "/" not in tool],
        "tool_ids": [ids.of(tool) for tool in tools if ids.knows(tool) or "/" in tool],
        "include_base_tools": False,
        "include_base_tool_rules": False,
    }
    if items(leaves, "secrets"):
        body["secrets"] = entries(leaves, "secrets")
    if leaves.get("agent_type") in MADE_WITH_BACKGROUND:
        body["enable_sleeptime"] = True
    return body


def agent_completion(complete: Complete) -> Body:
    """The fields that waited."""
    return plain_fields(complete.leaves, AGENT.plain)


def agent_update(update: Update, provider: str = "") -> Body:
    """Only what changed, and the marker where it is not there yet; `provider` is that of the live model."""
    changed = fields_of(update.changed)
    body = changed_fields(update, _PLAIN)
    if changed & RULE_FIELDS:
        body["tool_rules"] = _rules(update.after).get("tool_rules", [])
    if changed & MODEL_FIELDS:
        body |= _model(update.after, changed & MODEL_FIELDS, provider)
    if "compaction_settings" in changed:
        body |= _compaction(update.after, update.changed)
    if "secrets" in changed:
        body["secrets"] = entries(update.after, "secrets")
    marks = _marks(update.after, update.marker)
    return body | {field: value for field, value in marks.items() if sends(update, field)}


def needs_live_members(update: Update) -> bool:
    """Whether rules or secrets are sent: these lists are whole, and hold what others put there."""
    return bool(fields_of(update.changed) & {*RULE_FIELDS, "secrets"})


def with_live_members(update: Update, row: Mapping[str, Any]) -> Update:
    """The update with the approvals and secrets of others as they are now: some came after the plan, and no
    saved plan holds the value of a secret."""
    _, asking = parted_rules(_listed(row, "tool_rules"))
    live: dict[str, Leaf] = {item_path("approvals", tool): True for tool in asking}
    for secret in _listed(row, "secrets"):
        live[key_path("secrets", str(secret.get("key")))] = Secret(str(secret.get("value") or ""))
    rest = {
        path: leaf
        for path, leaf in update.after.items()
        if path in update.changed or not (isinstance(leaf, Secret) and not leaf.name)
    }
    others = {path: leaf for path, leaf in live.items() if path not in update.changed}
    return replace(update, after={**rest, **others})


def rules_between(body: Body, row: Mapping[str, Any]) -> Body:
    """What to send before rules which the server takes for those it has and would not write: arguments and
    prompts do not count for it (letta 0.16.8, measured). The rules that differ so are left out."""
    wanted, live = body.get("tool_rules", ()), _listed(row, "tool_rules")
    if not wanted or not same_rules(wanted, live):
        return {}
    have, _ = parted_rules(live)
    rules, asking = parted_rules(wanted)
    if rules == have:
        return {}
    kept = [rule for rule in rules if rule in have]
    return {"tool_rules": [*kept, *approval_rules(asking)]}


def _listed(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = row.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def needs_live_model(update: Update) -> bool:
    """Whether the plan left out something of the model that has to be sent along."""
    changed = fields_of(update.changed) & MODEL_FIELDS
    return bool(changed) and bool(MODEL_FIELDS - fields_of(update.after))


def _rules(leaves: Leaves) -> Body:
    """Rules and approvals are one list on the server."""
    declared = leaves.get("tool_rules")
    rules, asking = parted_rules(declared if isinstance(declared, list) else ())
    rules += approval_rules({*asking, *items(leaves, "approvals")})
    return {"tool_rules": rules} if rules or "tool_rules" in leaves else {}


def _model(leaves: Leaves, changed: frozenset[str] | set[str], provider: str = "") -> Body:
    """A PATCH of model or window resets all the rest of the model, so all is sent together; settings alone
    keep the window (letta 0.16.8, measured)."""
    settings = nested(leaves, "model_settings")
    if settings:
        handle = leaves.get("model")
        settings = {"provider_type": provider or provider_of(str(handle or "")), **settings}
    body: Body = {"model_settings": settings} if settings else {}
    together = (field for field in AGENT.plain if field.name in MODEL_FIELDS)
    return body if changed == {"model_settings"} else plain_fields(leaves, together) | body


def _compaction(leaves: Leaves, only: frozenset[str] | None) -> Body:
    """A PATCH merges field by field, so what did not change is left out."""
    settings = nested(leaves, "compaction_settings", only)
    if isinstance(settings.get("model_settings"), dict):
        handle = leaves.get("compaction_settings.model") or leaves.get("model")
        settings["model_settings"] = {
            "provider_type": provider_of(str(handle or "")),
            **settings["model_settings"],
        }
    return {"compaction_settings": settings} if settings else {}


def compaction_again(update: Update, answer: Mapping[str, Any]) -> Body:
    """What of the declared compaction settings did not stick: a new mode brings its own prompt, whatever
    prompt came with it, and a new provider its own model (letta 0.16.8, measured)."""
    fresh = answer.get("compaction_settings")
    wanted = nested(update.after, "compaction_settings", frozenset(update.base))
    have = fresh if isinstance(fresh, dict) else {}
    lost = {key: wanted[key] for key in ("prompt", "model") if key in wanted and wanted[key] != have.get(key)}
    return {"compaction_settings": lost} if lost else {}


def _marks(leaves: Leaves, marker: Marker | None) -> Body:
    """Tags and metadata hold the marker; both are replaced as a whole by the server."""
    return {
        "tags": [*items(leaves, "tags"), *(agent_tags(marker) if marker else ())],
        "metadata": entries(leaves, "metadata") | ({KEY: metadata_entry(marker)} if marker else {}),
    }


def builtin_tool(target: str) -> str:
    """The name of a builtin tool; empty when the target is one by address or id."""
    return "" if "/" in target or is_server_id(target) else target
