"""Where the server keeps resources of each kind, and what persons leave there beside them."""

from __future__ import annotations

PATHS = {"agent": "agents", "block": "blocks", "group": "groups", "source": "folders", "tool": "tools"}
"""Under /v1/."""
TRACES = {"archive": "archives", "block": "blocks", "identity": "identities"}
"""The same for what nobody manages."""
