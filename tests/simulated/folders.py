"""Folders, which the product calls sources, and their files: processed at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulated.listing import first, is_on, page
from tests.simulated.models import EMBEDDINGS, embedded
from tests.simulated.store import Row
from tests.simulated.tools import FILE_TOOLS
from tests.simulated.world import Refusal, World, found, given

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler

_PART = re.compile(rb"\r\n\r\n(.*)\r\n--[^\r\n]+--\r\n?$", re.DOTALL)


class Folders:
    """`/v1/folders/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/folders/", self._list
        yield "POST", "/v1/folders/", self._create
        yield "GET", "/v1/folders/*", lambda asked, folder: found(self._world.folders, folder)
        yield "PATCH", "/v1/folders/*", self._patch
        yield "DELETE", "/v1/folders/*", self._delete
        yield "GET", "/v1/folders/*/agents", self._agents
        yield "GET", "/v1/folders/*/files", self._files
        yield "GET", "/v1/folders/*/files/*", self._file
        yield "POST", "/v1/folders/*/upload", self._upload
        yield "DELETE", "/v1/folders/*/*", self._delete_file

    def _list(self, asked: Asked) -> list[Row]:
        name = first(asked.query, "name")
        rows = (row for row in self._world.folders if not name or row["name"] == name)
        return page(rows, asked.query, strict=True)

    def _create(self, asked: Asked) -> Row:
        body, now = asked.body, self._world.clock.now()
        self._check_free(str(body["name"]), "")
        handle = body.get("embedding")
        config = body.get("embedding_config") or embedded(handle, body.get("embedding_chunk_size"))
        if not body.get("embedding_config") and handle not in EMBEDDINGS:
            raise Refusal(404, f"NOT_FOUND: {handle}")
        return self._world.folders.add(
            {
                "name": body["name"],
                "description": body.get("description"),
                "instructions": body.get("instructions"),
                "metadata": body.get("metadata"),
                "embedding_config": config,
                "created_at": now,
                "updated_at": now,
            }
        )

    def _patch(self, asked: Asked, folder: str) -> Row:
        row, body = found(self._world.folders, folder), given(asked.body)
        self._check_free(str(body.get("name", row["name"])), folder)
        row |= body
        return row

    def _check_free(self, name: str, folder: str) -> None:
        if any(row["name"] == name and row["id"] != folder for row in self._world.folders):
            raise Refusal(409, f"CONFLICT: a source called {name} exists")

    def _delete(self, asked: Asked, folder: str) -> None:
        found(self._world.folders, folder)
        self._world.folders.remove(folder)
        for file in [row["id"] for row in self._world.files if row["source_id"] == folder]:
            self._world.files.remove(file)
        for agent in self._world.agents:
            agent["folder_ids"] = [each for each in agent["folder_ids"] if each != folder]

    def _agents(self, asked: Asked, folder: str) -> list[str]:
        found(self._world.folders, folder)
        rows = (row for row in self._world.agents if folder in row["folder_ids"])
        return [str(row["id"]) for row in page(rows, asked.query)]

    def _files(self, asked: Asked, folder: str) -> list[Row]:
        found(self._world.folders, folder)
        rows = (row for row in self._world.files if row["source_id"] == folder)
        return [_shown(row, asked) for row in page(rows, asked.query, strict=True)]

    def _file(self, asked: Asked, folder: str, file: str) -> Row:
        return _shown(found(self._world.files, file), asked)

    def _upload(self, asked: Asked, folder: str) -> Row:
        found(self._world.folders, folder)
        name, part = first(asked.query, "name"), _PART.search(asked.content)
        assert part is not None, "an upload has one part"
        same = [r for r in self._world.files if r["source_id"] == folder and r["original_file_name"] == name]
        if same and first(asked.query, "duplicate_handling") == "error":
            raise Refusal(400, f"File {name} already exists")
        now, whole = self._world.clock.now(), f"{self._world.folders.rows[folder]['name']}/{name}"
        file = self._world.files.add(
            {
                "source_id": folder,
                "file_name": name,
                "original_file_name": name,
                "file_size": len(part[1]),
                "processing_status": "completed",
                "error_message": None,
                "content": part[1].decode("utf-8", "replace"),
                "created_at": now,
                "updated_at": now,
            }
        )
        return {**file, "content": None, "file_name": whole}

    def _delete_file(self, asked: Asked, folder: str, file: str) -> None:
        found(self._world.files, file)
        self._world.files.remove(file)


def _shown(file: Row, asked: Asked) -> Row:
    """The text only where it is asked for."""
    return file if is_on(asked.query, "include_content") else {**file, "content": None}


def with_file_tools(world: World, agent: Row) -> None:
    """Attaching a folder gives its agent the three tools for files."""
    names = {row["name"]: row["id"] for row in world.tools}
    agent["tool_ids"] += [names[tool] for tool in FILE_TOOLS if names[tool] not in agent["tool_ids"]]


def without_file_tools(world: World, agent: Row) -> None:
    """Detaching the last one takes these away."""
    if not agent["folder_ids"]:
        ids = {row["id"] for row in world.tools if row["name"] in FILE_TOOLS}
        agent["tool_ids"] = [each for each in agent["tool_ids"] if each not in ids]
