"""Which function of a Python source the server takes as the tool.

In: source code. Out: a function, and so the name of the tool. Pure; it must not judge whether the server
accepts that function.

letta 0.16.8 (measured) walks the whole tree, level by level, and takes the last `def` it meets: a function
inside another one, or a method, comes after all functions of the top level. `async def` is passed over.
"""

from __future__ import annotations

import ast
import warnings


def parse(source: str) -> ast.Module:
    """The tree; SyntaxError, or ValueError, RecursionError or MemoryError for what is not Python at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def tool_function(tree: ast.Module) -> ast.FunctionDef | None:
    """The function that becomes the tool."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return functions[-1] if functions else None


def tool_name(source: str) -> str:
    """What the server will call the tool; empty when it makes none of this source."""
    try:
        function = tool_function(parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return function.name if function else ""
