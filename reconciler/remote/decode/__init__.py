"""Server JSON in, canonical leaves out; pure, one module for each kind."""

from reconciler.remote.decode.agent import agent_marker, decode_agent
from reconciler.remote.decode.block import decode_block
from reconciler.remote.decode.group import decode_group, touches
from reconciler.remote.decode.source import decode_source, file_name, may_have_files
from reconciler.remote.decode.tool import decode_tool

__all__ = [
    "agent_marker",
    "decode_agent",
    "decode_block",
    "decode_group",
    "decode_source",
    "decode_tool",
    "file_name",
    "may_have_files",
    "touches",
]
