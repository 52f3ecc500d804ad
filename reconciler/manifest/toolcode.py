"""Whether a Python file is a tool the server can use.

In: source code and the name the manifest gives it. Out: a reason why not. It must not run the code.
"""

from __future__ import annotations

import ast
import warnings

from reconciler.manifest.files import Unusable
from reconciler.manifest.findings import did_you_mean

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_tool(source: str, name: str, file: str) -> None:
    """Raise Unusable unless the last function of the file is the tool and is documented."""
    functions = [node for node in _parse(source, file).body if isinstance(node, _Function)]
    if not functions:
        raise Unusable(f"{file} has no function at top level", hint=f"define {name}(...)")
    names = [function.name for function in functions]
    if name not in names:
        raise Unusable(
            f"{file} has no function {name!r}",
            why="a tool is called what its function is called",
            hint=did_you_mean(name, names),
        )
    if names[-1] != name:
        raise Unusable(
            f"{name!r} is not the last function of {file}",
            why="the server takes the last one as the tool",
            line=functions[names.index(name)].lineno,
        )
    _check_documented(functions[-1], file)


def _parse(source: str, file: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        raise Unusable(f"{file} is not Python: {error.msg}", line=error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unusable(f"{file} is not Python: {type(error).__name__}") from error


def _check_documented(function: _Function, file: str) -> None:
    text = ast.get_docstring(function)
    why = "the server builds the schema of a tool from its docstring"
    if not text:
        raise Unusable(
            f"function {function.name!r} of {file} has no docstring", why=why, line=function.lineno
        )
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    bare = [each.arg for each in named if each.annotation is None and each.arg not in ("self", "agent_state")]
    if bare:
        raise Unusable(
            f"argument {bare[0]!r} of {function.name!r} in {file} has no type", why=why, line=function.lineno
        )
    if named and "Args:" not in text:
        raise Unusable(
            f"the docstring of {function.name!r} in {file} has no 'Args:' section",
            why=why,
            line=function.lineno,
        )
