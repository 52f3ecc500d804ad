"""Which texts stand in files of their own.

In: values of manifests. Out: the same, or `{file: path}` with the text kept aside. Equal texts share a file.
It must not write anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_LINES = 5
"""A text of more lines is easier to review in a file."""


@dataclass(slots=True)
class Texts:
    """Files in the making, by path relative to the manifests."""

    files: dict[str, bytes] = field(default_factory=dict)
    whose: str = ""
    """Whose texts come next: one that differs from a file of its name goes into a folder called so."""
    inline: bool = False
    """Keep all texts where they are: there is no folder to put files in."""

    def aside(self, text: Any, folder: str, name: str) -> Any:
        """The text itself when it is short or cannot stand in a file, else the file it is in now."""
        is_long = isinstance(text, str) and text.count("\n") > _LINES
        if self.inline or not is_long or "\r\n" in text or text.startswith("\ufeff"):
            return text
        return {"file": self.put(text.encode("utf-8", "surrogatepass"), folder, name, ".md")}

    def put(self, data: bytes, folder: str, name: str, suffix: str) -> str:
        """The path of a file with this content."""
        path, number = f"{folder}/{name}{suffix}", 2
        if self.whose and self.files.get(path, data) != data:
            folder = f"{folder}/{self.whose}"
            path = f"{folder}/{name}{suffix}"
        while path in self.files and self.files[path] != data:
            path, number = f"{folder}/{name}-{number}{suffix}", number + 1
        self.files[path] = data
        return path
