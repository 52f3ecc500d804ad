"""`reconciler mcp`: serve agents, memory and knowledge of some users to an MCP client.

In: who may be seen and how to serve. Out: a server until it is stopped. On stdio nothing but the protocol is
written to stdout. The HTTP token is never an option: only the name of its variable is.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import click

from reconciler.cli.provision import open_constellations
from reconciler.cli.shared.options import Target, place_options
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import ReconcilerError

TOKEN = "RECONCILER_MCP_TOKEN"
_SHORTEST = 16

EPILOG = """\b
Examples:
  reconciler mcp --user 42                                   # on stdio, for one user
  RECONCILER_MCP_TOKEN=... reconciler mcp --user 42 --http 8765
"""


@command(epilog=EPILOG)
@click.option("--user", "users", metavar="ID", multiple=True, required=True, help="Whom to give access to.")
@click.option(
    "--constellation", "constellations", metavar="NAME", multiple=True, help="Only these; else all of them."
)
@click.option("--http", type=click.IntRange(1, 65535), metavar="PORT", help="Streamable HTTP, not stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--token-env", metavar="NAME", default=TOKEN, show_default=True, help="Variable that holds the token."
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared.",
)
@place_options
def mcp(
    users: tuple[str, ...],
    constellations: tuple[str, ...],
    http: int | None,
    host: str,
    token_env: str,
    manifests: Path,
    target: Target,
) -> None:
    """Serve agents, memory and knowledge to an MCP client.

    A client that cancels a call stops waiting for it: the message was sent, and the agent answers it all the
    same.
    """
    from reconciler.mcp import Access, Tools
    from reconciler.mcp.serve import run_http, run_stdio, server_of

    token = _token(token_env) if http else ""
    screen = Screen()
    with open_constellations(manifests, target, screen) as opened:
        names = constellations or opened.manifests.constellations
        unknown = set(names) - set(opened.manifests.constellations)
        if unknown:
            raise ReconcilerError(f"there is no constellation {', '.join(sorted(unknown))}")
        server = server_of(Tools(opened, Access(users, tuple(names))))
        if not http:
            run_stdio(server)
            return
        if not _is_loopback(host):
            screen.note(f"{host} is not a loopback address: put TLS in front, the token travels in clear")
        screen.note(f"http://{host}:{http}/mcp")
        run_http(server, token, host, http)


def _token(name: str) -> str:
    token = os.environ.get(name, "")
    if len(token) < _SHORTEST:
        raise ReconcilerError(
            f"HTTP needs a token of at least {_SHORTEST} characters in {name}",
            why="whoever reaches the port could read and write the memory of these users",
            hint=f"export {name}=$(openssl rand -hex 24)",
        )
    return token


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
