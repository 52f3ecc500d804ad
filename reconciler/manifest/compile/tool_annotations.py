"""Whether the server can make a JSON schema of the type of a parameter.

In: the tree of an annotation, and of the whole source. Out: yes or no. Pure. The server (letta 0.16.8)
resolves names itself, without running anything: what it does not know by its bare name it refuses.
"""

from __future__ import annotations

import ast

_PLAIN = {"str", "int", "bool", "float"}
_LISTS = {"list", "List"}
_DICTS = {"dict", "Dict"}


def models_of(tree: ast.Module) -> frozenset[str]:
    """Classes of a source that are pydantic models to the server: their base is called BaseModel."""
    imported = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "pydantic"
        and any(alias.name == "BaseModel" for alias in node.names)
        for node in ast.walk(tree)
    )
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if imported and isinstance(node, ast.ClassDef) and _is_model(node)
    )


def undescribed_field(tree: ast.Module, model: str) -> str:
    """A field of a model without a description, which the server demands; empty when there is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == model:
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and not _is_described(statement.value):
                    return ast.unparse(statement.target)
    return ""


def is_known(annotation: ast.expr, models: frozenset[str]) -> bool:
    """Whether the server knows a type."""
    if isinstance(annotation, ast.Name):
        return annotation.id in _PLAIN | _LISTS | _DICTS | models
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.value, ast.Name):
        return False
    if annotation.value.id == "Literal":
        return not isinstance(annotation.slice, ast.Name | ast.Subscript)
    of_one = annotation.value.id in _LISTS or annotation.value.id == "Optional"
    is_one = isinstance(annotation.slice, ast.Name | ast.Subscript)
    return of_one and is_one and is_known(annotation.slice, models)


def _is_model(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "BaseModel" for base in node.bases)


def _is_described(value: ast.expr | None) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "Field"
        and any(
            keyword.arg == "description" and isinstance(keyword.value, ast.Constant)
            for keyword in value.keywords
        )
    )
