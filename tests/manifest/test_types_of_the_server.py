"""What we take inside the fields of agents and groups is what letta 0.16.8 types there, key by key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.kinds.providers import PROVIDERS
from reconciler.manifest.language.json_schema import manifest_schema
from reconciler.manifest.language.shapes.model_settings import AnySettings
from tests.manifest.letta_types import SNAPSHOT, of_manifests, of_server
from tests.server.rest import call

OF_SERVER: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("field", sorted(OF_SERVER))
def test_a_field_has_the_keys_and_types_of_the_server(field: str) -> None:
    assert of_manifests()[field] == OF_SERVER[field]


def test_every_provider_is_known() -> None:
    assert set(PROVIDERS) == set(OF_SERVER["model_settings"])


def test_settings_of_no_named_provider_may_have_the_keys_of_any() -> None:
    keys = {key for each in OF_SERVER["model_settings"].values() for key in each}
    assert set(AnySettings.model_fields) == keys | {"provider_type"}


def test_editors_are_told_every_key() -> None:
    text = json.dumps(manifest_schema())
    assert {
        key for each in OF_SERVER["model_settings"].values() for key in each if f'"{key}"' not in text
    } == set()


def test_the_server_says_so_itself(letta_url: str) -> None:
    definitions = call("GET", f"{letta_url}/openapi.json")["components"]["schemas"]
    agent = "CreateAgentRequest" if "CreateAgentRequest" in definitions else "CreateAgent"
    assert of_server(definitions, agent, "GroupCreate") == OF_SERVER
