"""The expression language inside `${{ ... }}`: Jinja expressions with nothing that can run away.

In: the source between the braces and the names that exist at that place. Out: a function from values to
one value. No statements, calls, methods or attributes beyond the declared names; sizes are bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined, nodes
from jinja2.environment import TemplateExpression
from jinja2.filters import do_default, do_title
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reconciler.manifest.language.environment import NOTHING, Grant
from reconciler.manifest.yaml.file_limits import MAX_DISTINCT_EXPRESSIONS, MAX_NUMBER
from reconciler.manifest.yaml.findings import did_you_mean

MAX_RESULT = 1_000_000
"""Characters one expression may give."""
MAX_SOURCE = 4_000
MAX_NESTING = 50
_SECRET_NAME = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$)", re.IGNORECASE)
_ALLOWED = (
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Concat,
    nodes.Filter,
    nodes.Test,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Keyword,
)

ENVIRONMENT = "env"
Names = Mapping[str, frozenset[str]]
"""What exists: `user` to its attributes, `env` to the variables that may be read."""
Function = Callable[[Mapping[str, Any]], Any]


class BadExpression(Exception):
    """An expression that cannot be compiled or evaluated."""

    def __init__(self, summary: str, hint: str = "", why: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint
        self.why = why


class _Missing(StrictUndefined):
    """Only a variable of the environment can be missing: all other names are checked before."""

    @property
    def _undefined_message(self) -> str:
        return f"the environment has no {self._undefined_name}"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Operators are looked at before they run."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        numbers = _is_number(left) and _is_number(right)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            _bound(len(left) + len(right))
        elif not numbers:
            raise BadExpression(f"{operator} takes two numbers", "join texts with ~")
        result = super().call_binop(context, operator, left, right)
        if _is_number(result) and not abs(result) <= MAX_NUMBER:  # nothing is true of what is not a number
            raise BadExpression("the number is too large")
        return result


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_usual(number: float) -> bool:
    """Whether every program reads it as the same number, which none does of infinity."""
    return math.isfinite(number) if isinstance(number, float) else abs(number) <= MAX_NUMBER


def _bound(length: int) -> None:
    if length > MAX_RESULT:
        raise BadExpression(f"the result would have {length:,} characters, more than {MAX_RESULT:,}")


def as_text(value: Any) -> str:
    """How a value reads inside a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if value is None:
        raise BadExpression("nothing (none) cannot stand in a text", "give a default: ${{ ... or '' }}")
    raise BadExpression(f"a {type(value).__name__} cannot stand in a text", "use the join filter for a list")


def _join(values: Iterable[Any], separator: str = "") -> str:
    texts = [as_text(value) for value in values]
    _bound(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replace(text: Any, old: str, new: str) -> str:
    whole = as_text(text)
    _bound(len(whole) + whole.count(old) * max(len(new) - len(old), 0))
    return whole.replace(old, new)


def _int(value: Any) -> int:
    text = as_text(value).strip()
    if not re.fullmatch(r"[-+]?[0-9]{1,18}(?:\.0*)?", text):
        raise BadExpression(f"{text!r} is not a whole number")
    return int(float(text)) if "." in text else int(text)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "default": do_default,
    "int": _int,
    "join": _join,
    "length": len,
    "lower": lambda value: as_text(value).lower(),
    "replace": _replace,
    "string": as_text,
    "title": lambda value: do_title(as_text(value)),
    "trim": lambda value: as_text(value).strip(),
    "upper": lambda value: as_text(value).upper(),
}
TESTS = ("defined", "undefined", "none", "string", "number")


class Expressions:
    """Compiles expressions, each source once."""

    def __init__(self, secrets: frozenset[str] = frozenset(), grant: Grant = NOTHING) -> None:
        self._secrets = secrets
        self._grant = grant
        self._sandbox = _Sandbox(undefined=_Missing, optimized=False, autoescape=False, cache_size=0)
        self._sandbox.globals.clear()
        self._sandbox.filters = dict(FILTERS)
        self._sandbox.tests = {name: self._sandbox.tests[name] for name in TESTS}
        self._compiled: dict[str, tuple[Function, frozenset[tuple[str, str]]]] = {}

    def compile(self, source: str, names: Names) -> tuple[Function, frozenset[str]]:
        """The function of an expression and the roots it reads; BadExpression when it has none."""
        if source not in self._compiled:
            if len(self._compiled) >= MAX_DISTINCT_EXPRESSIONS:
                raise BadExpression(
                    f"the manifests have more than {MAX_DISTINCT_EXPRESSIONS:,} different expressions"
                )
            self._compiled[source] = self._build(source)
        function, used = self._compiled[source]
        for root, attribute in sorted(used):
            _check_name(root, attribute, names)
            if root == ENVIRONMENT:
                self._check_variable(attribute, names[root])
        return function, frozenset(root for root, _ in used)

    def _check_variable(self, name: str, granted: frozenset[str]) -> None:
        is_secret = name in self._secrets
        if is_secret or _SECRET_NAME.search(name):
            raise BadExpression(
                f"env.{name} {'is' if is_secret else 'looks like'} a secret",
                "write {secret_env: " + name + "} under `secrets` of an agent",
                "an expression would show it in plans and logs",
            )
        if name not in granted:
            raise BadExpression(
                f"env.{name} is not among the variables that expressions may read",
                f"{self._grant.line(name)}; a secret needs {{secret_env: {name}}}",
                "an expression shows what it reads in plans and logs",
            )

    def _build(self, source: str) -> tuple[Function, frozenset[tuple[str, str]]]:
        if len(source) > MAX_SOURCE:
            raise BadExpression(f"the expression is longer than {MAX_SOURCE:,} characters")
        try:
            parser = Parser(self._sandbox, source, state="variable")
            tree = parser.parse_expression()
            if not parser.stream.eos:
                raise BadExpression(f"{str(parser.stream.current.value)!r} is not expected there")
            used: set[tuple[str, str]] = set()
            body = nodes.Assign(nodes.Name("result", "store"), _checked(tree, used), lineno=1)
            body.set_environment(self._sandbox)
            template = self._sandbox.from_string(nodes.Template([body], lineno=1))
        except (TemplateError, RecursionError, SyntaxError, ValueError, OverflowError) as error:
            raise BadExpression(f"the expression does not parse: {_first_line(error)}") from error
        run = TemplateExpression(template, undefined_to_none=False)
        return (lambda values: _evaluate(run, values)), frozenset(used)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _evaluate(run: TemplateExpression, values: Mapping[str, Any]) -> Any:
    try:
        result = run(**values)
    except BadExpression:
        raise
    except Exception as error:  # any operand can be of the wrong type; the place is what matters
        raise BadExpression(_first_line(error)) from error
    if isinstance(result, Undefined):
        raise BadExpression(str(result._undefined_message))
    if isinstance(result, str):
        _bound(len(result))
    return result


def _checked(node: nodes.Node, used: set[tuple[str, str]], depth: int = 0) -> Any:
    """The tree with names made explicit; refuses what could do more than compute a value."""
    if depth > MAX_NESTING:
        raise BadExpression(f"the expression is nested more than {MAX_NESTING} levels deep")
    if not isinstance(node, _ALLOWED):
        word = type(node).__name__.lower()
        raise BadExpression(
            f"a {word} is not allowed in an expression", why="expressions only pick, compare and join values"
        )
    named = _named(node)
    if named:
        used.add(named)
        return nodes.Getitem(nodes.Name(named[0], "load"), nodes.Const(named[1]), "load", lineno=node.lineno)
    if isinstance(node, nodes.Name):
        used.add((node.name, ""))
        return node
    if isinstance(node, nodes.Getattr):
        raise BadExpression(
            f"nothing has an attribute {node.attr!r} here", "texts are changed with filters, as in x | upper"
        )
    if isinstance(node, nodes.Const) and _is_number(node.value) and not _is_usual(node.value):
        raise BadExpression("the number is too large")
    if isinstance(node, nodes.Getitem) and not isinstance(getattr(node.arg, "value", None), int):
        raise BadExpression("only a number can stand in [...] here")
    if isinstance(node, nodes.Filter):
        _check_filter(node)
    if isinstance(node, nodes.CondExpr) and node.expr2 is None:
        raise BadExpression("an 'if' needs an 'else' in an expression")
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise BadExpression(f"there is no test {node.name!r}", did_you_mean(node.name, TESTS))
    for field, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(node, field, _checked(value, used, depth + 1))
        elif isinstance(value, list):
            setattr(node, field, [_checked(each, used, depth + 1) for each in value])
    if isinstance(node, nodes.Concat):
        return nodes.Filter(nodes.List(node.nodes, lineno=1), "join", [], [], None, None, lineno=1)
    return node


def _named(node: nodes.Node) -> tuple[str, str] | None:
    """The name a node reads: `parameters.x` or `parameters['x']`."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return node.node.name, node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Name):
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        return (node.node.name, key) if isinstance(key, str) else None
    return None


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise BadExpression(f"there is no filter {node.name!r}", did_you_mean(node.name, FILTERS))
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise BadExpression("a filter takes its arguments one by one")


def _check_name(root: str, attribute: str, names: Names) -> None:
    if root not in names:
        known = [f"{name}.{each}" for name, each_of in names.items() for each in sorted(each_of) or ("NAME",)]
        raise BadExpression(f"there is no {root!r} here", did_you_mean(f"{root}.{attribute}", known))
    if not attribute:
        raise BadExpression(f"{root!r} is not a value", f"write {root}.<name>")
    if root != ENVIRONMENT and attribute not in names[root]:
        raise BadExpression(f"there is no {root}.{attribute}", did_you_mean(attribute, names[root]))
