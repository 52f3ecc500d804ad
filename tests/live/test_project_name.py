"""Which projects own something, as the real server tells it."""

from __future__ import annotations

from pathlib import Path

from reconciler.remote import Connection
from reconciler.remote.read.project_names import projects_on
from reconciler.waits import Waits

from .project import Project

AGENT = {"model": "letta/letta-free", "embedding": "letta/letta-free"}
TEMPLATE = {"kind": "Constellation", "name": "pair", "agents": {"one": AGENT}}
USERS = {"kind": "Users", "constellation": "pair", "users": [{"id": "1"}]}


def test_a_checkout_whose_folder_was_its_name_is_told_the_name_to_write(
    letta_url: str, tmp_path: Path
) -> None:
    root = tmp_path / "checkout"
    root.mkdir()
    project = Project(root, letta_url, tmp_path / "cache.db")
    project.write("all.yaml", TEMPLATE, USERS)
    assert projects_on(Connection(letta_url), Waits()) == ()
    project.apply("--project", "checkout")
    project.apply("--project", "pro_d")
    assert projects_on(Connection(letta_url), Waits()) == ("checkout", "pro_d")
    refused = project.run("apply", str(root), "--yes")
    assert refused.exit_code == 1
    assert "holds resources of project 'checkout', the name of this folder" in refused.stderr
    project.write("project.yaml", {"kind": "Project", "name": "checkout"})
    project.assert_settled()
