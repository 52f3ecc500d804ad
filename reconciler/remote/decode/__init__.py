"""Server JSON in, canonical leaves out; pure, one module for each kind that has more than fields."""

from reconciler.kinds import KINDS
from reconciler.remote.decode.agent import INCLUDE, agent_marker, decode_agent, first_messages
from reconciler.remote.decode.group import decode_group, touches
from reconciler.remote.decode.simple import decode_simple
from reconciler.remote.decode.source import decode_source, file_name, is_upload_of, may_have_files, trouble_of
from reconciler.remote.http.rows import Row, mapping, optional, texts
from reconciler.remote.marks.markers import marker_from_metadata, marker_from_tags, read_description
from reconciler.values import LiveResource, Marker


def decode(kind: str, row: Row, project: str) -> LiveResource:
    """One row on its own; edges are shown as server ids."""
    match kind:
        case "agent":
            return decode_agent(row, project, {})
        case "group":
            return decode_group(row, project, {})
        case "source":
            return decode_source(row, project)
        case _:
            return decode_simple(KINDS[kind], row, project)


def marker_of(kind: str, row: Row, project: str) -> Marker | None:
    """The mark of this project on one row, without the rest of it."""
    match kind:
        case "agent":
            return agent_marker(row, project)
        case "group":
            return read_description(optional(row, "description", str, "group") or "", project)[1]
        case "source":
            return marker_from_metadata(mapping(row, "metadata", "source"), project)
        case _:
            return marker_from_tags(texts(row, "tags", kind), project)


__all__ = [
    "INCLUDE",
    "agent_marker",
    "decode",
    "decode_agent",
    "decode_group",
    "decode_source",
    "file_name",
    "first_messages",
    "is_upload_of",
    "marker_of",
    "may_have_files",
    "touches",
    "trouble_of",
]
