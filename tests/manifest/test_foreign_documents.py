"""YAML of other tools below a project is skipped and counted; a manifest that lost a line is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestError, Severity
from reconciler.manifest import load, validate
from tests.manifest.trees import AGENT, VERSION, resources, said, tree

USERS = "constellation: team\nusers: [{id: bob}]\n"
COMPOSE = """
x-common: &common
  restart: always
services:
  db:
    <<: *common
    image: postgres:16
    ports: [22:22]
    environment: !reset {POSTGRES_PASSWORD: no, ON: yes}
"""
MKDOCS = """
site_name: Docs
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
"""
HELM = "{{- if .Values.on }}\napiVersion: v1\nkind: Service\nname: {{ .Values.name }}\n{{- end }}\n"
KUBERNETES = "apiVersion: apps/v1\nkind: Deployment\nname: bot\n---\napiVersion: v1\nkind: Service\n"
OPENSHIFT = "apiVersion: project.openshift.io/v1\nkind: Project\nmetadata: {name: other}\n"
PLAYBOOK = "- hosts: all\n  tasks:\n    - name: x\n      debug: {msg: hi}\n"
FOREIGN = {
    "docker-compose.yaml": COMPOSE,
    "mkdocs.yml": MKDOCS,
    "templates/service.yaml": HELM,
    "deploy.yaml": KUBERNETES,
    "openshift.yaml": OPENSHIFT,
    "playbook.yml": PLAYBOOK,
    "tabs.yml": "a:\n\tb: 1\n",
    "twice.yml": "a: 1\na: 2\n",
    "text.yaml": "just words\n",
    "latin.yaml": "name: caf\xe9\n",
    "action.yml": "name: x\non: push\nruns: {using: composite}\n",
    "values.yaml": "kind: User\nversion: 1\n",
    "openapi.yaml": "openapi: 3.0.0\ninfo: {title: x}\n",
    "numbered.yaml": "apiVersion: 3\nkind: Users\n",
    "other-users.yaml": "apiVersion: example.com/v1\nkind: Users\n" + USERS,
}


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("latin-1" if name.startswith("latin") else "utf-8"))


def errors(folder: Path) -> list[str]:
    return [each.summary for each in said(folder) if each.severity is Severity.ERROR]


@pytest.mark.parametrize("name", [name for name in FOREIGN if name != "values.yaml"])
def test_a_foreign_file_breaks_nothing_and_is_counted(name: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, name, FOREIGN[name])
    manifests = load([tmp_path], {})
    assert set(resources(manifests)) == {"team/ada/agent/coach"}
    assert errors(tmp_path) == []
    (note,) = manifests.notes
    assert note.severity is Severity.NOTE
    assert "skipped" in note.summary
    assert name in note.why
    assert note in validate([tmp_path], {})


def test_all_of_them_are_one_line(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    for name in ("docker-compose.yaml", "mkdocs.yml", "deploy.yaml"):
        write(tmp_path, name, FOREIGN[name])
    (note,) = load([tmp_path], {}).notes
    assert note.summary == "4 YAML documents of other tools were skipped"
    assert "deploy.yaml:1, deploy.yaml:4, docker-compose.yaml:1" in note.why


def test_a_foreign_document_between_ours_is_skipped(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    path = tmp_path / "main.yaml"
    ours = path.read_text(encoding="utf-8")
    path.write_text(f"{MKDOCS}---\n{ours}---\n{COMPOSE}", encoding="utf-8")
    assert errors(tmp_path) == []
    assert set(resources(load([tmp_path], {}))) == {"team/ada/agent/coach"}


def test_what_is_wrong_with_ours_is_said_beside_a_foreign_document(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    path = tmp_path / "main.yaml"
    ours = path.read_text(encoding="utf-8")
    path.write_text(f"{MKDOCS}---\n{ours}colour: !!python/name:os.system\n---\n{COMPOSE}", encoding="utf-8")
    found = errors(tmp_path)
    assert "the tag !!python/name:os.system is not supported" in found
    assert not any("material" in each or "reset" in each for each in found)


@pytest.mark.parametrize("kind", ["Project", "Constellation", "Users", "Shared"])
def test_one_of_our_kinds_without_an_api_version_is_an_error(kind: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "more.yaml", f"kind: {kind}\nname: x\n{USERS}")
    assert "'apiVersion' is missing" in errors(tmp_path)


@pytest.mark.parametrize(
    "damaged",
    [
        " .apiVersion: reconciler/v1\nk",
        "- apiVersion: reconciler/v1\n",
        "'apiVersion': reconciler/v1\nnd: Users\n",
    ],
)
def test_a_manifest_whose_keys_are_damaged_is_not_of_another_tool(damaged: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "more.yaml", damaged)
    assert errors(tmp_path)


def test_a_manifest_inside_a_text_of_another_tool_is_theirs(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "workflow.yaml", "jobs:\n  run: |\n    apiVersion: reconciler/v1\n    kind: Users\n")
    assert not errors(tmp_path)


@pytest.mark.parametrize("version", ["", "apiVersion:\n", "apiVersion: ~\n", "apiVersion: ''\n"])
def test_a_lost_version_never_hides_users(version: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "users.yaml", f"{version}kind: Users\n{USERS}")
    with pytest.raises(ManifestError):
        load([tmp_path], {})


@pytest.mark.parametrize(
    "head",
    [
        "apiVersion: reconciler/v2\nkind: Users\n",
        "apiVersion: Reconciler/v1\nkind: Users\n",
        "apiVersion: reconcilers/v1\nkind: Users\n",
        "apiVersion: reconcler/v1\nkind: Users\n",
        "apiVersion: reconciler\nkind: Users\n",
        "apiVersion: reconciler/v1\nkind: User\n",
        "apiVersion: reconciler/v1\n",
        "kind: users\n",
        "kind: User\n",
        "kind: Userss\n",
    ],
)
def test_a_slip_of_the_keyboard_never_hides_users(head: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "users.yaml", head + USERS)
    with pytest.raises(ManifestError):
        load([tmp_path], {})


@pytest.mark.parametrize("broken", ["users: [\n", "\tx: 1\n", "a: !!x/y {\n"])
def test_a_manifest_that_cannot_be_read_is_never_taken_for_a_foreign_one(broken: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    for head in (f"{VERSION}kind: Users\n", "kind: Users\n", f"{VERSION}"):
        write(tmp_path, "users.yaml", f"{head}{broken}")
        assert errors(tmp_path)


def test_a_document_after_a_broken_foreign_one_is_not_lost_in_silence(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "users.yaml", f"a: {{\n---\n{VERSION}kind: Users\n{USERS}")
    assert set(resources(load([tmp_path], {}))) if not errors(tmp_path) else errors(tmp_path)
    assert errors(tmp_path) or "team/bob/agent/coach" in resources(load([tmp_path], {}))


def test_a_foreign_project_is_not_the_root(tmp_path: Path) -> None:
    inner = tmp_path / "deploy"
    inner.mkdir()
    write(inner, "openshift.yaml", OPENSHIFT)
    tree(tmp_path, AGENT)
    (tmp_path / "project.yaml").write_text(f"{VERSION}kind: Project\nname: demo\n", encoding="utf-8")
    manifests = load([tmp_path], {})
    assert manifests.settings.root == tmp_path
    assert manifests.settings.name == "demo"


def test_a_foreign_file_that_is_named_holds_no_manifest(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "docker-compose.yaml", COMPOSE)
    found = validate([tmp_path / "main.yaml", tmp_path / "docker-compose.yaml"], {})
    assert "there is no manifest in 'docker-compose.yaml'" in [each.summary for each in found]


def test_a_folder_of_foreign_files_holds_no_manifest(tmp_path: Path) -> None:
    write(tmp_path, "docker-compose.yaml", COMPOSE)
    (found,) = said(tmp_path)
    assert found.summary == f"there is no manifest in '{tmp_path}'"
    assert "apiVersion: reconciler/v1" in found.hint


def test_hundreds_of_mistakes_in_a_foreign_file_break_nothing(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    write(tmp_path, "tags.yaml", "".join(f"k{number}: !x {number}\n" for number in range(2_000)))
    write(tmp_path, "kinds.yaml", "kind: Config\n" + "".join(f"k{n}: !x {n}\n" for n in range(2_000)))
    assert errors(tmp_path) == []


@pytest.mark.parametrize("rest", ["--- {", "---\nusers: [\n", "---\n\tx: 1\n", "--- 'cut o"])
def test_the_rest_of_a_file_that_was_cut_off_is_not_taken_for_foreign(rest: str, tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    path = tmp_path / "main.yaml"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + f"\n{rest}", encoding="utf-8")
    assert errors(tmp_path)
    with pytest.raises(ManifestError):
        load([tmp_path], {})
