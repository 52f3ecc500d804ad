"""Expressions read the variables on the project's list, and in CI those on a list no pull request extends."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.manifest import load, validate
from tests.manifest.trees import VERSION, tree

CANARY = "canary-4711"
READS = 'agents: {coach: {model: a/b, description: "${{ env.PLACE }}"}}'
NAMES = ["DATABASE_URL", "GITHUB_PAT", "OPENAI_APIKEY", "DB_PASS", "MYTOKEN", "HOME"]


def project(folder: Path, lines: str = "") -> Path:
    (folder / "project.yaml").write_text(f"{VERSION}kind: Project\nname: demo\n{lines}", encoding="utf-8")
    return folder


def said(folder: Path, environ: dict[str, str]) -> str:
    return "\n".join(map(str, validate([folder], environ)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("listed", ["", "env: [LETTA_MODEL]\n"])
def test_what_is_not_on_the_list_is_never_read(tmp_path: Path, name: str, listed: str) -> None:
    tree(project(tmp_path, listed), READS.replace("PLACE", name))
    text = said(tmp_path, {name: CANARY})
    assert f"env.{name} is not among the variables that expressions may read" in text
    names = ", ".join(sorted({name, *(["LETTA_MODEL"] if listed else [])}))
    assert f"write `env: [{names}]` into the Project document at project.yaml:1:1" in text
    assert f"{{secret_env: {name}}}" in text
    assert CANARY not in text


@pytest.mark.parametrize("where", ["default('x')", "is defined"])
def test_a_default_does_not_open_the_list(tmp_path: Path, where: str) -> None:
    pipe = "|" if where.startswith("default") else ""
    tree(project(tmp_path), READS.replace("env.PLACE", f"env.PLACE {pipe} {where}"))
    assert "not among the variables" in said(tmp_path, {})


def test_files_and_the_shared_set_are_held_to_it(tmp_path: Path) -> None:
    shared = f"{VERSION}kind: Shared\nblocks: {{rules: {{value: '${{{{ env.PLACE }}}}'}}}}\n"
    (tmp_path / "shared.yaml").write_text(shared, encoding="utf-8")
    template = "agents: {coach: {model: a/b, system: {file: base.md}}}"
    tree(project(tmp_path), template, base_md="in ${{ env.HOME }}")
    text = said(tmp_path, {"PLACE": CANARY, "HOME": CANARY})
    assert text.count("not among the variables") == 2


def test_what_is_listed_is_read(tmp_path: Path) -> None:
    tree(project(tmp_path, "env: [PLACE]\n"), READS)
    (agent,) = load([tmp_path], {"PLACE": "Bath"}).desired()
    assert agent.leaves["description"] == "Bath"


def test_the_environment_overrides_the_document(tmp_path: Path) -> None:
    tree(project(tmp_path, "env: [PLACE]\n"), READS)
    environ = {"PLACE": CANARY, "RECONCILER_ENV": "LETTA_MODEL, LETTA_BASE_URL"}
    text = said(tmp_path, environ)
    assert "RECONCILER_ENV=LETTA_BASE_URL,LETTA_MODEL,PLACE" in text
    assert CANARY not in text
    assert not validate([tmp_path], {**environ, "RECONCILER_ENV": "PLACE"})


def test_an_empty_list_of_the_environment_opens_nothing(tmp_path: Path) -> None:
    tree(project(tmp_path, "env: [PLACE]\n"), READS)
    assert "not among the variables" in said(tmp_path, {"PLACE": CANARY, "RECONCILER_ENV": ""})


@pytest.mark.parametrize("listed", ["env: [A-B]\n", "env: [A=B]\n", "env: ['*']\n", "env: [1]\n", "env: A\n"])
def test_a_list_holds_names(tmp_path: Path, listed: str) -> None:
    tree(project(tmp_path, listed), "agents: {coach: {model: a/b}}")
    assert "error: project.yaml:" in said(tmp_path, {})


def test_a_list_of_the_environment_holds_names(tmp_path: Path) -> None:
    tree(project(tmp_path), "agents: {coach: {model: a/b}}")
    assert "'A;B' is no name of a variable" in said(tmp_path, {"RECONCILER_ENV": "A;B"})


@pytest.mark.parametrize("name", ["LETTA_API_KEY", "TEAM_SECRET"])
def test_a_secret_is_not_shown_even_when_it_is_listed(tmp_path: Path, name: str) -> None:
    tree(project(tmp_path, f"env: [{name}]\n"), READS.replace("PLACE", name))
    assert f"env.{name} looks like a secret" in said(tmp_path, {name: CANARY})


def test_without_a_project_document_the_way_out_is_said(tmp_path: Path) -> None:
    tree(tmp_path, READS)
    assert "RECONCILER_ENV=PLACE" in said(tmp_path, {"PLACE": CANARY})


def test_the_address_of_the_server_is_held_to_it(tmp_path: Path) -> None:
    project(tmp_path, "server: {url: 'http://${{ env.PLACE }}'}\n")
    assert "not among the variables" in said(tmp_path, {"PLACE": CANARY})
