"""An agent as the server shows it, in canonical form.

In: one row of the agent list, with blocks, tools, sources and tags included. Out: a LiveResource. Runtime
fields (messages, runs, time stamps, compiled memory) never appear. It must not ask the server anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds import AGENT, parted_rules
from reconciler.remote.decode.plain import plain_leaves
from reconciler.remote.http.rows import (
    MutableLeaves,
    Row,
    entries,
    flattened,
    item_for,
    mapping,
    members,
    optional,
    required,
    rows,
    texts,
)
from reconciler.remote.marks.markers import KEY, marker_from_metadata, marker_from_tags, without_bookkeeping
from reconciler.values import Address, LiveResource, Marker, Secret, item_path, key_path

INCLUDE = ("agent.blocks", "agent.tools", "agent.sources", "agent.tags")
"""What has to be asked for: the rest comes back as empty lists (letta 0.16.8, measured)."""
_MISSHOWN = ("parallel_tool_calls", "response_format", "temperature")
"""Settings the view `model_settings` shows with their defaults, whatever they are, or leaves out where it
does not know the provider (0.16.8, measured; source)."""
_FIRST_MESSAGES = {"letta_v1_agent": 1, "sleeptime_agent": 2}
_MOST_FIRST_MESSAGES = 4
"""What the server puts into a new agent of any other type (letta 0.16.8, measured)."""


def agent_marker(row: Row, project: str) -> Marker | None:
    """Metadata say all; tags say the address, when somebody replaced the metadata."""
    metadata = mapping(row, "metadata", "agent")
    if KEY in metadata:
        return marker_from_metadata(metadata, project)
    return marker_from_tags(texts(row, "tags", "agent"), project)


def decode_agent(row: Row, project: str, addresses: Mapping[str, Address]) -> LiveResource:
    """`addresses` are those of our resources by server id."""
    marker = agent_marker(row, project)
    leaves = plain_leaves(row, AGENT)
    leaves |= _model(row)
    leaves |= flattened("compaction_settings", mapping(row, "compaction_settings", "agent"))
    rules, asking = parted_rules(rows(row, "tool_rules", "agent"))
    if rules:
        leaves["tool_rules"] = rules
    leaves |= members("approvals", asking)
    metadata = mapping(row, "metadata", "agent")
    leaves |= entries(
        "metadata", {key: value for key, value in metadata.items() if key != KEY or marker is None}
    )
    leaves |= members("tags", without_bookkeeping(texts(row, "tags", "agent"), marker))
    for secret in rows(row, "secrets", "agent"):
        value = optional(secret, "value", str, "agent secret") or ""
        leaves[key_path("secrets", required(secret, "key", "agent secret"))] = Secret(value)
    leaves |= _edges(row, marker, addresses)
    return LiveResource(
        "agent",
        required(row, "id", "agent"),
        required(row, "name", "agent"),
        leaves,
        marker,
        messages=_messages(row),
        made=optional(row, "created_at", str, "agent") or "",
    )


def _messages(row: Row) -> int:
    """Messages in context beyond those every new agent has; there is nothing to lose in these."""
    first = first_messages(str(row.get("agent_type")))
    return max(0, len(optional(row, "message_ids", list, "agent") or ()) - first)


def first_messages(agent_type: str) -> int:
    """How many messages a new agent of a type has; the most there are of a type that is not known."""
    return _FIRST_MESSAGES.get(agent_type, _MOST_FIRST_MESSAGES)


def _model(row: Row) -> MutableLeaves:
    """The server chooses the provider type (letta 0.16.8, measured)."""
    config = mapping(row, "llm_config", "agent")
    leaves = flattened("model_settings", mapping(row, "model_settings", "agent"))
    leaves |= flattened("model_settings", {key: config.get(key) for key in _MISSHOWN})
    leaves.pop("model_settings.provider_type", None)
    return leaves


def _edges(row: Row, marker: Marker | None, addresses: Mapping[str, Address]) -> MutableLeaves:
    of_agent = f"of agent {row.get('id')}"
    leaves = _blocks(row, addresses)
    for source in rows(row, "sources", "agent"):
        source_id = required(source, "id", f"source {of_agent}")
        address = addresses.get(source_id)
        item = item_for(address, marker.address.owner) if address and marker else str(address or source_id)
        leaves[item_path("sources", item)] = str(address or source_id)
    for tool in rows(row, "tools", "agent"):
        name = required(tool, "name", f"tool {of_agent}")
        tool_id = required(tool, "id", f"tool {of_agent}")
        leaves[item_path("tools", name)] = str(addresses.get(tool_id, name))
    return leaves


def _blocks(row: Row, addresses: Mapping[str, Address]) -> MutableLeaves:
    """By what the manifests call them: that a label was changed is told of the block, not of its agents. A
    block without such a name, or one whose name is taken, goes by its label."""
    of_agent = f"block of agent {row.get('id')}"
    labels = {
        required(block, "id", of_agent): required(block, "label", of_agent)
        for block in rows(row, "blocks", "agent")
    }
    taken = set(labels.values())
    leaves: MutableLeaves = {}
    for block_id, label in labels.items():
        address = addresses.get(block_id)
        name = address.name if address and address.name not in taken else label
        leaves[item_path("blocks", name)] = str(address or block_id)
    return leaves
