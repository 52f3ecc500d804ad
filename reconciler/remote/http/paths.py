"""Where the server keeps resources of each kind."""

from __future__ import annotations

PATHS = {"agent": "agents", "block": "blocks", "group": "groups", "source": "folders", "tool": "tools"}
"""Under /v1/."""
