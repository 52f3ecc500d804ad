"""What classes say of their attributes in quotes below each of them, for the descriptions of a JSON schema.

In: a dataclass. Out: texts by attribute; nothing where its source is not at hand. It must not be needed to
write or to read.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any


def attributes_of(kind: type) -> Mapping[str, str]:
    """Every text of a class and of the classes it builds on."""
    bases = [base for base in reversed(kind.__mro__) if dataclasses.is_dataclass(base)]
    return {name: text for base in bases for name, text in _said_in(base)}


def described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """The schema with a description, if there is any."""
    return {"description": text, **schema} if text else schema


def _said_in(kind: type) -> Iterator[tuple[str, str]]:
    try:
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except OSError:
        return
    body = node.body if isinstance(node, ast.ClassDef) else []
    for attribute, below in pairwise(body):
        if isinstance(attribute, ast.AnnAssign) and isinstance(below, ast.Expr):
            yield ast.unparse(attribute.target), inspect.cleandoc(ast.literal_eval(below.value))
