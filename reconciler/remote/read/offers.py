"""Models and embeddings a server offers: listed once, and again when something is wanted that was not there.

In: a transport. Out: handles, and the windows of models. A server that does not list them is no error here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from reconciler.errors import RemoteError
from reconciler.remote.http.pages import Gets

_PATHS = {"model": "/v1/models/", "embedding": "/v1/models/embedding"}
_MOST_BY_DEFAULT = 128_000
"""Tokens the server gives an agent of any model at most when nobody says how many (letta 0.16.8, source)."""


class Offers:
    """What one server offers."""

    def __init__(self, transport: Gets) -> None:
        self._transport = transport
        self._listed: dict[str, Mapping[str, Any]] = {}

    def handles(self, kind: str, wanted: Collection[str] = ()) -> frozenset[str]:
        """Handles of a kind, `model` or `embedding`; RemoteError when the server does not list them."""
        listed = self._listed.get(kind)
        if listed is None or not set(wanted) <= listed.keys():
            listed = self._listed[kind] = self._list(kind)
        return frozenset(listed)

    def windows(self) -> dict[str, int]:
        """Tokens an agent of each model gets when nobody says how many, by handle; nothing where the server
        does not list its models."""
        try:
            self.handles("model")
        except RemoteError:
            return {}
        sizes = {handle: _window(row) for handle, row in self._listed["model"].items()}
        return {handle: min(size, _MOST_BY_DEFAULT) for handle, size in sizes.items() if size}

    def _list(self, kind: str) -> Mapping[str, Any]:
        rows = self._transport.get(_PATHS[kind], f"list the {kind}s")
        found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return {row["handle"]: row for row in found if isinstance(row.get("handle"), str)}


def _window(row: Mapping[str, Any]) -> int:
    size = row.get("max_context_window") or row.get("context_window")
    return size if isinstance(size, int) else 0
