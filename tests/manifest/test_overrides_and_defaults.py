"""Defaults fill what an agent does not name; overrides change one user."""

from __future__ import annotations

from pathlib import Path

from reconciler.values import Ownership
from tests.manifest.trees import loaded, resources, said, tree


def test_defaults_fill_only_what_is_not_named(tmp_path: Path) -> None:
    team = """
    defaults: {model: a/b, tags: [default], model_settings: {temperature: 0.1, strict: true}, protect: true}
    agents:
      one: {}
      two: {model: c/d, tags: [], model_settings: {temperature: 0.9}, protect: false}
    """
    found = resources(loaded(tmp_path, team))
    one, two = found["team/ada/agent/one"], found["team/ada/agent/two"]
    assert one.leaves["model"] == "a/b"
    assert one.leaves["tags[default]"] is True
    assert one.policy.protect
    assert two.leaves["model"] == "c/d"
    assert "tags[default]" not in two.leaves
    assert "tags" in two.named
    assert "model_settings.strict" not in two.leaves
    assert not two.policy.protect


def test_the_place_of_a_default_is_where_it_was_written(tmp_path: Path) -> None:
    found = resources(loaded(tmp_path, "defaults:\n  model: a/b\nagents:\n  one: {description: x}\n"))
    agent = found["team/ada/agent/one"]
    assert str(agent.origins["model"]) == "main.yaml:5:3"
    assert str(agent.origins["description"]) == "main.yaml:7:9"
    assert str(agent.origin) == "main.yaml:7:8"


def test_an_override_touches_one_user(tmp_path: Path) -> None:
    users = "users: [{id: ada, overrides: {agents: {coach: {model: c/d}}}}, {id: ben}]"
    found = resources(loaded(tmp_path, "agents: {coach: {model: a/b}}", users))
    assert found["team/ada/agent/coach"].leaves["model"] == "c/d"
    assert found["team/ben/agent/coach"].leaves["model"] == "a/b"


def test_an_override_of_a_group_moves_its_blocks(tmp_path: Path) -> None:
    team = """
    blocks: {state: {value: x}}
    agents: {one: {model: a/b}, two: {model: a/b}}
    groups: {main: {agents: [one, two], shared_blocks: [state]}}
    """
    users = "users: [{id: ada, overrides: {groups: {main: {agents: [one]}}}}]"
    found = resources(loaded(tmp_path, team, users))
    assert "blocks[state]" in found["team/ada/agent/one"].leaves
    assert "blocks[state]" not in found["team/ada/agent/two"].leaves


def test_an_override_can_use_expressions_and_is_checked(tmp_path: Path) -> None:
    users = "users: [{id: ada, overrides: {agents: {coach: {description: 'for ${{ user.nam }}'}}}}]"
    (found,) = said(tree(tmp_path, "agents: {coach: {model: a/b}}", users))
    assert found.summary == "user 'ada': there is no user.nam"


def test_the_value_of_a_read_only_block_is_enforced(tmp_path: Path) -> None:
    team = """
    blocks:
      rules: {value: x, read_only: true}
      free: {value: x}
      chosen: {value: x, read_only: true, ownership: seeded}
      open: {value: x, read_only: true, ownership: {value: merged}}
      text: {value: x, ownership: merged}
    """
    found = resources(loaded(tmp_path, team))
    policies = {
        name: found[f"team/ada/block/{name}"].policy for name in ("rules", "free", "chosen", "open", "text")
    }
    assert policies["rules"].fields == {"value": Ownership.ENFORCED}
    assert policies["free"].fields == {}
    assert (policies["chosen"].default, policies["chosen"].fields) == (Ownership.SEEDED, {})
    assert policies["open"].fields == {"value": Ownership.MERGED}
    assert policies["text"].fields == {"value": Ownership.MERGED}
