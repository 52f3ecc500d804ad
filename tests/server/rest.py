"""A few REST calls for the tests of the embedded server, without a client library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

MODEL = "openai-proxy/gpt-4o-mini"
EMBEDDING = "openai/text-embedding-3-small"


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Send JSON, get JSON."""
    data = None if body is None else json.dumps(body).encode()
    return send(method, url, data, {"Content-Type": "application/json", **(headers or {})})


def send(method: str, url: str, data: bytes | None, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=180) as answer:
        return json.loads(answer.read() or b"null")


def status_of(url: str, headers: dict[str, str] | None = None) -> int:
    """The HTTP status of a GET."""
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=180) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def create_agent(url: str, **fields: Any) -> Any:
    body = {
        "name": "probe",
        "model": MODEL,
        "embedding": EMBEDDING,
        "include_base_tool_rules": False,
        **fields,
    }
    return call("POST", f"{url}/v1/agents/", body)


def say(url: str, agent: str, text: str) -> list[dict[str, Any]]:
    """Send a user message and return the messages of the answer."""
    body = {"messages": [{"role": "user", "content": text}]}
    answer = call("POST", f"{url}/v1/agents/{agent}/messages", body)
    messages: list[dict[str, Any]] = answer["messages"]
    return messages


def upload(url: str, folder: str, name: str, text: str) -> Any:
    """Put a text file into a folder."""
    boundary = "reconciler-test"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    data = f"{head}Content-Type: text/plain\r\n\r\n{text}\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return send("POST", f"{url}/v1/folders/{folder}/upload", data, kind)
