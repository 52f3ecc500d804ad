"""All kinds, in the order they are created; deletes run the other way.

tool --+
block -+--> agent --> group
source-+
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.agent import (
    AGENT,
    IMPLIED_SOURCE_TOOLS,
    INITIAL_MESSAGES,
    MODEL_FIELDS,
    RULE_FIELDS,
    SENT_ONLY,
)
from reconciler.kinds.block import BLOCK
from reconciler.kinds.defaults import is_default, server_defaults
from reconciler.kinds.field import Field, Key, Kind, LongText
from reconciler.kinds.group import GROUP, MANAGER_FIELDS
from reconciler.kinds.references import edges
from reconciler.kinds.source import SOURCE
from reconciler.kinds.tool import TOOL
from reconciler.kinds.tool_rules import approval_rules, parted_rules, same_rules
from reconciler.kinds.types import Shape, Type

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (TOOL, BLOCK, SOURCE, AGENT, GROUP)}
"""Every kind by name, dependencies first."""

SECTIONS: Mapping[str, str] = {kind.section: kind.name for kind in (BLOCK, SOURCE, TOOL, AGENT, GROUP)}
"""Key in a document to kind of resource, in the order documents have them."""

__all__ = [
    "AGENT",
    "BLOCK",
    "GROUP",
    "IMPLIED_SOURCE_TOOLS",
    "INITIAL_MESSAGES",
    "KINDS",
    "MANAGER_FIELDS",
    "MODEL_FIELDS",
    "RULE_FIELDS",
    "SECTIONS",
    "SENT_ONLY",
    "SOURCE",
    "TOOL",
    "Field",
    "Key",
    "Kind",
    "LongText",
    "Shape",
    "Type",
    "approval_rules",
    "edges",
    "is_default",
    "parted_rules",
    "same_rules",
    "server_defaults",
]
