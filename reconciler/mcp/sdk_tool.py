"""Makes a tool of the SDK of a function: run in a thread, strict about arguments, with signs of life.

In: a plain function. Out: what an MCP server registers. It must not know which functions there are.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from reconciler.errors import ReconcilerError
from reconciler.mcp.errors import said

_CONTEXT = "context"


def tool_of(function: Callable[..., Any], annotations: ToolAnnotations, beat: float) -> Tool:
    """A tool of this name, signature and docstring; every `beat` seconds its client is told that it goes on.

    A call that its client cancels ends at once and is never answered. Its thread goes on to its end, and so
    does what it has sent. What a person can mend reaches the client.
    """

    @functools.wraps(function)
    async def call(context: Context[Any, Any], **arguments: Any) -> Any:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_tell, context, function.__name__, beat)
            result = await _outcome(functools.partial(function, **arguments))
            tasks.cancel_scope.cancel()
        if isinstance(result, ReconcilerError):
            raise ToolError(said(result)) from result
        return result

    made = _StrictTool.from_function(call, context_kwarg=_CONTEXT, annotations=annotations)
    return made.model_copy(update={"parameters": {**made.parameters, "additionalProperties": False}})


class _StrictTool(Tool):
    """The SDK drops arguments of unknown names: a call with `lable` reads everything."""

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """ToolError for an argument the tool does not have."""
        known = sorted(self.parameters["properties"])
        for name in sorted(arguments.keys() - set(known)):
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean {close[0]}?" if close else f"it has: {', '.join(known) or 'none'}"
            raise ToolError(f"{self.name} has no argument {name!r}: {meant}")
        return await super().run(arguments, context, convert_result)


async def _outcome(called: Callable[[], Any]) -> Any:
    """The result, or the error, which must not leave a task group wrapped in another one."""
    try:
        return await anyio.to_thread.run_sync(called, abandon_on_cancel=True)
    except ReconcilerError as error:
        return error


async def _tell(context: Context[Any, Any], name: str, beat: float) -> None:
    """Nothing is sent to clients that did not ask for progress."""
    since = 0.0
    while True:
        await anyio.sleep(beat)
        since += beat
        await context.report_progress(since, None, f"{name} goes on for {since:g} s")
