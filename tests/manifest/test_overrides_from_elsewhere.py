"""A Users document can say what differs for users another one, or a table, declares."""

from __future__ import annotations

from pathlib import Path

from tests.manifest.trees import VERSION, loaded, resources, said, tree

TEAM = """
blocks: {state: {value: x, limit: 50}}
agents: {coach: {model: a/b, memory_blocks: {persona: {value: p, limit: 9}}, shared_blocks: [state]}}
"""


def more(folder: Path, overrides: str, name: str = "more.yaml") -> None:
    text = f"{VERSION}kind: Users\nconstellation: team\noverrides: {overrides}\n"
    (folder / name).write_text(text, encoding="utf-8")


def test_users_of_a_table_can_differ(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\nada\nben\n", encoding="utf-8")
    more(tmp_path, "{ada: {blocks: {state: {value: learned}}}}")

    found = resources(loaded(tmp_path, TEAM, "from: {file: users.csv}"))

    assert found["team/ada/block/state"].leaves["value"] == "learned"
    assert found["team/ada/block/state"].leaves["limit"] == 50
    assert found["team/ben/block/state"].leaves["value"] == "x"


def test_they_are_laid_over_what_the_user_has_already(tmp_path: Path) -> None:
    users = (
        "users: [{id: ada, overrides: {agents: {coach: {model: c/d, memory_blocks: {persona: {limit: 5}}}}}}]"
    )
    more(tmp_path, "{ada: {agents: {coach: {description: d, memory_blocks: {persona: {value: q}}}}}}")
    more(tmp_path, "{ada: {agents: {coach: {description: later}}}}", "z.yaml")

    found = resources(loaded(tmp_path, TEAM, users))

    coach, persona = found["team/ada/agent/coach"], found["team/ada/agent/coach/block/persona"]
    assert (coach.leaves["model"], coach.leaves["description"]) == ("c/d", "later")
    assert (persona.leaves["value"], persona.leaves["limit"]) == ("q", 5)


def test_a_user_nobody_declares_is_told(tmp_path: Path) -> None:
    more(tmp_path, "{adda: {blocks: {state: {value: learned}}}}")

    (found,) = said(tree(tmp_path, TEAM))

    assert "there is no user 'adda'" in str(found)
    assert "ada" in found.hint


def test_what_the_template_does_not_have_cannot_differ(tmp_path: Path) -> None:
    more(tmp_path, "{ada: {blocks: {stat: {value: learned}}}}")

    (found,) = said(tree(tmp_path, TEAM))

    assert "no block 'stat' to override" in str(found)
