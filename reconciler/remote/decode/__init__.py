"""Server JSON in, canonical leaves out; pure, one module for each kind."""

from reconciler.remote.decode.agent import INCLUDE, agent_marker, decode_agent, first_messages
from reconciler.remote.decode.block import decode_block
from reconciler.remote.decode.common import Row
from reconciler.remote.decode.group import decode_group, touches
from reconciler.remote.decode.source import decode_source, file_name, is_upload_of, may_have_files, trouble_of
from reconciler.remote.decode.tool import decode_tool
from reconciler.values import LiveResource


def decode(kind: str, row: Row, project: str) -> LiveResource:
    """One row on its own; edges are shown as server ids."""
    match kind:
        case "agent":
            return decode_agent(row, project, {})
        case "group":
            return decode_group(row, project, {})
        case "block":
            return decode_block(row, project)
        case "source":
            return decode_source(row, project)
        case _:
            return decode_tool(row, project)


__all__ = [
    "INCLUDE",
    "agent_marker",
    "decode",
    "decode_agent",
    "decode_block",
    "decode_group",
    "decode_source",
    "decode_tool",
    "file_name",
    "first_messages",
    "is_upload_of",
    "may_have_files",
    "touches",
    "trouble_of",
]
