"""The settings the Letta process runs with.

In: the caller's environment variables, the instance's paths and what was chosen. Out: the command and the
variables of the server process. The caller's LETTA_*, PG* and PYTHON* variables never reach it; its provider
keys do, unless the STUB model stands in for every provider. It must not put a secret into the command.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from reconciler.server.environment import Environment
from reconciler.server.paths import InstancePaths
from reconciler.server.process import SCRIPTS
from reconciler.server.state import InstanceState

_FOREIGN_PREFIXES = ("LETTA_", "PG", "PYTHON", "OTEL_", "UV_", "PIP_")
_PROVIDER_SUFFIXES = ("_API_KEY", "_BASE_URL", "_API_BASE", "_ACCESS_KEY", "_ACCESS_KEY_ID", "_ENDPOINT")
_FIXED = {
    "LETTA_DISABLE_TRACING": "true",
    "LETTA_LOGGING_LOG_LEVEL": "ERROR",
    "LETTA_ENABLE_DB_POOL_MONITORING": "false",
    "LETTA_DISABLE_SQLALCHEMY_POOLING": "false",
    "PYTHONUNBUFFERED": "1",
}


STUB_MODEL = "openai-proxy/gpt-4o-mini"
STUB_EMBEDDING = "openai/text-embedding-3-small"
"""Handles under which the STUB model provider answers."""


def server_command(environment: Environment, paths: InstancePaths, port: int) -> list[str]:
    """What to run; -P keeps our scripts from hiding Letta's modules."""
    launch = [str(environment.python), "-P", str(SCRIPTS / "launch.py")]
    return [
        *launch,
        "--instance",
        str(paths.root),
        "--port",
        str(port),
        "--socket",
        str(paths.socket_directory),
    ]


def stub_command(paths: InstancePaths, port: int) -> list[str]:
    """The STUB model provider as a process of its own."""
    script = Path(__file__).with_name("stub_model.py")
    return [sys.executable, str(script), "--instance", str(paths.root), "--port", str(port)]


def server_variables(
    caller: Mapping[str, str],
    environment: Environment,
    paths: InstancePaths,
    database_uri: str,
    state: InstanceState,
    password: str | None,
) -> dict[str, str]:
    """The environment variables of the server process."""
    kept = {name: value for name, value in caller.items() if not name.startswith(_FOREIGN_PREFIXES)}
    kept.pop("VIRTUAL_ENV", None)
    if state.stub_url:
        kept = {name: value for name, value in kept.items() if not name.endswith(_PROVIDER_SUFFIXES)}
        kept |= {"OPENAI_API_KEY": "sk-STUB", "OPENAI_BASE_URL": state.stub_url}
    if password is not None:
        kept |= {"LETTA_SERVER_SECURE": "true", "LETTA_SERVER_PASSWORD": password}
    scratch = str(paths.scratch)
    own = {
        "HOME": scratch,
        "LETTA_DIR": scratch,
        "LETTA_PG_URI": database_uri,
        "NLTK_DATA": str(environment.packages / "llama_index" / "core" / "_static" / "nltk_cache"),
    }
    return {**kept, **_FIXED, **own, "NO_PROXY": _no_proxy(caller), "no_proxy": _no_proxy(caller)}


def _no_proxy(caller: Mapping[str, str]) -> str:
    given = caller.get("NO_PROXY") or caller.get("no_proxy") or ""
    return ",".join(part for part in (given, "127.0.0.1,localhost") if part)
