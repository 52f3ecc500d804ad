"""A project directory and the command line, as a person uses them, for tests on the real server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import yaml
from click.testing import CliRunner, Result

from reconciler.cli import main as command_line

API = "reconciler/v1"


class _Whole(click.Command):
    """`main.run` as a click command, so that a CliRunner can capture what it prints."""

    def main(self, args: Any = None, **_: Any) -> Any:
        raise SystemExit(command_line.run(list(args or [])))


@dataclass
class Project:
    """Manifests in a directory; `run` is the command line with this server and a cache of its own."""

    root: Path
    url: str
    cache: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """Where history, journal and lease lie: beside the cache, as nothing else was said."""
        return self.cache.with_name(f"{self.cache.stem}.state.db")

    def write(self, name: str, *documents: dict[str, Any]) -> None:
        """Replace one manifest file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump_all([{"apiVersion": API, **d} for d in documents], sort_keys=False)
        path.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        """One command; stdin is no terminal."""
        environ = {"LETTA_BASE_URL": self.url, "RECONCILER_CACHE": str(self.cache), **self.environ}
        return CliRunner().invoke(_Whole("reconciler"), [str(a) for a in arguments], env=environ)

    def plan(self, *options: str) -> dict[str, Any]:
        """The plan as its JSON document."""
        result = self.run("plan", str(self.root), "--json", *options)
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def apply(self, *options: str) -> dict[str, Any]:
        """Apply, which must succeed in full."""
        result = self.run("apply", str(self.root), "--yes", "--json", *options)
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def assert_settled(self) -> None:
        """Nothing to do and nothing to say."""
        document = self.plan()
        assert not document["changes"], json.dumps(document["changes"], indent=1)
        said = {key: document[key] for key in ("kept", "drift", "learned", "conflicts", "diagnostics")}
        assert not any(said.values()), json.dumps(said, indent=1)


def changed_paths(document: dict[str, Any]) -> dict[str, list[str]]:
    """Address to the paths a plan would write."""
    return {
        change["address"]: [f["path"] for f in change["fields"] if f["effect"] == "write"]
        for change in document["changes"]
    }
