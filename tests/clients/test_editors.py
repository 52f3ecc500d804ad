"""The YAML language server that editors use, over both examples and over mistakes people make."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clients.conftest import HERE

ROOT = HERE.parents[1]
EXAMPLES = sorted((ROOT / "constellations").glob("*/*.yaml"))
MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))
_BEFORE = 2


class LanguageServer:
    """One process, spoken to as an editor does."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, number=1)
        self._until(lambda message: message.get("id") == 1)
        self._send("initialized", {})
        settings = {"yaml": {"validate": True, "schemaStore": {"enable": False}}}
        self._send("workspace/didChangeConfiguration", {"settings": settings})

    def underlined(self, file: Path, text: str) -> list[tuple[int, str]]:
        """Lines, from 1, and what is said there."""
        uri = file.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})
        message = self._until(
            lambda each: (
                each.get("method") == "textDocument/publishDiagnostics" and each["params"]["uri"] == uri
            )
        )
        found = message["params"]["diagnostics"]
        return [(each["range"]["start"]["line"] + 1, each["message"]) for each in found]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate(timeout=60)

    def _send(self, method: str, params: Any, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self._write(message if number is None else {**message, "id": number})

    def _write(self, message: Any) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._process.stdin.flush()

    def _until(self, is_it: Any) -> Any:
        while True:
            message = self._read()
            if is_it(message):
                return message
            if "id" in message and "method" in message:  # it asks for settings: there are no others
                asked = message.get("params") or {}
                self._write(
                    {"jsonrpc": "2.0", "id": message["id"], "result": [{}] * len(asked.get("items", ()))}
                )

    def _read(self) -> Any:
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self._process.stdout.read(length))


@pytest.fixture(scope="module")
def editor(programs: Path) -> Iterator[LanguageServer]:
    made = LanguageServer(programs / "yaml-language-server")
    yield made
    made.close()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_of_an_example_is_underlined(editor: LanguageServer, path: Path) -> None:
    assert editor.underlined(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"])
def test_a_mistake_is_underlined_where_it_is(
    editor: LanguageServer, mistake: dict[str, Any], tmp_path: Path
) -> None:
    schema = (ROOT / "schemas" / "manifest.schema.json").as_uri()
    text = f"# yaml-language-server: $schema={schema}\napiVersion: reconciler/v1\n{mistake['text']}"
    found = editor.underlined(tmp_path / "one.yaml", text)
    assert mistake["at"] + _BEFORE in [line for line, _ in found], found


def test_each_document_of_a_file_is_looked_at(editor: LanguageServer, tmp_path: Path) -> None:
    head = f"# yaml-language-server: $schema={(ROOT / 'schemas' / 'manifest.schema.json').as_uri()}\n"
    good = f"{head}apiVersion: reconciler/v1\nkind: Project\nname: desk\n"
    text = f"{good}---\n{head}apiVersion: reconciler/v1\nkind: Constellation\nname: desk\nagentz: {{}}\n"
    assert [line for line, _ in editor.underlined(tmp_path / "two.yaml", text)] == [10]
