"""Single fields: how old, new, learned, secret and long values read."""

from __future__ import annotations

from reconciler.plan.model import Action, Change
from reconciler.report.plan.fields import changed_fields, new_fields
from reconciler.report.text.lines import plain
from reconciler.report.text.shortened import BRIEF, FULL
from reconciler.values import UNSET, Effect, FileContent, Secret, Verdict
from tests.report.conftest import change, moved

AGENT = "pattern/42/agent/flux"


def changed(each: Change) -> str:
    return plain(changed_fields(each, BRIEF))


def test_short_values_stand_on_one_line() -> None:
    assert changed(change(AGENT, Action.UPDATE, moved("model", "a", "b"))) == 'model  "a" -> "b"\n'


def test_numbers_and_text_are_told_apart() -> None:
    assert (
        changed(change(AGENT, Action.UPDATE, moved("max_files_open", "5", 5))) == 'max_files_open  "5" -> 5\n'
    )


def test_a_value_that_goes_away_is_not_null() -> None:
    assert "(not set) -> null" in changed(change(AGENT, Action.UPDATE, moved("model", UNSET, None)))


def test_names_are_aligned() -> None:
    text = changed(change(AGENT, Action.UPDATE, moved("model", 1, 2), moved("description", 1, 2)))
    assert text == "description  1 -> 2\nmodel        1 -> 2\n"


def test_drift_is_said() -> None:
    text = changed(change(AGENT, Action.UPDATE, moved("model", "a", "b", Verdict.DRIFT)))
    assert text.endswith("drift: changed on the server since the last apply\n")


def test_a_conflict_says_who_wins() -> None:
    wins = changed(change(AGENT, Action.UPDATE, moved("model", "a", "b", Verdict.CONFLICT)))
    stays = changed(change(AGENT, Action.UPDATE, moved("model", "a", "b", Verdict.CONFLICT, Effect.KEEP)))
    assert "the manifest wins" in wins
    assert "the live value stays" in stays


def test_a_secret_shows_its_name_only() -> None:
    text = changed(
        change(AGENT, Action.UPDATE, moved("secrets.KEY", Secret("canary1"), Secret("canary2", "KEY")))
    )
    assert text == "secrets.KEY  (secret) -> (secret KEY)\n"


def test_attachments_are_signed_by_kind() -> None:
    text = changed(
        change(
            AGENT,
            Action.UPDATE,
            moved("tools[memory_insert]", UNSET, "memory_insert"),
            moved("blocks[x]", "pattern/42/block/x", UNSET),
            moved("tags[mine]", "mine", UNSET, Verdict.LEARNED, Effect.KEEP),
        )
    )
    assert "+ tool memory_insert\n" in text
    assert "- block x\n" in text
    assert "= tag mine  learned: the live value stays\n" in text


def test_long_text_becomes_a_diff_with_a_cap() -> None:
    old = "".join(f"line {number}\n" for number in range(100))
    new = old.replace("line", "row")
    text = changed(change(AGENT, Action.UPDATE, moved("system", old, new)))
    assert text.startswith("system  text changes, +100 -100 lines\n")
    assert "… 186 more lines" in text
    assert len(text.splitlines()) < 20


def test_a_change_deep_in_a_long_line_is_visible() -> None:
    old, new = "x" * 500 + "OLD" + "y" * 500, "x" * 500 + "NEW" + "y" * 500
    text = changed(change(AGENT, Action.UPDATE, moved("system", old, new)))
    assert "OLD" in text
    assert "NEW" in text
    assert all(len(line) < 130 for line in text.splitlines())


def test_white_space_alone_is_still_a_difference() -> None:
    assert "white space" in changed(change(AGENT, Action.UPDATE, moved("system", "a\nb\n", "a\nb")))


def test_members_of_a_new_resource_are_gathered() -> None:
    each = change(AGENT, Action.CREATE, moved("tags[a]", desired="a"), moved("tags[b]", desired="b"))
    assert plain(new_fields(each, BRIEF)) == "tags  a, b\n"


def test_files_show_their_size() -> None:
    content = FileContent("ab" * 32, "knowledge/time.md", 2412)
    each = change("pattern/42/source/notes", Action.CREATE, moved("files[time.md]", desired=content))
    assert plain(new_fields(each, BRIEF)) == "files  time.md (2.4 kB)\n"


def test_the_name_of_a_new_resource_is_not_said_twice() -> None:
    each = change(
        "pattern/42/block/mood", Action.CREATE, moved("label", desired="mood"), moved("limit", desired=1)
    )
    assert plain(new_fields(each, BRIEF)) == "limit  1\n"


def test_everything_of_a_long_text_that_replaces_a_short_one_is_shown_on_demand() -> None:
    long = "\n".join(f"line {number} of the new text" for number in range(40))
    each = change(AGENT, Action.UPDATE, moved("system", "be kind", long))
    text = plain(changed_fields(each, FULL))
    assert "- be kind" in text
    assert all(f"+ line {number} of" in text for number in range(40))
    assert "+ line 39 of" not in changed(each)
    back = plain(changed_fields(change(AGENT, Action.UPDATE, moved("system", long, "be kind")), FULL))
    assert "- line 39 of" in back
