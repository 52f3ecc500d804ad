"""`init`, `validate`, `render`, `state`, `schema`, and the main command itself."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from reconciler import __version__
from reconciler.cli.commands import COMMANDS
from reconciler.cli.shared.options import Shard, shard_of
from reconciler.rules import RULES, grant_of
from reconciler.values import Address, Owner, Selector
from tests.cli.conftest import Run, World, boom


def test_init_makes_a_project_that_is_valid(run: Run, tmp_path: Path) -> None:
    result = run("init", str(tmp_path / "my project"))
    assert result.exit_code == 0
    assert run("validate", str(tmp_path / "my project")).exit_code == 0
    text = (tmp_path / "my project" / "project.yaml").read_text()
    assert "name: my-project" in text
    assert text.startswith("# yaml-language-server: $schema=.reconciler/manifest.schema.json")


def test_init_leaves_the_gitignore_of_a_repository_alone(run: Run, tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "new")).exit_code == 0
    assert "plan.json" in (tmp_path / "new" / ".gitignore").read_text()
    (tmp_path / ".gitignore").write_text("mine")
    assert run("init", str(tmp_path)).exit_code == 0
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_init_never_overwrites(run: Run, tmp_path: Path) -> None:
    (tmp_path / "users.yaml").write_text("mine")
    result = run("init", str(tmp_path))
    assert result.exit_code == 1
    assert "users.yaml" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["users.yaml"]


def test_validate_lists_every_problem(run: Run, project: Path) -> None:
    (project / "more.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Userss\n---\nkind: Project\nnam: x\n"
    )
    result = run("validate")
    assert result.exit_code == 1
    assert result.stderr.count("error: ") >= 2
    assert "more.yaml:2" in result.stderr
    document = json.loads(run("validate", "--json").stdout)
    assert document["diagnostics"][0]["file"] == "more.yaml"


def test_validate_counts_what_there_is(run: Run, project: Path) -> None:
    assert (
        run("validate").stdout == "The manifests are valid: 1 constellation, 2 users, 2 agents, 2 blocks.\n"
    )
    assert json.loads(run("validate", "--json").stdout)["counts"]["user"] == 2


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("hello {{ name }}", "${{ name }}"),
        ("hello ${name}", "${{ name }}"),
        ("prompts/lead.md", "write {file: prompts/lead.md}"),
    ],
)
def test_a_text_that_was_meant_as_something_else_is_told(
    run: Run, project: Path, text: str, cure: str
) -> None:
    manifests = (project / "all.yaml").read_text()
    (project / "all.yaml").write_text(f"{manifests}---\n{_one_agent(text)}")
    result = run("validate")
    assert (result.exit_code, result.stderr.count("warning: ")) == (0, 1)
    assert cure in result.stderr
    assert run("validate", "--strict").exit_code == 1


@pytest.mark.parametrize("text", ["${{ 'a' }}", "a {set} of {{}}", "say: read notes.md", "$5 {{ 1 + 1 }}"])
def test_a_text_that_is_meant_as_it_is_is_not_told(run: Run, project: Path, text: str) -> None:
    manifests = (project / "all.yaml").read_text()
    (project / "all.yaml").write_text(f"{manifests}---\n{_one_agent(text)}")
    assert run("validate", "--strict").exit_code == 0


def _one_agent(system: str) -> str:
    agents = {"only": {"system": system}}
    defaults = {"model": "openai/gpt-4o-mini"}
    document = {"apiVersion": "reconciler/v1", "kind": "Constellation", "name": "literal"}
    return yaml.safe_dump({**document, "defaults": defaults, "agents": agents})


def test_a_manifest_error_of_a_plan_is_printed_once_with_its_place(
    run: Run, project: Path, world: World
) -> None:
    (project / "more.yaml").write_text("apiVersion: reconciler/v1\nkind: Userss\n")
    result = run("plan")
    assert result.exit_code == 1
    assert result.stderr.count("more.yaml:2") == 1
    assert result.stderr.endswith("1 problem in the manifests\n")


def test_render_prints_one_user(run: Run, project: Path) -> None:
    document = yaml.safe_load(run("render", "--user", "1").stdout)
    assert list(document) == ["pair/1/agent/one", "pair/1/block/mood"]
    assert json.loads(run("render", "--json").stdout)["format_version"] == "1.0"


def test_state_lists_shows_and_rebuilds(run: Run, project: Path, world: World) -> None:
    assert "reconciler state rebuild" in run("state", "list").stderr
    run("apply", "--yes")
    run("plan")
    listed = run("state", "list", "pair/1")
    assert listed.stdout.splitlines()[0].startswith("pair/1/agent/one   id-pair/1/agent/one")
    assert len(json.loads(run("state", "list", "--json").stdout)["resources"]) == 4
    assert json.loads(run("state", "show", "pair/1/agent/one").stdout)["id"] == "id-pair/1/agent/one"
    assert run("state", "show", "pair/9/agent/one").exit_code == 1
    assert run("state", "show", "nonsense").exit_code == 1
    world.live.clear()
    assert run("state", "rebuild").exit_code == 0
    assert json.loads(run("state", "list", "--json").stdout)["resources"] == []


def test_state_needs_no_manifests_when_flags_say_it_all(run: Run, project: Path, world: World) -> None:
    run("apply", "--yes")
    (project / "all.yaml").unlink()
    assert run("state", "list", "--project", "demo").exit_code == 0


def test_every_rule_is_listed_with_what_allows_it(run: Run) -> None:
    listed = json.loads(run("rules", "--json").stdout)["rules"]
    assert [each["code"] for each in listed] == sorted(rule.code for rule in RULES.values())
    said = run("rules").stdout
    for each in listed:
        ordinary = "never gives way" if each["level"] == "firm" else each["level"]
        assert f"{each['code']} {each['name']}  {each['allow'] or ordinary}\n" in said
        if each["allow"]:
            word = each["allow"].removesuffix("[=N]").split()[1]
            assert grant_of(word).rule == each["name"]


def test_schema_is_printed_or_written(run: Run, tmp_path: Path) -> None:
    assert "$schema" in json.loads(run("schema").stdout)
    result = run("schema", "-o", str(tmp_path / "schemas"))
    assert "manifest.schema.json" in result.stdout
    assert (tmp_path / "schemas" / "manifest.schema.json").exists()


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"reconciler, version {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_says_what_each_command_says(name: str) -> None:
    module, _, attribute = COMMANDS[name].target.partition(":")
    assert getattr(import_module(module), attribute).get_short_help_str(200) == COMMANDS[name].help


@pytest.mark.parametrize("name", [[], *([name] for name in COMMANDS)])
def test_every_command_has_help(run: Run, name: list[str]) -> None:
    result = run(*name, "--help")
    assert result.exit_code == 0
    assert "Usage: reconciler" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plna",), "Did you mean 'plan'?"),
        (("zzz",), "There are: init"),
        (("plan", "--detailed-exitcodes"), "--detailed-exitcode"),
        (("state", "lst"), "Did you mean 'list'?"),
        (("import",), "Did you mean 'adopt'?"),
        (("taint",), "Did you mean 'plan --reseed'?"),
        (("plan", "--parallel", "0"), "--parallel"),
        (("plan", "--shard", "3/2"), "2/5"),
        (("plan", "--target", ""), "nothing is given"),
    ],
)
def test_a_usage_error_is_1_and_says_what_was_meant(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "--help" in result.stderr


def test_an_unexpected_error_is_one_line_and_a_hint(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.cli.shared.project.find_problems", boom(RuntimeError("surprise")))
    result = run("validate")
    assert result.exit_code == 1
    assert "unexpected RuntimeError: surprise" in result.stderr
    assert "Traceback" not in result.stderr
    assert "RECONCILER_DEBUG=1" in result.stderr
    monkeypatch.setenv("RECONCILER_DEBUG", "1")
    assert "Traceback" in run("validate").stderr


def test_shards_are_stable_and_shared_resources_belong_to_the_first() -> None:
    shared = Address(Owner(), "tool", "log")
    assert [Shard(number=n, of=3).covers(shared) for n in (1, 2, 3)] == [True, False, False]
    assert [shard_of(user, 4) for user in ("42", "ben@example.com", "支援")] == [2, 2, 3]
    user = Address(Owner("pair", "42"), "agent", "one")
    assert not Shard(exclude=(Selector("pair/42"),), number=2, of=4).covers(user)
    assert Shard(number=2, of=4).covers(user)
    assert Shard().is_everything
