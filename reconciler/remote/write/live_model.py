"""Completes an update of an agent's model with what is on the server.

In: an update whose plan left out part of the model, and the live row. Out: an update that resets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.kinds import MODEL_FIELDS
from reconciler.remote.decode import decode_agent
from reconciler.remote.http.rows import mapping
from reconciler.values import Update, field_of


def with_live_model(update: Update, row: Mapping[str, Any]) -> tuple[Update, str]:
    """The update with all model leaves, and the provider type of the live settings."""
    live = decode_agent(row, update.marker.project if update.marker else "", {}).leaves
    given = {field_of(path) for path in update.after}
    missing = {
        path: leaf
        for path, leaf in live.items()
        if field_of(path) in MODEL_FIELDS and field_of(path) not in given
    }
    provider = mapping(row, "model_settings", "agent").get("provider_type") if "model" not in given else ""
    return replace(update, after={**missing, **update.after}), str(provider or "")
