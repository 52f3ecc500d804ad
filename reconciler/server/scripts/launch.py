"""Start the Letta server. Run as a script by the Python of the server's own environment, never imported.

In: --instance DIRECTORY (marks this process as ours), --port, --socket DIRECTORY, and Letta's settings in the
environment. Out: a server on 127.0.0.1. It must not write the password anywhere, though Letta prints it.
"""

import argparse
import copy
import functools
import os
import runpy
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO


class Masked:
    """A text stream that replaces a secret before it is written."""

    def __init__(self, stream: TextIO, secret: str) -> None:
        self._stream = stream
        self._secret = secret

    def write(self, text: str) -> int:
        return self._stream.write(text.replace(self._secret, "********"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def mask_password() -> None:
    """Letta prints its password at start; our streams go to a log file."""
    password = os.environ.get("LETTA_SERVER_PASSWORD")
    if password:
        sys.stdout, sys.stderr = Masked(sys.stdout, password), Masked(sys.stderr, password)


def skip_download() -> None:
    """Letta fetches nltk data from the internet at each start; llama-index carries the same data."""
    import nltk  # type: ignore[import-not-found,unused-ignore]

    nltk.download = lambda *arguments, **options: True


def remembered(derive: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The same function; it works out the answer to one set of arguments once. Every caller gets a copy."""
    once = functools.cache(derive)

    @functools.wraps(derive)
    def answer(**arguments: str) -> dict[str, Any]:
        return copy.deepcopy(once(**arguments))

    return answer


def remember_own_schemas() -> None:
    """Letta derives the JSON schema of each of its own tools from source code whenever it reads that tool:
    a quarter of the server's time (measured with 0.16.8). The source code does not change while it runs."""
    from letta.schemas import tool  # type: ignore[import-not-found,unused-ignore]

    tool.get_json_schema_from_module = remembered(tool.get_json_schema_from_module)


def reserved(port: int) -> socket.socket:
    """The port, kept from now on: the server takes some twenty seconds until it listens."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--instance", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--socket", required=True)
    arguments = parser.parse_args()
    mask_password()
    listener = reserved(arguments.port)
    skip_download()
    remember_own_schemas()
    schema = runpy.run_path(str(Path(__file__).with_name("create_schema.py")))
    schema["create_schema"](f"postgresql+psycopg2://postgres@/letta?host={arguments.socket}")

    import uvicorn  # type: ignore[import-not-found,unused-ignore]

    sys.argv = ["letta", "--no-generation"]
    application = "letta.server.rest_api.app:app"
    config = uvicorn.Config(application, access_log=False, timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
