"""Merges a text that both the manifests and an agent have moved.

In: the text as last applied, as it is live, as it is desired. Out: one text that holds both sides' lines, or
None where they changed the same place. Pure.
"""

from __future__ import annotations

from reconciler.compare.diff3 import merge


def merge_text(base: str, live: str, desired: str) -> str | None:
    """The merged text, line by line; None when both sides changed the same lines apart."""
    return merge(base, live, desired).text
