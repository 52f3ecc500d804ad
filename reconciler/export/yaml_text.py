"""Manifests as text that this program, and any other YAML reader, reads as what was meant.

In: documents as plain values. Out: YAML: texts of several lines as blocks, whatever another reader could
take for something else in quotes. It must not know what a document is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

SCHEMA = ".reconciler/manifest.schema.json"
"""Where the schema for editors lies, from the folder of the manifests."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.()+,;!?'-]*(?: [A-Za-z0-9_/.()+,;!?'-]+)*")
_WORDS = re.compile(r"(?i:yes|no|on|off|y|n|true|false|null)")
_WIDTH = 1_000
"""Columns before a text is folded: a folded text is harder to review than a long line."""


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest document, with remarks that stand above it."""

    body: Mapping[str, Any]
    remarks: Sequence[str] = field(default_factory=tuple)


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    is_plain = _PLAIN.fullmatch(value) is not None and _WORDS.fullmatch(value) is None
    style = "|" if "\n" in value else None if is_plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(documents: Iterable[Document], schema: str = SCHEMA) -> str:
    """The documents as one file; editors look for the schema in each document."""
    parts: list[str] = []
    for number, document in enumerate(documents):
        parts += ["---\n"] if number else []
        parts += [f"# yaml-language-server: $schema={schema}\n"] if schema else []
        parts += [f"# {remark}\n" for remark in document.remarks]
        parts.append(
            yaml.dump(dict(document.body), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
        )
    return "".join(parts)


def block_scalar(text: str, indent: int) -> str:
    """A text as the value of a key, on lines of its own that far to the right."""
    key, *lines = yaml.dump({"x": text}, Dumper=_Dumper, allow_unicode=True, width=_WIDTH).splitlines(True)
    inner = "".join(" " * (indent - 2) + line if line.strip() else line for line in lines)
    return key.removeprefix("x: ") + inner
