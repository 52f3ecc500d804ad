"""What the value of a field may be, and how it falls into leaves.

In: nothing. Out: a word for each type of the manifest language. How a type is checked, read and sent is said
where that is done: in the models, in the compiler, in `remote/`.
"""

from __future__ import annotations

from enum import Enum


class Shape(Enum):
    """How the value of a field falls into leaves."""

    SCALAR = "scalar"
    """One leaf."""
    MAPPING = "mapping"
    """One leaf for each key the manifest names: `metadata.team`."""
    SET = "set"
    """One leaf for each member, order-free: `tags[coordinator]`."""
    EDGES = "edges"
    """One leaf for each attached resource: `blocks[persona]` holds the address or server id."""


class Type(Enum):
    """What a manifest writes there; the text is that of the reference page."""

    TEXT = "text"
    NAME = "text of letters, digits, space, `_`, `-` and `'`"
    HANDLE = "text, `provider/model`"
    PROSE = "text that agents read"
    PROSE_OR_FILE = "text that agents read, or `{file: path}`"
    ZONE = "text, the IANA name of a time zone"
    WORD = "one word of a list"
    FIXED_WORD = "one word of a list, no expression"
    WHOLE = "whole number, 1 or more"
    TRUTH = "true or false"
    FORMAT = "mapping with a type, compared as one value"
    RULES = "list of mappings with a type, compared as one value"
    PACKAGES = "list of names or mappings, compared as one value"
    NAMES = "list of names, compared as one value"
    MODEL_SETTINGS = "mapping by provider; each value named in it, however deep, is compared alone"
    COMPACTION = "mapping; each value named in it, however deep, is compared alone"
    ENTRIES = "mapping; each key named in it is compared alone"
    SECRETS = "mapping of names to `{secret_env: NAME}`"
    TEXTS = "list of texts, in any order"
    FILES = "list of globs or `{path: ..., as: name}`"
    PYTHON_FILE = "path of a Python file"
    REFERENCE = "a name, or `shared/<name>`"
    REFERENCES = "list of names, or `shared/<name>`"
    BLOCKS = "mapping of labels to blocks"

    @property
    def shape(self) -> Shape:
        """How such a value falls into leaves."""
        return _SHAPES.get(self, Shape.SCALAR)

    @property
    def is_plain(self) -> bool:
        """Whether it is one leaf that is sent and shown as it is."""
        return self in _PLAIN

    @property
    def is_nested(self) -> bool:
        """Whether each value in the mapping, however deep, is a leaf of its own."""
        return self in _NESTED

    @property
    def is_json(self) -> bool:
        """Whether it is JSON of which the server keeps what it knows."""
        return self in _JSON


_SHAPES = {
    Type.MODEL_SETTINGS: Shape.MAPPING,
    Type.COMPACTION: Shape.MAPPING,
    Type.ENTRIES: Shape.MAPPING,
    Type.SECRETS: Shape.MAPPING,
    Type.TEXTS: Shape.SET,
    Type.FILES: Shape.SET,
    Type.REFERENCES: Shape.EDGES,
}
_PLAIN = frozenset(
    (
        *(Type.TEXT, Type.NAME, Type.HANDLE, Type.PROSE, Type.PROSE_OR_FILE, Type.ZONE),
        *(Type.WORD, Type.FIXED_WORD, Type.WHOLE, Type.TRUTH, Type.FORMAT, Type.PACKAGES),
    )
)
_NESTED = frozenset((Type.MODEL_SETTINGS, Type.COMPACTION))
_JSON = _NESTED | {Type.FORMAT, Type.RULES, Type.PACKAGES}
