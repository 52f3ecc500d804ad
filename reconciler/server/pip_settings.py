"""The package index that the user told pip about, in uv's words.

In: environment variables and pip's configuration files. Out: variables for uv. uv does not read pip's
settings, yet a company mirror is usually set only there. It must not override a choice made for uv itself.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

_UV_INDEX = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE", "UV_NO_INDEX", "UV_OFFLINE")


def index_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """UV_DEFAULT_INDEX as pip would have it; nothing when uv has its own setting or pip has none."""
    if any(variables.get(name) for name in _UV_INDEX):
        return {}
    uv_file = platformdirs.user_config_path("uv") / "uv.toml"
    if uv_file.exists() or Path("/etc/uv/uv.toml").exists():
        return {}
    url = variables.get("PIP_INDEX_URL") or _configured(variables)
    return {"UV_DEFAULT_INDEX": url} if url else {}


def _configured(variables: Mapping[str, str]) -> str:
    """`index-url` of pip's configuration files; the last file that has it wins, as in pip."""
    parser = configparser.RawConfigParser()
    found = ""
    for path in _files(variables):
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        found = parser.get("global", "index-url", fallback=found)
    return found


def _files(variables: Mapping[str, str]) -> Iterator[Path]:
    chosen = variables.get("PIP_CONFIG_FILE", "")
    if chosen == "/dev/null":
        return
    yield Path("/etc/pip.conf")
    yield Path.home() / ".pip" / "pip.conf"
    yield platformdirs.user_config_path("pip") / "pip.conf"
    if chosen:
        yield Path(chosen)
