"""Tables of users: one row at a time, and only the rows asked for."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.values import Owner, Scope, Selector
from tests.manifest.trees import loaded, said, tree

TEMPLATE = "parameters: {name: {type: string}}\nblocks: {human: {value: '${{ parameters.name }}'}}\n"
FROM = "from: {file: users.csv}"


def table(count: int) -> str:
    return "id,name\n" + "".join(f"u{number},N{number}\n" for number in range(count))


def users_of(scope: Scope, folder: Path) -> set[str]:
    manifests = loaded(folder, TEMPLATE, FROM, users_csv=table(50))
    return {resource.address.owner.user for resource in manifests.desired(scope)}


def test_users_come_one_at_a_time(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEMPLATE, FROM, users_csv=table(1000))
    assert next(manifests.users()) == Owner("team", "u0")
    assert sum(1 for _ in manifests.users()) == 1000


def test_a_named_user_is_the_only_one_expanded(tmp_path: Path) -> None:
    assert users_of(Scope(users=frozenset({"u7"})), tmp_path) == {"u7"}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["team/u3"], {"u3"}),
        (["team/u3/block/human", "team/u4"], {"u3", "u4"}),
        (["other/u3"], set()),
        (["shared/block/x"], set()),
        (["t*/u3"], {"u3"}),
        (["team/nobody"], set()),
    ],
)
def test_a_selector_with_a_literal_user_asks_for_that_user(
    patterns: list[str], expected: set[str], tmp_path: Path
) -> None:
    assert users_of(Scope(targets=tuple(map(Selector, patterns))), tmp_path) == expected


@pytest.mark.parametrize("pattern", ["team/*/block/human", "team", "*", "team/u?"])
def test_any_other_selector_asks_for_everybody(pattern: str, tmp_path: Path) -> None:
    assert len(users_of(Scope(targets=(Selector(pattern),)), tmp_path)) == 50


def test_a_mistake_of_one_user_does_not_stop_another(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEMPLATE, FROM, users_csv="id,name\ngood,G\nbad,\n")
    assert len(manifests.desired(Scope(users=frozenset({"good"}))).resources) == 1
    with pytest.raises(ManifestError, match="user 'bad'"):
        manifests.desired()


def test_a_thousand_equal_mistakes_are_counted_not_shown(tmp_path: Path) -> None:
    rows = "id,name\n" + "".join(f"u{number},\n" for number in range(1000))
    found = said(tree(tmp_path, TEMPLATE, FROM, users_csv=rows))
    assert len(found) == 201
    assert "further problems are not shown" in found[-1].summary


def test_a_program_can_bring_a_user_along(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEMPLATE, "users: []").with_user("team", "zoe", {"name": "Zoe"})
    (block,) = manifests.desired(Scope(users=frozenset({"zoe"})))
    assert block.leaves["value"] == "Zoe"
    assert [owner.user for owner in manifests.users()] == ["zoe"]


def test_a_brought_user_needs_the_parameters_too(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEMPLATE, "users: []").with_user("team", "zoe", {})
    with pytest.raises(ManifestError, match="'name' is missing"):
        manifests.desired()
    with pytest.raises(ManifestError, match="no constellation 'taem'"):
        manifests.with_user("taem", "zoe", {})


def test_the_same_call_gives_the_same_answer(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEMPLATE, FROM, users_csv=table(5))
    assert manifests.desired() == manifests.desired()
    assert load([tmp_path], {}).desired() == manifests.desired()


def test_order_of_paths_does_not_matter(tmp_path: Path) -> None:
    tree(tmp_path, TEMPLATE, FROM, users_csv=table(3))
    extra = tmp_path / "shared.yaml"
    extra.write_text("apiVersion: reconciler/v1\nkind: Shared\nblocks: {rules: {value: x}}\n")
    orders = [
        list(load(list(paths), {}).desired())
        for paths in itertools.permutations([tmp_path / "main.yaml", extra])
    ]
    assert orders[0] == orders[1]


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("ada@example.com", "Ada@Example.com", True),
        ("Ada@Example.com", "ada@example.com", True),
        ("Ada@example.com", "ADA@example.com", True),
        ("ada", "a\u200bda", True),
        ("xY", "xy", True),
        ("jose\u0301", "jos\u00e9", True),
        ("0042", "42", False),
    ],
)
def test_ids_that_only_look_different_are_told(one: str, other: str, are_alike: bool, tmp_path: Path) -> None:
    manifests = loaded(tmp_path, TEMPLATE, FROM, users_csv=f"id,name\n{one},A\n{other},B\n")
    assert len(manifests.desired().resources) == 2
    told = [each.summary for each in said(tmp_path) if "look like one" in each.summary]
    assert len(told) == are_alike
