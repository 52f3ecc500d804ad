"""Whatever a request of the server can hold is declarable, or listed with the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.kinds import KINDS
from reconciler.kinds.undeclarable import UNDECLARABLE
from tests.server.rest import call

REQUESTS = {
    "agent": (("post", "/v1/agents/"), ("patch", "/v1/agents/{agent_id}")),
    "block": (("post", "/v1/blocks/"), ("patch", "/v1/blocks/{block_id}")),
    "source": (("post", "/v1/folders/"), ("patch", "/v1/folders/{folder_id}")),
    "tool": (("post", "/v1/tools/"), ("put", "/v1/tools/"), ("patch", "/v1/tools/{tool_id}")),
    "group": (("post", "/v1/groups/"), ("patch", "/v1/groups/{group_id}")),
}


def declarable(kind: str) -> set[str]:
    """As requests call it: what a manifest has a key for, and what such a key is compiled into."""
    sent = {field.sent_as for field in KINDS[kind].fields if field.section == "" and not field.follows}
    followed = {
        field.sent_as for field in KINDS[kind].fields if field.follows and field.name == "source_code"
    }
    return sent | followed | {entry.key for entry in KINDS[kind].entries}


def requested(document: Mapping[str, Any], kind: str) -> set[str]:
    """Every property of the bodies of its requests."""
    found: set[str] = set()
    for method, path in REQUESTS[kind]:
        (content, *_) = document["paths"][path][method]["requestBody"]["content"].values()
        name = content["schema"]["$ref"].rpartition("/")[2]
        found |= set(document["components"]["schemas"][name]["properties"])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_no_reason_is_given_for_what_can_be_declared(kind: str) -> None:
    assert not declarable(kind) & UNDECLARABLE[kind].keys()


def test_the_server_has_no_field_without_a_word_about_it(letta_url: str) -> None:
    document = call("GET", f"{letta_url}/openapi.json")
    silent = {
        kind: requested(document, kind) - declarable(kind) - UNDECLARABLE[kind].keys() for kind in KINDS
    }
    assert silent == {kind: set() for kind in KINDS}


def test_no_reason_is_given_for_what_the_server_no_longer_has(letta_url: str) -> None:
    document = call("GET", f"{letta_url}/openapi.json")
    for kind in KINDS:
        assert not UNDECLARABLE[kind].keys() - requested(document, kind)
