"""A format reads what earlier releases wrote, step by step, and says of the rest what is wrong."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from reconciler.codec.codec import Codec
from reconciler.errors import ReconcilerError
from reconciler.formats import UPGRADE, Document, Format, Step, only_adds
from tests.codec.team import Team, Walk


def _name_was_called_title(document: Document) -> Document:
    rest = {key: value for key, value in document.items() if key != "title"}
    return {**rest, "name": document["title"]}


FORMAT = Format(
    "team file",
    "2.0",
    Codec(Team),
    again="make it anew",
    steps={"1.0": Step("1.1", only_adds), "1.1": Step("2.0", _name_was_called_title)},
)


def opened(document: Any) -> Team:
    text = document if isinstance(document, str) else json.dumps(document)
    return FORMAT.read(FORMAT.current(FORMAT.parsed(text)), 1)


@pytest.mark.parametrize(
    "document",
    [
        {"format_version": "1.0", "title": "one"},
        {"format_version": "1.1", "title": "one"},
        {"format_version": "2.0", "name": "one"},
    ],
)
def test_every_earlier_version_is_brought_up_to_date(document: Document) -> None:
    assert opened(document) == Team("one")


@pytest.mark.parametrize("version", ["2.1", "3.0", "10.0"])
def test_a_later_version_asks_for_an_upgrade(version: str) -> None:
    with pytest.raises(ReconcilerError) as raised:
        opened({"format_version": version, "name": 1})
    assert raised.value.hint == UPGRADE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "not JSON: it is nested too deep"),
        ('{"format_version": "2.0", "anything": NaN}', "not JSON: NaN is not JSON"),
        ('{"format_version": "2.0", "anything": -Infinity}', "not JSON: -Infinity is not JSON"),
        ('{"format_version": "2.0", "anything": 1e999}', "not JSON: 1e999 is larger than any number"),
        (f'{{"anything": {"9" * 5_000}}}', "not JSON"),
    ],
)
def test_what_is_no_json_of_ours_is_explained(text: str, why: str) -> None:
    with pytest.raises(ReconcilerError) as raised:
        opened(text)
    assert raised.value.why.startswith(why)
    assert raised.value.hint == "make it anew"


def test_other_mistakes_in_the_same_part_are_listed_by_the_schema() -> None:
    steps = [{"do": "walk", "to": 1}, {"do": "fly"}]
    with pytest.raises(ReconcilerError, match="this team file is damaged") as raised:
        opened({"format_version": "2.0", "name": "one", "steps": steps})
    first, *others = raised.value.why.splitlines()
    assert first == "steps[0].to: 1 is not a text"
    assert any(line.startswith("steps[1]") for line in others)


def test_mistakes_are_told_in_bounded_time_and_room() -> None:
    steps: list[Any] = [{"do": "walk", "to": "x" * 10}] * 200_000
    began = time.process_time()
    with pytest.raises(ReconcilerError) as raised:
        opened({"format_version": "2.0", "name": "one", "steps": [*steps, {"do": "y" * 100_000}]})
    assert time.process_time() - began < 10
    assert raised.value.why.startswith("steps[200000].do:")
    assert len(raised.value.why) < 1_200


def test_what_is_written_begins_with_its_version() -> None:
    document = FORMAT.document(Team("one", steps=(Walk("home"),)), 1)
    assert next(iter(document.items())) == ("format_version", "2.0")
    assert opened(document) == Team("one", steps=(Walk("home"),))
