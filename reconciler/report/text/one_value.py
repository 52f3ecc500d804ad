"""One value on one line.

In: a leaf, which may be a secret, a whole document or an agent's free text. Out: a short, safe
representation. A secret never shows anything but the name of its variable.
"""

from __future__ import annotations

import json

from reconciler.report.text.printable import safe, shorten, width
from reconciler.report.text.words import count, size
from reconciler.values import UNSET, FileContent, Leaf, Secret, Unset

LONG = 60
"""Text of more characters is shown as a diff, or by its first line."""


def show(leaf: Leaf | Unset) -> str:
    """The whole value on one line."""
    if leaf is UNSET:
        return "(not set)"
    if isinstance(leaf, Secret):
        return safe(str(leaf))
    if isinstance(leaf, FileContent):
        return show_file(leaf)
    return safe(json.dumps(leaf, ensure_ascii=False))


def show_file(content: FileContent) -> str:
    """A file by path, where known, and size."""
    known = size(content.size) if content.size else (str(content) if content.sha256 else "content unknown")
    return f"{safe(content.path)} ({known})" if content.path else f"({known})"


def brief(leaf: Leaf | Unset, columns: int) -> str:
    """The value in at most `columns`; long text by its first line and its length."""
    if not isinstance(leaf, str) or not is_long(leaf):
        return (_cut if isinstance(leaf, str) else shorten)(show(leaf), columns)
    lines = leaf.splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    length = count(len(leaf), "character")
    if len(lines) > 1:
        length = f"{count(len(lines), 'line')}, {length}"
    room = max(12, min(LONG, columns - len(length) - 5))
    return f"{_cut(show(first), room)} ({length})"


def _cut(quoted: str, columns: int) -> str:
    """Quoted text, cut inside its quotes."""
    return quoted if width(quoted) <= columns else shorten(quoted, columns - 1) + '"'


def is_long(leaf: Leaf | Unset) -> bool:
    """Whether a value is text that does not belong on one line."""
    return isinstance(leaf, str) and (len(leaf) > LONG or "\n" in leaf.rstrip("\n"))
