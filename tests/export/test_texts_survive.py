"""Whatever a value holds, the manifest written for it is read as that value."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.export import Document, yaml_text
from reconciler.export.manifest_keys import literal
from reconciler.export.text_files import Texts
from reconciler.export.yaml_edit import NotRewritten, file_named, place_at, rewritten
from reconciler.manifest import load

ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=200)
AWKWARD = st.lists(
    st.sampled_from(["${{", "}}", "\n", "\r\n", " ", "\t", "#", ": ", "- ", "'", '"', "|", "yes", "1", "x"]),
    min_size=1,
    max_size=12,
).map("".join)


def read_back(value: Any) -> Any:
    """The value of a block once it was written and loaded."""
    texts = Texts()
    body = {"value": texts.aside(literal(value), "blocks", "b")}
    document = {"apiVersion": "reconciler/v1", "kind": "Shared", "blocks": {"b": body}}
    with TemporaryDirectory() as folder:
        files = {"all.yaml": yaml_text([Document(document)]).encode(), **texts.files}
        for name, data in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        (resource,) = load([Path(folder)], {}).desired()
        return resource.leaves.get("value")


@settings(max_examples=150, deadline=None)
@given(st.one_of(ANYTHING, AWKWARD))
def test_any_text_is_read_as_it_was(text: str) -> None:
    assert read_back(text) == text


@pytest.mark.parametrize(
    "text", ["\n".join("abcdefgh"), "\ufeff" + "x\n" * 9, "${{ a }}\n" * 9, "a\r\nb\n" * 9]
)
def test_long_texts_survive_files(text: str) -> None:
    assert read_back(text) == text


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(-9, 9), AWKWARD), st.lists, max_leaves=6))
def test_any_yaml_reader_reads_the_same(value: Any) -> None:
    assert yaml.safe_load(yaml_text([Document({"k": value})])) == {"k": value}


MANIFEST = """\
# above
blocks:
  one: {value: short, limit: 9}   # beside
  two:
    value: |
      a

      b
    # between
    limit: 9
  three:
    value: {file: three.md}
tail: end
"""


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([(3, 9), (5, 5), (13, 1)]), st.one_of(ANYTHING, AWKWARD))
def test_a_rewrite_changes_one_value_and_no_comment(where: tuple[int, int], text: str) -> None:
    try:
        made = rewritten(MANIFEST, place_at(MANIFEST, *where), text)
    except NotRewritten:
        return
    before, after = yaml.safe_load(MANIFEST), yaml.safe_load(made)
    {3: before["blocks"]["one"], 5: before["blocks"]["two"]}.get(where[0], before)[
        "tail" if where[0] == 13 else "value"
    ] = text
    assert after == before
    for comment in ("# above", "# beside", "# between"):
        assert comment in made


def test_a_rewrite_of_plain_text_always_works() -> None:
    for where in ((3, 9), (5, 5), (13, 1)):
        assert "other words" in rewritten(MANIFEST, place_at(MANIFEST, *where), "other words\nand more")


def test_a_file_is_told_from_a_text() -> None:
    assert file_named(place_at(MANIFEST, 12, 5)) == "three.md"
    assert file_named(place_at(MANIFEST, 5, 5)) == ""


def test_a_place_that_holds_no_key_is_refused() -> None:
    with pytest.raises(NotRewritten, match="no key at 2:3"):
        place_at(MANIFEST, 2, 3)
