"""The committed example constellations, copied to where a test may change them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.live.project import Project

EXAMPLES = Path(__file__).parents[2] / "constellations"
STUB_MODELS = {
    "LETTA_MODEL": "openai-proxy/gpt-4o-mini",
    "LETTA_EMBEDDING_MODEL": "openai/text-embedding-3-small",
}
"""Handles of the embedded server's scripted STUB model."""


def example(name: str, url: str, tmp_path: Path) -> Project:
    """A copy of one example, for this server."""
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root)
    return Project(root, url, tmp_path / "cache" / f"{name}.db", dict(STUB_MODELS))
