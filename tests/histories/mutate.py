"""Small faults that are planted into the product: sites in its source, and a loader that plants one.

In: names of modules, the number of a site. Out: the module with that fault in it. A site tells when it is
reached, so that a fault nobody comes by is told from one that nobody notices.
"""

from __future__ import annotations

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_REACHED = "_reached_by_histories"
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
}


@dataclass(frozen=True)
class Site:
    """One place where a fault can be planted."""

    module: str
    number: int
    """In the order of the source."""
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.what}: {self.source}"


@dataclass
class Reached:
    """Whether the planted fault was come by."""

    is_so: bool = False

    def __call__(self) -> None:
        self.is_so = True


def sites(module: str) -> list[Site]:
    """All of one module."""
    planting = _Planting(None)
    planting.visit(_tree(module))
    return [Site(module, number, *each) for number, each in enumerate(planting.found)]


def plant(site: Site) -> Reached:
    """From now on the module is loaded with this fault; it must not have been loaded before."""
    assert site.module not in sys.modules, site.module
    reached = Reached()
    setattr(builtins, _REACHED, reached)
    sys.meta_path.insert(0, _Finder(site))
    return reached


def _tree(module: str) -> ast.Module:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, encoding="utf-8") as file:
        return ast.parse(file.read())


class _Planting(ast.NodeTransformer):
    """Finds all sites, and changes the one of this number."""

    def __init__(self, number: int | None) -> None:
        self._number = number
        self.found: list[tuple[int, str, str]] = []

    def _is_here(self, node: ast.stmt | ast.expr, what: str) -> bool:
        self.found.append((node.lineno, what, ast.unparse(node).split("\n")[0][:90]))
        return len(self.found) - 1 == self._number

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """The opposite of one comparison."""
        self.generic_visit(node)
        if len(node.ops) == 1 and self._is_here(node, "turned round"):
            return _reaching(ast.Compare(node.left, [_OPPOSITE[type(node.ops[0])]()], node.comparators))
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Any for all, all for any."""
        self.generic_visit(node)
        if self._is_here(node, "and for or, or for and"):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return _reaching(ast.BoolOp(other, node.values))
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        """The other branch."""
        if _is_typing(node):
            return node
        self.generic_visit(node)
        if not isinstance(node.test, (ast.Compare, ast.BoolOp)) and self._is_here(node, "other branch"):
            node.test = _reaching(ast.UnaryOp(ast.Not(), node.test))
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """A filter that lets everything through."""
        self.generic_visit(node)
        for number, test in enumerate(node.ifs):
            if not isinstance(test, (ast.Compare, ast.BoolOp)) and self._is_here(test, "no filter"):
                node.ifs[number] = _reaching(ast.Constant(True))
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A statement left out."""
        self.generic_visit(node)
        is_call = isinstance(node.value, ast.Call)
        if is_call and self._is_here(node, "left out"):
            return ast.Expr(_call())
        return node


def _call() -> ast.Call:
    return ast.Call(ast.Name(_REACHED, ast.Load()), [], [])


def _reaching(node: ast.expr) -> ast.expr:
    """The same value, told about when it is asked for."""
    return ast.BoolOp(ast.Or(), [_call(), node])


def _is_typing(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, site: Site) -> None:
        self._site = site

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Of the one module."""
        del target
        if name != self._site.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(self._site, spec.origin)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, site: Site, file: str) -> None:
        self._site, self._file = site, file

    def exec_module(self, module: Any) -> None:
        """With the fault in it."""
        tree = ast.fix_missing_locations(_Planting(self._site.number).visit(_tree_of(self._file)))
        exec(compile(tree, self._file, "exec"), module.__dict__)


def _tree_of(file: str) -> ast.Module:
    with open(file, encoding="utf-8") as text:
        return ast.parse(text.read())


def all_sites(modules: Sequence[str]) -> Iterator[Site]:
    """Of several modules."""
    for module in modules:
        yield from sites(module)
