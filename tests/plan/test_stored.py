"""Plan files of every version there was, as the release of the day wrote them, are still read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError, StalePlan
from reconciler.formats import UPGRADE, text_of
from reconciler.plan.file.document import FORMAT, to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.plan.model import Action, Plan
from tests.plan.worlds import AGENT, GROUP, NOTES, STATE
from tests.report.conftest import SECRETS

STORED = Path(__file__).parent / "stored"
VERSIONS = [*FORMAT.steps, FORMAT.version]
DONE = [(NOTES, Action.REPLACE), (AGENT, Action.UPDATE), (GROUP, Action.CREATE), (STATE, Action.DELETE)]


def stored(version: str) -> str:
    return (STORED / f"plan_{version}.json").read_text(encoding="utf-8")


def opened(version: str) -> Plan:
    return from_json(stored(version), {**SECRETS, "TOKEN": "a value"})


def test_each_version_has_its_file() -> None:
    assert sorted(path.name for path in STORED.iterdir()) == [f"plan_{each}.json" for each in VERSIONS]
    assert [json.loads(stored(each))["format_version"] for each in VERSIONS] == VERSIONS


def test_each_step_leads_to_the_next_version() -> None:
    assert [step.to for step in FORMAT.steps.values()] == VERSIONS[1:]


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_a_file_of_any_version_does_what_it_said(version: str) -> None:
    assert [(change.address, change.action) for change in opened(version).changes] == DONE


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_any_version_becomes_one_of_today(version: str) -> None:
    plan = opened(version)
    assert from_json(to_json(plan), {**SECRETS, "TOKEN": "a value"}) == plan


@pytest.mark.parametrize("version", VERSIONS)
def test_an_edited_file_of_any_version_is_refused(version: str) -> None:
    document = json.loads(stored(version))
    document["changes"][0]["fingerprint"] = "0" * 16
    with pytest.raises(StalePlan, match="changed after it was made"):
        from_json(json.dumps(document), {**SECRETS, "TOKEN": "a value"})


def test_what_we_write_today_stays_as_it_is() -> None:
    """Byte by byte: other programs read it, and a digest names it."""
    text = stored(FORMAT.version)
    file = FORMAT.read(FORMAT.parsed(text), lambda name: name)
    assert text_of(FORMAT.document(file)) == text


@pytest.mark.parametrize("version", ["1.6", "1.10", "2.0", "10.0"])
def test_a_file_of_a_later_release_asks_for_an_upgrade(version: str) -> None:
    with pytest.raises(ReconcilerError) as raised:
        from_json(json.dumps({"format_version": version, "surprise": 1}), {})
    assert raised.value.hint == UPGRADE


@pytest.mark.parametrize("version", ["0.9", "", "1", None, 1.4, "one", "9" * 10_000, ["1.4"]])
def test_a_file_of_no_release_is_to_be_made_again(version: object) -> None:
    with pytest.raises(ReconcilerError) as raised:
        from_json(json.dumps({"format_version": version}), {})
    assert "plan -o" in raised.value.hint
