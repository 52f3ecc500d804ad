"""Canonical leaves in, request bodies out; pure, one module for each kind."""

from reconciler.remote.encode.agent import agent_create, agent_update
from reconciler.remote.encode.block import block_create, block_update
from reconciler.remote.encode.group import group_create, group_update
from reconciler.remote.encode.source import source_create, source_update
from reconciler.remote.encode.tool import tool_create, tool_update

__all__ = [
    "agent_create",
    "agent_update",
    "block_create",
    "block_update",
    "group_create",
    "group_update",
    "source_create",
    "source_update",
    "tool_create",
    "tool_update",
]
