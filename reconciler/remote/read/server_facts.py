"""What a server has beside the resources of a project: tools, agents of others, files.

In: a transport. Out: names and rows, one request each. Nothing here writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.remote.decode import decode_source, file_name, trouble_of
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, list_rows
from reconciler.remote.http.rows import texts
from reconciler.remote.marks.markers import marker_from_tags, project_tag, tag_projects


def tools_of_others(transport: Gets, project: str) -> dict[str, str]:
    """Names of all tools that are not of this project, and their types."""
    rows = list_rows(transport, "/v1/tools/", "list the tools", (OLDEST_FIRST,))
    return {
        str(row.get("name")): str(row.get("tool_type") or "")
        for row in rows
        if marker_from_tags(texts(row, "tags", "resource"), project) is None
    }


def unmarked_agents(transport: Gets, text: str) -> list[tuple[str, str]]:
    """Name and id of each agent with this text in its name that no project has marked; oldest first."""
    return [(name, server_id) for name, server_id, projects in named_agents(transport, text) if not projects]


def named_agents(transport: Gets, text: str) -> list[tuple[str, str, list[str]]]:
    """Name, id and projects of each agent with this text in its name; oldest first."""
    query = (("query_text", text), ("include", "agent.tags"), OLDEST_FIRST, ("show_hidden_agents", "true"))
    rows = list_rows(transport, "/v1/agents/", "look for agents of these names", query)
    return [
        (str(row.get("name")), str(row["id"]), sorted(tag_projects(texts(row, "tags", "resource"))))
        for row in rows
    ]


def overlong_blocks(transport: Gets, project: str) -> list[tuple[str, int, int]]:
    """Address, length and limit of each of our blocks that holds more than it may."""
    query = (("tags", project_tag(project)), OLDEST_FIRST, ("show_hidden_blocks", "true"))
    found = []
    for row in list_rows(transport, "/v1/blocks/", "list the blocks", query):
        value, limit = row.get("value"), row.get("limit")
        marker = marker_from_tags(texts(row, "tags", "resource"), project)
        if marker and isinstance(value, str) and isinstance(limit, int) and len(value) > limit:
            found.append((str(marker.address), len(value), limit))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class FilesOfFolders:
    """How far one server is with files."""

    transport: Gets

    def unready(self, folder_id: str) -> dict[str, str]:
        """Files that cannot be found: by name, why not; empty while the server is at it."""
        task = f"look at the files of {folder_id}"
        rows = list_rows(self.transport, f"/v1/folders/{folder_id}/files", task, (OLDEST_FIRST,))
        unready = (row for row in rows if row.get("processing_status") != "completed")
        return {file_name(row): trouble_of(row) for row in unready}


def files_of_ours(transport: Gets, project: str) -> dict[str, dict[str, str]]:
    """Files that cannot be found, of each source of a project by address; the others are left out."""
    found, files = {}, FilesOfFolders(transport)
    for row in list_rows(transport, "/v1/folders/", "list the sources", (OLDEST_FIRST,)):
        marker = decode_source(row, project).marker
        if marker is not None and (unready := files.unready(row["id"])):
            found[str(marker.address)] = unready
    return found
