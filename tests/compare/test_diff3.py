"""The merge of two texts that came from one: what each side did is there, and nothing is lost in silence."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.compare.diff3 import Conflict, Line, merge

FEW = st.sampled_from(["a", "b", "c", "d", "", "  ", "mood: calm"])
"""Few different lines, so that they repeat and both sides write the same."""


@st.composite
def texts(draw: st.DrawFn) -> str:
    ends = st.sampled_from(["\n", "\r\n"] if draw(st.booleans()) else ["\n"])
    lines = [line + draw(ends) for line in draw(st.lists(FEW, max_size=8))]
    return "".join(lines) + draw(FEW) * draw(st.booleans())


@st.composite
def edited(draw: st.DrawFn, base: str) -> str:
    """What a person or an agent makes of a text: some lines taken out, some put in."""
    lines = base.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(lines)))
        end = draw(st.integers(start, min(start + 2, len(lines))))
        lines[start:end] = [line + "\n" for line in draw(st.lists(FEW, max_size=2))]
    text = "".join(lines)
    return text.rstrip("\r\n") if draw(st.booleans()) else text


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, str, str]:
    base = draw(texts())
    sides = edited(base) | texts()
    return base, draw(sides), draw(sides)


def words(text: str) -> list[str]:
    """The lines of a text without their ends."""
    return [line.rstrip("\r\n") for line in text.splitlines(keepends=True)]


ANY = st.text() | texts()


@given(ANY, ANY)
def test_a_side_that_changed_nothing_leaves_the_other_as_it_is(base: str, side: str) -> None:
    assert merge(base, base, side).text == side
    assert merge(base, side, base).text == side


@given(ANY, ANY)
def test_what_both_made_of_it_is_the_merge(base: str, side: str) -> None:
    assert merge(base, side, side).text == side


@given(histories())
def test_sides_may_be_swapped(history: tuple[str, str, str]) -> None:
    base, left, right = history
    swapped = merge(base, right, left)
    pieces = tuple(
        Conflict(piece.base, piece.right, piece.left) if isinstance(piece, Conflict) else piece
        for piece in swapped.pieces
    )
    assert merge(base, left, right).pieces == pieces
    assert merge(base, left, right).text == swapped.text


@given(histories())
def test_every_new_line_of_either_side_is_in_the_merge_or_in_a_conflict(
    history: tuple[str, str, str],
) -> None:
    base, left, right = history
    pieces = merge(base, left, right).pieces
    merged = {piece.text for piece in pieces if isinstance(piece, Line)}
    for side, name in ((left, "left"), (right, "right")):
        in_conflict = {
            line.text for piece in pieces if isinstance(piece, Conflict) for line in getattr(piece, name)
        }
        assert set(words(side)) - set(words(base)) <= merged | in_conflict


@st.composite
def new_and_gone(draw: st.DrawFn, base: list[str], word: str) -> list[str]:
    """A side that took lines out and put lines of its own in, none of which is anywhere else."""
    lines = [line for line in base if draw(st.booleans())]
    for number in range(draw(st.integers(0, 4))):
        lines.insert(draw(st.integers(0, len(lines))), f"{word} {number}")
    return lines


@given(st.integers(0, 8), st.data())
def test_a_line_goes_only_where_a_side_took_it_out(size: int, data: st.DataObject) -> None:
    base = [str(number) for number in range(size)]
    left, right = (data.draw(new_and_gone(base, word)) for word in ("left", "right"))
    text = merge("\n".join(base), "\n".join(left), "\n".join(right)).text
    if text is not None:
        merged = words(text)
        taken_out = set(base) - ({*left} & {*right})
        assert sorted(merged) == sorted({*left, *right} - taken_out)
        assert [line for line in merged if line in left] == [line for line in left if line in merged]
        assert [line for line in merged if line in right] == [line for line in right if line in merged]


@given(histories())
def test_the_text_is_the_lines_with_their_ends(history: tuple[str, str, str]) -> None:
    """No line is glued to the next, whichever of them had no end."""
    merged = merge(*history)
    lines = [piece.text for piece in merged.pieces if isinstance(piece, Line)]
    if merged.text is not None:
        assert words(merged.text) == lines


@pytest.mark.parametrize(
    ("base", "left", "right", "merged"),
    [
        pytest.param("a\nb", "a\nB", "a\nb\nc", "a\nB\nc", id="a line appended beside a changed last one"),
        pytest.param("a\nb\n", "a\nB\n", "a\nb\nc\n", "a\nB\nc\n", id="the same with ends"),
        pytest.param("a\nb\n", "a\nB", "a\nb\nc\n", "a\nB\nc", id="the end of the text is dropped"),
        pytest.param("a\nb", "A\nb", "a\nb\nc\n", "A\nb\nc\n", id="the end of the text is added"),
        pytest.param("a\nb", "A\nb", "a\nB", "A\nB", id="neighbouring lines"),
        pytest.param("a\nb\nc", "a\nx\nb\nc", "a\nB\nc", "a\nx\nB\nc", id="a line put before a changed one"),
        pytest.param("a\nb\nc", "a\nc", "a\nb\nx\nc", "a\nx\nc", id="a line put behind one taken out"),
        pytest.param("a\r\nb", "a\r\nB", "a\r\nb\r\nc", "a\r\nB\r\nc", id="ends of Windows stay"),
        pytest.param("a\nb\n", "a\r\nb\r\n", "a\nB\n", "a\r\nB\n", id="an end and a line changed apart"),
        pytest.param("a\nb\n", "", "a\nb\nc\n", "c\n", id="everything taken out, a line put in"),
        pytest.param("a\n", "a", "a\n\n", "a\n\n", id="an empty last line has an end, or it would be none"),
        pytest.param("a\n", "a\nb", "a\nb\n", "a\nb", id="the same line appended, once without its end"),
        pytest.param("a", "a\nb\nc", "a\nb\nc", "a\nb\nc", id="both appended the same"),
        pytest.param("a\nb", "a\nx", "a\ny", None, id="one line, two new ones"),
        pytest.param("a", "a\nx", "a\ny", None, id="two lines appended at one place"),
        pytest.param("a\nb\nc", "a\nc", "a\nB\nc", None, id="taken out and changed"),
        pytest.param("a\nb\nc\nd", "a\nx\nd", "a\nb\ny\nc\nd", None, id="put into what was replaced"),
        pytest.param("a\nb", "a\nB\nc", "a\nb\nc", None, id="the same line put beside a change twice"),
        pytest.param("a\n", "a\nb\r\n", "a\nb\n", None, id="one new line with two ends"),
        pytest.param("a", "a\n", "a\r\n", None, id="two ends where there was none"),
        pytest.param("", "a", "b", None, id="nothing in common"),
    ],
)
def test_merges_of_small_texts(base: str, left: str, right: str, merged: str | None) -> None:
    assert merge(base, left, right).text == merged


def test_a_conflict_says_what_each_side_made_of_which_lines() -> None:
    pieces = merge("a\nb\nc\n", "a\nx\nc\n", "a\ny\nz\nc\n").pieces
    conflict = Conflict((Line("b", "\n"),), (Line("x", "\n"),), (Line("y", "\n"), Line("z", "\n")))
    assert pieces == (Line("a", "\n"), conflict, Line("c", "\n"))


def alternating(word: str) -> str:
    """Lines that all texts share, each followed by one that only this text has: many short runs."""
    return "".join(f"{number}\n{word}{number}\n" for number in range(8_000))


def shuffled(seed: int, kinds: int) -> str:
    """Lines of few kinds in any order: each matches in a thousand places."""
    return "".join(f"{random.Random(seed + n).randrange(kinds)}\n" for n in range(50_000))


@pytest.mark.parametrize(
    ("base", "left", "right"),
    [
        pytest.param("\n" * 100_000, "\n" * 90_000, "x\n" + "\n" * 100_000, id="empty lines"),
        pytest.param(
            "x\n" + "a\n" * 50_000, "a\n" * 50_000 + "y\n", "z\n" * 50_000, id="one line again and again"
        ),
        pytest.param(alternating("a"), alternating("b"), alternating("c"), id="alternating lines"),
        pytest.param(shuffled(0, 2), shuffled(1, 2), shuffled(2, 2), id="two kinds of line"),
        pytest.param(shuffled(0, 500), shuffled(1, 500), shuffled(2, 500), id="500 kinds of line"),
    ],
)
def test_the_work_on_hostile_texts_is_bounded(base: str, left: str, right: str) -> None:
    """Unbounded, each takes minutes; the bound of processor time only tells these apart, on any machine."""
    start = time.process_time()
    merged = merge(base, left, right)
    assert time.process_time() - start < 15
    assert merged.text is None or set(words(left)) - set(words(base)) <= set(words(merged.text))


def test_a_long_text_with_a_few_changes_is_merged() -> None:
    lines = [f"{number % 700}: what was learned" for number in range(4_000)]
    left, right = list(lines), list(lines)
    for place in range(0, 4_000, 400):
        left[place] = f"left {place}"
        right[place + 200 : place + 201] = [f"right {place}", "and more"]
    text = merge("\n".join(lines), "\n".join(left), "\n".join(right)).text
    assert text is not None
    assert text.count("left") == text.count("right") == 10
