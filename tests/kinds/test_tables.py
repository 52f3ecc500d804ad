"""What holds for every entry of every table of fields."""

from __future__ import annotations

import pytest

from reconciler.kinds import KINDS, MANAGER_FIELDS, Field, Key, Kind, LongText, Shape, Type
from reconciler.values import UNSET

ENTRIES = [
    pytest.param(kind, entry, id=f"{kind.name} {entry.name}")
    for kind in KINDS.values()
    for entry in kind.entries
]
FIELDS = [
    pytest.param(field, id=f"{kind.name} {field.name}") for kind in KINDS.values() for field in kind.fields
]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_two_entries_share_a_name_or_a_key(kind: Kind) -> None:
    assert len({entry.name for entry in kind.entries}) == len(kind.entries)
    for section in ("", "manager"):
        keys = [entry.key for entry in kind.keys_in(section)]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("kind", "entry"), ENTRIES)
def test_an_entry_says_what_it_is_and_shows_it(kind: Kind, entry: Key) -> None:
    assert entry.description
    assert "\n" not in entry.description
    assert not entry.description.endswith(".")
    assert bool(entry.key) is (entry.example is not UNSET), "what nobody writes has no example"


@pytest.mark.parametrize(("kind", "entry"), ENTRIES)
def test_words_have_choices_and_an_example_among_them(kind: Kind, entry: Key) -> None:
    is_word = entry.type in (Type.WORD, Type.FIXED_WORD)
    assert bool(entry.choices) is is_word
    assert not is_word or entry.example in entry.choices


@pytest.mark.parametrize("field", FIELDS)
def test_what_unsets_a_field_is_what_the_server_has_by_itself(field: Field) -> None:
    is_told = field.cleared is not UNSET and field.default
    texts = all(isinstance(each, LongText) for each in field.default)
    assert not is_told or texts or field.default == (field.cleared,)


@pytest.mark.parametrize("field", FIELDS)
def test_an_immutable_field_cannot_be_unset(field: Field) -> None:
    assert not (field.immutable and field.cleared is not UNSET)


@pytest.mark.parametrize("field", FIELDS)
def test_traits_of_a_shape_are_on_fields_of_that_shape(field: Field) -> None:
    assert field.exact or field.shape in (Shape.SET, Shape.EDGES)
    assert not field.outlives_manifest or field.shape is Shape.SET
    assert not field.by_call or field.shape is Shape.EDGES
    assert not field.defaults or field.type.is_nested
    assert not field.targets or field.targets in KINDS


def test_the_settings_of_managers_are_fields_of_groups() -> None:
    settings = {field.name for field in KINDS["group"].fields if field.section == "manager"}
    assert settings - {"manager_type"} == set().union(*MANAGER_FIELDS.values())
    assert set(KINDS["group"].by_name["manager_type"].choices) == set(MANAGER_FIELDS)
