"""Base texts are found by the digest a marker names, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.state import AppliedText, State, Texts
from reconciler.values import Address, Owner, digest

STATE = Address(Owner("pattern", "42"), "block", "state")
OTHER = Address(Owner("pattern", "43"), "block", "state")


@pytest.fixture
def texts(tmp_path: Path) -> Iterator[Texts]:
    with State.open(tmp_path / "demo.db", patience=0) as state:
        yield Texts(state)


def test_a_text_is_found_by_its_digest(texts: Texts) -> None:
    texts.remember([AppliedText(STATE, "value", "one\ntwo\n")])
    assert texts.find(STATE, "value", digest("one\ntwo\n")) == "one\ntwo\n"


def test_a_text_of_another_digest_path_or_address_is_not_found(texts: Texts) -> None:
    texts.remember([AppliedText(STATE, "value", "one")])
    assert texts.find(STATE, "value", digest("two")) is None
    assert texts.find(STATE, "description", digest("one")) is None
    assert texts.find(OTHER, "value", digest("one")) is None


def test_only_the_last_applied_text_of_a_leaf_is_kept(texts: Texts) -> None:
    texts.remember([AppliedText(STATE, "value", "one"), AppliedText(OTHER, "value", "one")])
    texts.remember([AppliedText(STATE, "value", "two")])
    assert texts.find(STATE, "value", digest("one")) is None
    assert texts.find(STATE, "value", digest("two")) == "two"
    assert texts.find(OTHER, "value", digest("one")) == "one"


def test_forgetting_an_address_leaves_the_others(texts: Texts) -> None:
    texts.remember([AppliedText(STATE, "value", "one"), AppliedText(OTHER, "value", "one")])
    texts.forget([STATE])
    assert texts.find(STATE, "value", digest("one")) is None
    assert texts.find(OTHER, "value", digest("one")) == "one"


def test_nothing_to_remember_is_nothing_to_write(texts: Texts) -> None:
    texts.remember([])
    texts.forget([])
