"""Whether a Python file is a tool the server can use.

In: source code and the name the manifest gives it. Out: a reason why not. It must not run the code.
"""

from __future__ import annotations

import ast

from reconciler.kinds.tool_source import parse, tool_function
from reconciler.manifest.compile.tool_annotations import is_known, models_of, undescribed_field
from reconciler.manifest.compile.tool_docstrings import described_parameters
from reconciler.manifest.language.named_files import Unusable
from reconciler.manifest.yaml.findings import did_you_mean

_INJECTED = ("self", "agent_state")
"""Parameters the server fills in itself."""
_FROM_DOCSTRING = "the server builds the schema of a tool from its types and its docstring"


def check_tool(source: str, name: str, file: str) -> None:
    """Raise Unusable unless the server takes the function of this name as the tool, and accepts it."""
    tree = _parse(source, file)
    function = tool_function(tree)
    _check_name(tree, function, name, file)
    assert function is not None
    docstring = _docstring(function)
    if not docstring:
        raise Unusable(
            f"function {function.name!r} of {file} has no docstring",
            why=_FROM_DOCSTRING,
            line=function.lineno,
        )
    _check_defaults(function, file)
    described = described_parameters(docstring)
    for parameter in function.args.args:
        if parameter.arg not in _INJECTED:
            _check_type(parameter, function, tree, file)
            _check_described(parameter, function, described, file)


def _parse(source: str, file: str) -> ast.Module:
    try:
        return parse(source)
    except SyntaxError as error:
        raise Unusable(f"{file} is not Python: {error.msg}", line=error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unusable(f"{file} is not Python: {type(error).__name__}") from error


def _check_name(tree: ast.Module, function: ast.FunctionDef | None, name: str, file: str) -> None:
    top = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    waiting = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    if function is not None and function.name == name:
        return
    if name in waiting and name not in top:
        raise Unusable(
            f"{name!r} in {file} is async",
            why="the server passes over async functions",
            hint=f"define {name}(...) without async, and run what is async in it: asyncio.run(...)",
            line=waiting[name].lineno,
        )
    if function is None:
        raise Unusable(f"{file} has no function", hint=f"define {name}(...)")
    if name not in top:
        raise Unusable(
            f"{file} has no function {name!r}",
            why="a tool is called what its function is called",
            hint=did_you_mean(name, list(top)),
        )
    if function in tree.body:
        raise Unusable(
            f"{name!r} is not the last function of {file}",
            why=f"the server takes the last one as the tool: {function.name!r}",
            hint=f"move {name} to the end",
            line=top[name].lineno,
        )
    raise Unusable(
        f"{file} defines {function.name!r} inside another function or a class",
        why=f"the server takes it as the tool, not {name!r}: what is inside comes last to it, methods too",
        hint=f"define {function.name} at the top level, above {name}",
        line=function.lineno,
    )


def _docstring(function: ast.FunctionDef) -> str:
    """As it stands there: the server takes blanks for a docstring as well."""
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    text = first.value.value if is_text else None  # type: ignore[attr-defined]
    return text if isinstance(text, str) else ""


def _check_type(parameter: ast.arg, function: ast.FunctionDef, tree: ast.Module, file: str) -> None:
    if parameter.annotation is None:
        raise Unusable(
            f"argument {parameter.arg!r} of {function.name!r} in {file} has no type",
            why=_FROM_DOCSTRING,
            line=parameter.lineno,
        )
    models = models_of(tree)
    written = ast.unparse(parameter.annotation)
    if not is_known(parameter.annotation, models):
        raise Unusable(
            f"argument {parameter.arg!r} of {function.name!r} in {file} is of a type the server does not "
            f"know: {written}",
            why="it knows str, int, float, bool, list, dict, Literal and pydantic models of the same file, "
            "alone or inside list[...], List[...] and Optional[...]",
            line=parameter.lineno,
        )
    named = {node.id for node in ast.walk(parameter.annotation) if isinstance(node, ast.Name)}
    for model in sorted(named & models):
        field = undescribed_field(tree, model)
        if field:
            raise Unusable(
                f"field {field!r} of model {model!r} in {file} has no description",
                why=_FROM_DOCSTRING,
                hint=f'{field}: ... = Field(..., description="...")',
                line=parameter.lineno,
            )


def _check_described(
    parameter: ast.arg, function: ast.FunctionDef, described: frozenset[str], file: str
) -> None:
    if parameter.arg not in described:
        raise Unusable(
            f"the docstring of {function.name!r} in {file} does not describe argument {parameter.arg!r}",
            why=_FROM_DOCSTRING,
            hint=f"a section 'Args:' with the line '{parameter.arg}: ...'; numpy and reST style will do, too",
            line=function.lineno,
        )


def _check_defaults(function: ast.FunctionDef, file: str) -> None:
    """A default the server cannot evaluate is none to it, and none may follow one."""
    arguments = function.args.args
    defaults = function.args.defaults
    has_default = False
    for parameter, default in zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True):
        if _is_literal(default):
            has_default = True
        elif has_default:
            raise Unusable(
                f"the default of {parameter.arg!r} of {function.name!r} in {file} is no plain value: "
                f"{ast.unparse(default)}",
                why="to the server it is no default, and none may be missing after an argument that has one",
                hint=f"{parameter.arg} = None, and the value inside the function",
                line=parameter.lineno,
            )


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True
