"""A file that was let go of stays let go of: the folder tells, beside the digests of its files.

It has to be the folder. The digest of the file leaves the folder, and its name comes, by one write; a name in
the record of the set would be told later, or be lost with the record, and the file be offered once more. On
the simulated server.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.live import files
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.simulated_team import MODEL, opened, records


def template(*names: str) -> dict[str, Any]:
    source = {"embedding": MODEL["embedding"], "files": [f"{name}.md" for name in names]}
    return {"kind": "Constellation", "name": "team", "defaults": MODEL, "sources": {"notes": source}}


def put(server: RawServer, folder: str, name: str, text: str) -> None:
    """What an app does, as the simulated server takes it."""
    part = f"--x\r\nContent-Disposition: form-data\r\n\r\n{text}\r\n--x--\r\n".encode()
    url = f"{server.url}/v1/folders/{folder}/upload?name={name}"
    urllib.request.urlopen(urllib.request.Request(url, part, method="POST"), timeout=60).close()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A source whose second file an app changed and the manifests dropped since: an apply let go of it."""
    with opened(tmp_path, "7", template=template("a", "b")) as made:
        for name in ("a", "b"):
            (made.root / f"{name}.md").write_text(name, encoding="utf-8")
        made.apply()
        server = RawServer(made.url)
        (folder,) = server.list("folders")
        (old,) = [row for row in files.rows(server, folder["id"]) if "b.md" in row["file_name"]]
        files.remove(server, folder["id"], old["id"])
        put(server, folder["id"], "b.md", "changed by an agent")
        made.write("all.yaml", {"kind": "Project", "name": "demo"}, template("a"))
        assert "b.md" in made.run("plan", str(made.root)).output
        made.apply()
        yield made


@pytest.fixture
def server(project: Project) -> RawServer:
    return RawServer(project.url)


def test_it_is_said_once_on_every_machine(project: Project) -> None:
    project.assert_settled()
    replace(project, cache=project.root.parent / "elsewhere" / "cache.db").assert_settled()


def test_it_is_not_said_again_where_the_record_is_lost(project: Project, server: RawServer) -> None:
    for row in server.records():
        server.call("DELETE", f"/v1/blocks/{row['id']}")
    elsewhere = replace(project, cache=project.root.parent / "elsewhere" / "cache.db")
    planned = elsewhere.run("plan", str(project.root), "--detailed-exitcode", "-v")
    assert planned.exit_code == 0, planned.output
    assert "b.md" not in planned.output
    elsewhere.apply()
    (folder,) = server.list("folders")
    assert "changed by an agent" in {row["content"] for row in files.rows(server, folder["id"])}


def test_the_folder_tells_it_and_the_record_does_not(project: Project, server: RawServer) -> None:
    (folder,) = server.list("folders")
    (name,) = folder["metadata"]["letta-reconciler"]["released"]
    assert "b.md" in name
    assert not any(record.released for record in records(server).values())
