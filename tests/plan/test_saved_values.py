"""Any plan at all, also such as no world leads to, comes back from its file byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from reconciler.compare import FieldChange
from reconciler.errors import Diagnostic, Origin, ReconcilerError, Severity
from reconciler.formats import text_of
from reconciler.plan.file.document import FORMAT, PlanFile, Requests
from reconciler.plan.model import Action, Change, Finding, Limits, Reason, SetIntent
from reconciler.values import (
    UNSET,
    Address,
    Attach,
    Carry,
    Complete,
    Create,
    Delete,
    Detach,
    Effect,
    FileContent,
    Inline,
    Marker,
    Owner,
    Ownership,
    Recompile,
    RemoveFile,
    Secret,
    Update,
    Upload,
    Verdict,
)

TEXTS = st.text(max_size=6)
NAMES = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=5)
COUNTS = st.integers(0, 2**62)
OWNERS = st.builds(Owner, st.sampled_from(["team", "pattern"]), NAMES) | st.just(Owner())
ADDRESSES = st.builds(Address, OWNERS, st.sampled_from(["agent", "block"]), NAMES) | st.builds(
    Address, OWNERS, st.just("block"), NAMES, NAMES
)
FILES = st.builds(FileContent, TEXTS, TEXTS, COUNTS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just("$file"), inner, max_size=3),
    max_leaves=5,
)
LEAVES = JSON | FILES | st.builds(lambda name: Secret("canary" if name else "", name), TEXTS)
PATHS = st.dictionaries(TEXTS, LEAVES, max_size=3)
DIGESTS = st.dictionaries(TEXTS, TEXTS, max_size=3)
MARKERS = st.builds(Marker, TEXTS, ADDRESSES, DIGESTS, st.frozensets(TEXTS, max_size=2))


def few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


OPERATIONS = st.one_of(
    st.builds(Create, ADDRESSES, TEXTS, PATHS, MARKERS, few(st.builds(Inline, ADDRESSES, PATHS, MARKERS))),
    st.builds(
        Update,
        ADDRESSES,
        TEXTS,
        st.frozensets(TEXTS, max_size=2),
        PATHS,
        MARKERS | st.none(),
        DIGESTS,
        st.booleans(),
    ),
    st.builds(Attach, ADDRESSES, TEXTS, TEXTS, TEXTS),
    st.builds(Detach, ADDRESSES, TEXTS, TEXTS, TEXTS),
    st.builds(Upload, ADDRESSES, TEXTS, FILES, few(TEXTS)),
    st.builds(RemoveFile, ADDRESSES, TEXTS, few(TEXTS)),
    st.builds(Carry, ADDRESSES, TEXTS, st.frozensets(TEXTS, max_size=2)),
    st.builds(Recompile, ADDRESSES),
    st.builds(Complete, ADDRESSES, PATHS),
    st.builds(Delete, ADDRESSES, TEXTS, DIGESTS),
)
SHOWN = LEAVES | st.just(UNSET)
FIELDS = st.builds(
    FieldChange,
    TEXTS,
    st.sampled_from(Verdict),
    st.sampled_from(Ownership),
    st.sampled_from(Effect),
    TEXTS | st.just(UNSET),
    SHOWN,
    SHOWN,
    SHOWN,
    TEXTS,
)
PLACES = st.none() | st.builds(Origin, NAMES, st.integers(0, 9), st.integers(0, 9))
CHANGES = st.builds(
    Change,
    ADDRESSES,
    st.sampled_from(Action),
    st.sampled_from(Reason),
    TEXTS,
    TEXTS,
    few(FIELDS),
    few(OPERATIONS),
    few(OPERATIONS),
    st.frozensets(ADDRESSES, max_size=2),
    ADDRESSES | st.none(),
    ADDRESSES | st.none(),
    TEXTS,
    COUNTS,
    COUNTS,
    few(TEXTS),
    few(TEXTS),
    st.booleans(),
    PLACES,
)
SETS = st.builds(
    SetIntent,
    OWNERS,
    TEXTS,
    st.frozensets(ADDRESSES, max_size=2),
    st.booleans(),
    st.dictionaries(ADDRESSES, st.dictionaries(TEXTS, TEXTS | st.none(), max_size=2), max_size=2),
    st.dictionaries(ADDRESSES, DIGESTS, max_size=2),
    st.frozensets(ADDRESSES, max_size=2),
    drops_parameters=st.booleans(),
)
PLANS = st.builds(
    PlanFile,
    project=TEXTS,
    server=TEXTS,
    limits=st.builds(Limits, COUNTS, COUNTS, COUNTS | st.none()),
    compared=COUNTS,
    is_whole=st.booleans(),
    changes=few(CHANGES),
    kept=few(CHANGES),
    drift=few(st.builds(Finding, ADDRESSES, FIELDS)),
    diagnostics=few(st.builds(Diagnostic, TEXTS, PLACES, TEXTS, TEXTS, TEXTS, st.sampled_from(Severity))),
    ids=DIGESTS,
    sets=few(SETS),
    digest=TEXTS,
    requests=st.builds(Requests, COUNTS, COUNTS, COUNTS, COUNTS),
    summary=st.dictionaries(TEXTS, COUNTS, max_size=2),
)
VALIDATOR = jsonschema.Draft202012Validator(FORMAT.schema())


@given(PLANS)
def test_any_plan_comes_back_from_its_file(plan: PlanFile) -> None:
    text = text_of(FORMAT.document(plan))
    back = FORMAT.read(FORMAT.parsed(text), lambda name: "canary")
    assert text_of(FORMAT.document(back)) == text
    assert [each.operations for each in back.changes] == [each.operations for each in plan.changes]
    assert "canary" not in text


@given(PLANS)
def test_whatever_is_written_fits_the_schema(plan: PlanFile) -> None:
    VALIDATOR.validate(json.loads(text_of(FORMAT.document(plan))))


@given(PLANS, st.data())
def test_what_the_schema_refuses_is_refused(plan: PlanFile, data: st.DataObject) -> None:
    document = json.loads(text_of(FORMAT.document(plan)))
    where = data.draw(st.sampled_from(list(places(document))))
    put(document, where, data.draw(JSON))
    assert VALIDATOR.is_valid(document) or refusal(document)


def refusal(document: Any) -> str:
    """What is said of a document that is not read."""
    try:
        FORMAT.read(FORMAT.parsed(json.dumps(document)), lambda name: "canary")
    except ReconcilerError as error:
        return error.why
    return ""


def places(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document at which something else may stand, and one more in each object."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
        yield (*path, "surprise")
    elif isinstance(value, list):
        items = enumerate(value)
    for key, each in items:
        yield (*path, key)
        yield from places(each, *path, key)


def put(document: Any, path: tuple[str | int, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value
