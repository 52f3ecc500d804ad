"""Cassettes: what a real server answered, so that the adapter is covered where none runs.

Recorded by LETTA_RECONCILER_RECORD=1 against letta 0.16.8, scrubbed of every host; replayed, never recorded,
otherwise. Bodies have to be the same too, so a cassette also holds what is sent.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr

CASSETTES = Path(__file__).parents[1] / "cassettes"
HOST = "http://letta.test"
RECORD_VARIABLE = "LETTA_RECONCILER_RECORD"
_URL = re.compile(r"https?://[^\s\"'\\/]+")
_LONG = frozenset({"memory", "json_schema"})
"""Parts of answers the adapter never looks at."""
_LONGEST_PROSE = 200
"""Default prompts and tool descriptions are pages long."""


def is_recording() -> bool:
    return os.environ.get(RECORD_VARIABLE) == "1"


@contextmanager
def cassette(name: str) -> Iterator[None]:
    """Everything sent inside is recorded, or answered from the recording."""
    recorder = vcr.VCR(
        cassette_library_dir=str(CASSETTES),
        record_mode="all" if is_recording() else "none",
        before_record_request=_scrub_request,
        before_record_response=_scrub_response,
        filter_headers=["authorization", "user-agent", "connection", "accept-encoding", "host"],
        decode_compressed_response=True,
    )
    recorder.register_matcher("json", _same_body)
    recorder.match_on = ("method", "path", "query", "json")
    path = CASSETTES / f"{name}.yaml"
    if is_recording():
        path.unlink(missing_ok=True)
    with recorder.use_cassette(path.name):
        yield


def _scrub_request(request: Any) -> Any:
    request.uri = _URL.sub(HOST, request.uri, count=1)
    request.headers = {key: value for key, value in request.headers.items() if key.lower() == "content-type"}
    if not _is_json(request):
        request.body = b""
        request.headers = {}
    return request


def _scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    headers = response["headers"]
    response["headers"] = {key: value for key, value in headers.items() if key.lower() == "content-type"}
    text = response["body"]["string"]
    if text:
        answer = json.loads(text, object_hook=_shortened)
        response["body"]["string"] = _URL.sub(HOST, json.dumps(answer)).encode()
    return response


def _shortened(value: dict[str, Any]) -> dict[str, Any]:
    return {key: _cut(inner) for key, inner in value.items() if key not in _LONG}


def _cut(value: Any) -> Any:
    is_prose = isinstance(value, str) and "letta-reconciler" not in value
    return value[:_LONGEST_PROSE] if is_prose else value


def _is_json(request: Any) -> bool:
    return "json" in str(request.headers.get("content-type", request.headers.get("Content-Type", "")))


def _same_body(left: Any, right: Any) -> None:
    bodies = [
        json.loads(request.body) if request.body and _is_json(request) else None for request in (left, right)
    ]
    assert bodies[0] == bodies[1]
