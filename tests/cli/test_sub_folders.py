"""In a folder of a project the whole project is loaded, and only the target narrows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.manifest.files.other_tools import holds_project

from .conftest import Run, World

HEAD = "apiVersion: reconciler/v1\n"
FREE = "letta/letta-free"
TEAM = f"agents: {{one: {{model: {FREE}, embedding: {FREE}, system: {{file: ../prompts/base.md}}}}}}\n"
FILES = {
    "project.yaml": f"{HEAD}kind: Project\nname: demo\n",
    "teams/pair.yaml": f"{HEAD}kind: Constellation\nname: pair\n{TEAM}",
    "teams/trio.yaml": f"{HEAD}kind: Constellation\nname: trio\n{TEAM}",
    "users/eu/pair.yaml": f"{HEAD}kind: Users\nconstellation: pair\nusers: [{{id: ada}}, {{id: 'b*'}}]\n",
    "users/us/pair.yaml": f"{HEAD}kind: Users\nconstellation: pair\nfrom: {{file: us.csv}}\n",
    "users/us/us.csv": "id\numa\n",
    "users/us/trio.yaml": f"{HEAD}kind: Users\nconstellation: trio\nusers: [{{id: ada}}]\n",
    "shared/rules.yaml": f"{HEAD}kind: Shared\nblocks: {{rules: {{value: x}}}}\n",
    "prompts/base.md": "hello",
}


@pytest.fixture
def tree(tmp_path: Path, project: Path) -> Path:
    """A project in folders; the current folder is its own."""
    (project / "all.yaml").unlink()
    for name, text in FILES.items():
        file = project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return project


def owners(text: str) -> list[str]:
    """Whose sets the changes of a plan are."""
    changes = [each["address"] for each in json.loads(text)["changes"]]
    return sorted({"/".join(each.split("/")[: 1 if each.startswith("shared/") else 2]) for each in changes})


EVERYBODY = ["pair/ada", "pair/b%2A", "pair/uma", "shared", "trio/ada"]
PARTS = {
    ".": EVERYBODY,
    "users/eu": ["pair/ada", "pair/b%2A"],
    "users/us": ["pair/uma", "trio/ada"],
    "users": ["pair/ada", "pair/b%2A", "pair/uma", "trio/ada"],
    "teams": ["pair/ada", "pair/b%2A", "pair/uma", "trio/ada"],
    "shared": ["shared"],
    "prompts": EVERYBODY,
}


@pytest.mark.parametrize("where", PARTS)
def test_a_plan_in_a_folder_is_about_its_sets(
    where: str, run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_path = run("plan", "--json", where)
    assert owners(by_path.stdout) == PARTS[where]
    monkeypatch.chdir(tree / where)
    by_folder = run("plan", "--json")
    assert owners(by_folder.stdout) == PARTS[where]
    assert ("note: " in by_folder.stderr) is (where != ".")


def test_several_folders_are_about_the_sets_of_all(run: Run, tree: Path, world: World) -> None:
    assert owners(run("plan", "--json", "users/eu", "shared").stdout) == ["pair/ada", "pair/b%2A", "shared"]


@pytest.mark.parametrize("command", ["validate", "render", "drift", "plan"])
@pytest.mark.parametrize("where", ["users", "teams", "prompts", "users/us"])
def test_every_command_finds_the_project(
    command: str, where: str, run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / where)
    result = run(command)
    assert result.exit_code == 0, result.stderr
    assert "error" not in result.stderr


def test_validate_in_a_folder_is_about_all(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "teams/trio.yaml").write_text(f"{HEAD}kind: Constellation\nname: trio\nagents: {{one: {{}}}}\n")
    monkeypatch.chdir(tree / "users/eu")
    result = run("validate")
    assert result.exit_code == 1
    assert "teams/trio.yaml:4:" in result.stderr


@pytest.mark.parametrize("flag", [("--target", "trio"), ("--user", "uma")])
def test_what_is_asked_for_by_name_is_not_narrowed(
    flag: tuple[str, str], run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / "users/eu")
    assert owners(run("plan", "--json", *flag).stdout) == ["trio/ada" if "trio" in flag else "pair/uma"]


def test_exclude_still_wins(run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "users/eu")
    assert owners(run("plan", "--json", "--exclude", "pair/ada").stdout) == ["pair/b%2A"]


def test_a_prune_in_a_folder_ends_nothing_outside_of_it(
    run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("apply", "--yes").exit_code == 0
    (tree / "users/us/us.csv").write_text("id\n")
    (tree / "users/eu/pair.yaml").write_text(FILES["users/eu/pair.yaml"].replace(", {id: 'b*'}", ""))
    monkeypatch.chdir(tree / "users/eu")
    result = run("apply", "--prune", "--yes", "--force", "--allow", "data-loss")
    assert result.exit_code == 0, result.stderr
    left = {str(address.owner) for address in world.live}
    assert left == {"pair/ada", "pair/b%2A", "pair/uma", "trio/ada", "shared"}
    assert run("apply", "--prune", "--yes", "--force", "--allow", "data-loss", str(tree)).exit_code == 0
    assert {str(address.owner) for address in world.live} == {"pair/ada", "trio/ada", "shared"}


def test_a_saved_plan_is_applied_where_it_was_made(
    run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / "users/eu")
    assert run("plan", "-o", "plan.json").exit_code == 0
    assert run("apply", "plan.json", "--yes").exit_code == 0
    assert {str(address.owner) for address in world.live} == {"pair/ada", "pair/b%2A"}


def test_a_project_of_its_own_stays_its_own(run: Run, tree: Path, world: World) -> None:
    inner = tree / "inner"
    inner.mkdir()
    (inner / "all.yaml").write_text(f"{HEAD}kind: Project\nname: other\n---\n{FILES['shared/rules.yaml']}")
    result = run("plan", "--json", "inner")
    assert json.loads(result.stdout)["project"] == "other"
    assert owners(result.stdout) == ["shared"]
    assert "note: " not in result.stderr


def test_a_file_that_is_named_is_only_that_file(run: Run, tree: Path, world: World) -> None:
    assert "no constellation 'pair'" in run("validate", "users/eu/pair.yaml").stderr


@pytest.mark.parametrize("border", ["git", "home", "ignored", "hidden"])
def test_nobody_looks_beyond(
    border: str, run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if border == "git":
        (tree / "users" / ".git").mkdir()
    elif border == "home":
        monkeypatch.setenv("HOME", str(tree))
    elif border == "ignored":
        (tree / ".reconcilerignore").write_text("project.yaml\n")
    else:
        (tree / "project.yaml").rename(tree / ".project.yaml")
    assert "no constellation 'pair'" in run("validate", "users").stderr


def test_a_repository_is_looked_into_at_its_root(run: Run, tree: Path) -> None:
    (tree / ".git").mkdir()
    assert run("validate", "users").exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: reconciler/v1, kind: Project, name: demo}\n",
        '{"apiVersion": "reconciler/v1", "kind": "Project", "name": "demo"}\n',
        "'apiVersion': reconciler/v1\n'kind': 'Project'\nname: demo\n",
        "? apiVersion\n: reconciler/v1\n? kind\n: Project\n? name\n: demo\n",
        "name: demo\nkind:   Project\napiVersion: reconciler/v1\n",
        "# ours\n--- {apiVersion: reconciler/v1,\n  kind: !!str Project, name: demo}\n",
        f"other: 1\n---\n{HEAD}safety: {{max_deletes: 1}}\nkind: &k Project\nname: demo\n",
    ],
)
def test_the_project_above_is_found_however_it_is_written(
    text: str, run: Run, tree: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "project.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tree / "users/eu")
    assert owners(run("plan", "--json").stdout) == PARTS["users/eu"]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: example.com/v1\nkind: Project\n",
        "{apiVersion: example.com/v1, kind: Project}\n",
        "apiVersion: reconciler/v1\nkind: Users\nconstellation: pair\nusers: [{id: zoe, kind: Project}]\n",
        "text: |\n  kind: Project\n",
        "[{kind: Project}]\n",
    ],
)
def test_what_only_mentions_a_project_is_none(text: str) -> None:
    assert holds_project(text.encode()) is False
