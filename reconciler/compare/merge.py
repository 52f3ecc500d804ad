"""Merges a text that both the manifests and an agent have moved.

In: the text as last applied, as it is live, as it is desired. Out: one text that holds both sides' lines, or
None where they changed the same place. Pure.
"""

from __future__ import annotations

from merge3 import Merge3


def merge_text(base: str, live: str, desired: str) -> str | None:
    """The merged text, line by line; None when both sides changed the same lines apart."""
    merge = Merge3(base.splitlines(True), live.splitlines(True), desired.splitlines(True))
    lines: list[str] = []
    for region in merge.merge_regions():
        match region:
            case ("unchanged", start, end):
                lines += merge.base[start:end]
            case ("same" | "a", start, end):
                lines += merge.a[start:end]
            case ("b", start, end):
                lines += merge.b[start:end]
            case _:
                return None
    return "".join(_ended(lines))


def _ended(lines: list[str]) -> list[str]:
    """A last line without its newline must not swallow the line that a merge puts behind it."""
    inner = [line if line.endswith("\n") else f"{line}\n" for line in lines[:-1]]
    return [*inner, *lines[-1:]]
