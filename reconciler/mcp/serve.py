"""Runs the tools as an MCP server, on stdio or streamable HTTP.

In: tools. Out: a process that answers until it is stopped. Tools run in threads, so that a slow agent keeps
nobody waiting. A call that is cancelled takes nothing back: what was sent is sent. HTTP always wants a bearer
token; without TLS in front it belongs on the loopback address.
"""

from __future__ import annotations

import hmac
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

from reconciler import __version__
from reconciler.errors import ReconcilerError
from reconciler.mcp.tools import HINTS, Hints, Tools

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.types import ToolAnnotations

_NAME = "letta-reconciler"
_INSTRUCTIONS = (
    "Talks to the Letta agents of some users, reads and writes their memory and knowledge. Users, agents and "
    "groups are named as list_agents shows them. To cancel a call only ends the waiting; its message is sent."
)
ASGI: TypeAlias = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


def server_of(tools: Tools, *, beat: float = 5.0) -> MCPServer:
    """The server; every `beat` seconds a client that asked for progress is told that its call goes on.

    ReconcilerError when the SDK is not installed.
    """
    try:
        from mcp.server import MCPServer
    except ImportError as error:
        raise ReconcilerError(
            "the MCP SDK is not installed, or older than 2.3",
            why="it is an extra, as few need it",
            hint="pip install 'letta-reconciler[mcp]'",
        ) from error
    from reconciler.mcp.sdk_tool import tool_of

    made = [tool_of(each, _annotations(each.__name__), beat) for each in tools.functions()]
    return MCPServer(_NAME, instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING", tools=made)


def _annotations(name: str) -> ToolAnnotations:
    """What a client is told of a tool; of one that is not ours nothing is known."""
    from mcp.types import ToolAnnotations

    hints = HINTS.get(name, Hints())
    return ToolAnnotations(
        read_only_hint=hints.reads, destructive_hint=hints.overwrites, idempotent_hint=hints.repeatable
    )


def run_stdio(server: MCPServer) -> None:
    """Answer on stdin and stdout until stdin ends; what anything else prints meanwhile goes to stderr."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # end it at once: it holds no lock, and waits for a line
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.default_int_handler:
            signal.signal(number, signal.SIG_DFL)
    server.run("stdio")


def run_http(server: MCPServer, token: str, host: str, port: int) -> None:
    """Answer under /mcp until interrupted; only to those who know the token.

    Without sessions: nothing of one call is needed by the next, and a client goes on after a restart.
    """
    import uvicorn

    app = guarded(server.streamable_http_app(host=host, stateless_http=True), token)
    uvicorn.run(app, host=host, port=port, log_level="warning")


def guarded(app: Any, token: str) -> ASGI:
    """The app behind a bearer token, compared in constant time."""
    expected = f"Bearer {token}".encode()

    async def gate(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, expected):
                await _refuse(send)
                return
        await app(scope, receive, send)

    return gate


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b"a bearer token is needed\n"})
