"""Files of sources as an app and an agent see them, by plain HTTP."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from tests.audit.others import others
from tests.live.raw import RawServer

_LONGEST = 60.0


def upload(server: RawServer, folder: str, name: str, content: bytes) -> str:
    """What an app does: put a file into a folder beside what is there; its id."""
    mark = "0123456789"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = head.encode() + b"Content-Type: text/markdown\r\n\r\n" + content + f"\r\n--{mark}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={mark}"}
    path = f"/v1/folders/{folder}/upload"
    with others("POST", path) as noted:
        request = urllib.request.Request(server.url + path, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            noted.body = json.loads(answer.read())
    processed(server, folder)
    return str(noted.body["id"])


def remove(server: RawServer, folder: str, file: str) -> None:
    """What an app does."""
    server.call("DELETE", f"/v1/folders/{folder}/{file}")


def rows(server: RawServer, folder: str) -> list[dict[str, Any]]:
    """The files of a folder with their text, oldest first."""
    path = f"/v1/folders/{folder}/files?include_content=true&order=asc&limit=1000"
    found: list[dict[str, Any]] = server.call("GET", path)
    return found


def contents(server: RawServer, folder: str) -> dict[str, str]:
    """Text by name."""
    return {each["original_file_name"]: each["content"] for each in rows(server, folder)}


def on_agent(server: RawServer, name: str) -> dict[str, str]:
    """What an agent can open: path to the text it sees of it."""
    agent = server.agent(name)["id"]
    found = server.call("GET", f"/v1/agents/{agent}/files?limit=100")["files"]
    return {each["file_name"]: _bare(each["visible_content"]) for each in found}


def processed(server: RawServer, folder: str) -> None:
    """Wait until the server is through with every file."""
    deadline = time.monotonic() + _LONGEST
    while any(each["processing_status"] not in ("completed", "error") for each in rows(server, folder)):
        assert time.monotonic() < deadline, "the server did not process the files"


def _bare(text: str | None) -> str:
    """Without the numbers of lines that the server puts in front."""
    lines = (text or "").splitlines()
    return "\n".join(line.partition(": ")[2] for line in lines if not line.startswith("[Viewing"))
