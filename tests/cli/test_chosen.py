"""A selector that chooses nothing is an error: never green when nothing was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run, World

TAKES_SCOPE = (
    ("plan",),
    ("apply", "--yes"),
    ("drift",),
    ("render",),
    ("apply", "--yes", "--prune"),
    ("plan", "--detailed-exitcode"),
)


@pytest.fixture
def there(project: Path, world: World, run: Run) -> World:
    """Both users have their sets, and the cache knows them."""
    del project
    assert run("apply", "--yes").exit_code == 0
    world.written.clear()
    return world


@pytest.mark.parametrize("command", TAKES_SCOPE, ids=" ".join)
@pytest.mark.parametrize(
    ("words", "named", "near"),
    [
        (("--user", "11"), "the user '11'", "did you mean '1'?"),
        (("--user", "1", "--user", "zoe"), "the user 'zoe'", "there are: 1, 2"),
        (("--target", "pair/7"), "the selector 'pair/7'", "did you mean 'pair/"),
        (("--target", "pear/1"), "the selector 'pear/1'", "did you mean 'pair/1'?"),
        (("--target", "pear"), "the selector 'pear'", "did you mean 'pair'?"),
        (("--target", "pair/1/agent/oen"), "the selector", "did you mean 'pair/1/agent/one'?"),
        (("--target", "pair/1/agents/one"), "the selector", "did you mean 'pair/1/agent/one'?"),
        (("--target", "pair/1", "--target", "pair/9/*"), "the selector 'pair/9/*'", "--allow empty"),
        (("--exclude", "pair/1/block/moo"), "the selector", "did you mean 'pair/1/block/mood'?"),
        (("--user", "1", "--exclude", "pair/2/agent/x"), "the selector", "did you mean 'pair/2/agent/one'?"),
        (
            ("--user", "1", "--exclude", "pair/1"),
            "--user, --target and --exclude say together",
            "--allow empty",
        ),
        (
            ("--user", "1", "--target", "pair/2"),
            "--user, --target and --exclude say together",
            "--allow empty",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_chooses_nothing_is_an_error_with_what_was_meant(
    command: tuple[str, ...], words: tuple[str, ...], named: str, near: str, there: World, run: Run
) -> None:
    result = run(*command, *words)
    assert result.exit_code == 1
    assert named in result.stderr
    assert "chooses nothing" in result.stderr
    assert near in result.stderr
    assert not there.written


@pytest.mark.parametrize("command", TAKES_SCOPE[:4], ids=" ".join)
@pytest.mark.parametrize(
    "words",
    [
        ("--target", "pair/9/*"),
        ("--target", "pair/*/agent/x*"),
        ("--exclude", "pear/*"),
        ("--user", "1", "--exclude", "pair/1"),
    ],
    ids=" ".join,
)
def test_a_glob_may_be_allowed_to_choose_nothing(
    command: tuple[str, ...], words: tuple[str, ...], there: World, run: Run
) -> None:
    assert run(*command, *words).exit_code == 1
    assert run(*command, *words, "--allow", "empty").exit_code == 0
    assert run(*command, *words, "--allow", "R111").exit_code == 0
    assert not there.written


def test_what_is_written_out_is_never_allowed_to_choose_nothing(there: World, run: Run) -> None:
    del there
    assert run("plan", "--target", "pair/9", "--allow", "empty").exit_code == 1
    assert run("plan", "--user", "9", "--allow", "empty").exit_code == 1


@pytest.mark.parametrize(
    "words",
    [("--user", "1"), ("--target", "pair/1/agent/one"), ("--exclude", "pair/2"), ("--target", "pair")],
)
def test_what_is_declared_and_not_there_yet_is_chosen(
    words: tuple[str, ...], project: Path, world: World, run: Run
) -> None:
    del project, world
    assert run("plan", *words).exit_code == 0


def test_what_is_live_and_no_longer_declared_is_chosen(there: World, project: Path, run: Run) -> None:
    del there
    _without_second(project)
    assert run("plan", "--user", "2").exit_code == 0
    assert run("plan", "--target", "pair/2/agent/one").exit_code == 0


def test_what_only_the_cache_knows_is_chosen(there: World, project: Path, run: Run) -> None:
    _without_second(project)
    there.live = {address: one for address, one in there.live.items() if address.owner.user == "1"}
    assert run("plan", "--user", "2").exit_code == 0
    assert run("plan", "--target", "pair/2").exit_code == 0


def test_a_shard_without_the_user_is_no_error(there: World, run: Run) -> None:
    """CI gives every shard the same words."""
    del there
    for shard in ("1/3", "2/3", "3/3"):
        assert run("plan", "--shard", shard, "--user", "1").exit_code == 0


def test_a_seed_that_is_nowhere_is_not_written_again(there: World, run: Run) -> None:
    result = run("apply", "--yes", "--reseed", "pair/1/block/modo")
    assert result.exit_code == 1
    assert "did you mean 'pair/1/block/mood'?" in result.stderr
    assert not there.written


@pytest.mark.parametrize(
    ("selector", "status", "said"),
    [
        ("pair/9", 0, "nothing of pair/9 is on the server"),
        ("pair/1/agent/oen", 1, "did you mean 'pair/1/agent/one'?"),
        ("pear/1", 1, "did you mean 'pair/1'?"),
        ("pear/*", 1, "--allow empty"),
        ("pair/*/agent/other", 1, "--allow empty"),
        ("shared/tool/none", 1, "chooses nothing"),
    ],
)
def test_destroy_says_whether_there_was_anything(
    selector: str, status: int, said: str, there: World, run: Run
) -> None:
    result = run("destroy", selector, "--yes")
    assert result.exit_code == status
    assert said in result.output
    assert len(there.live) == 4


def test_destroying_a_user_twice_is_fine(there: World, run: Run) -> None:
    assert run("destroy", "pair/1", "--yes").exit_code == 0
    again = run("destroy", "pair/1", "--yes")
    assert again.exit_code == 0
    assert "nothing of pair/1 is on the server" in again.output
    assert run("destroy", "pair/1", "pear/1", "--yes").exit_code == 1
    assert {address.owner.user for address in there.live} == {"2"}


@pytest.mark.parametrize("command", [("state", "list"), ("state", "forget", "--yes")], ids=" ".join)
def test_state_knows_what_it_was_asked_for(command: tuple[str, ...], there: World, run: Run) -> None:
    assert run(*command, "pair/1/agent/oen").exit_code == 1
    assert "did you mean 'pair/1/agent/one'?" in run(*command, "pair/1/agent/oen").stderr
    assert run(*command, "pair/7/*").exit_code == 1
    assert run(*command, "pair/7/*", "--allow", "empty").exit_code == 0
    assert not there.written


def test_forget_takes_no_selector_for_another(there: World, run: Run) -> None:
    assert run("state", "forget", "pair/1", "pair/7", "--yes").exit_code == 1
    assert not there.written


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        ("emty", "did you mean 'empty'?"),
        ("everything", "there is no rule 'everything'"),
        ("empty=3", "empty takes no number"),
        ("R999", "there is no rule 'R999'"),
        ("=3", "there is no rule ''"),
    ],
)
def test_only_a_rule_can_be_allowed(grant: str, said: str, there: World, run: Run) -> None:
    del there
    result = run("plan", "--allow", grant)
    assert result.exit_code == 1
    assert said in result.stderr


def _without_second(project: Path) -> None:
    path = project / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(', {id: "2"}', ""), encoding="utf-8")
