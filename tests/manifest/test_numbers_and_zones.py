"""Values the server would refuse or cut: time zones nobody knows, numbers that have no place there."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest.language.time_zones import is_zone, known_zones

from .trees import loaded, said, tree

ZONE = "agents: {coach: {model: m, timezone: Europe/Belin}}"


@pytest.fixture
def no_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that has no time zones."""
    monkeypatch.setattr(zoneinfo, "available_timezones", lambda: set[str]())
    known_zones.cache_clear()
    yield
    known_zones.cache_clear()


@pytest.fixture
def small_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the older names, and with one that is newer than this release."""
    monkeypatch.setattr(zoneinfo, "available_timezones", lambda: {"Europe/Berlin", "Moon/Copernicus"})
    known_zones.cache_clear()
    yield
    known_zones.cache_clear()


def test_a_machine_without_zones_refuses_none(tmp_path: Path, no_table: None) -> None:
    assert not said(tree(tmp_path, ZONE))


@pytest.mark.parametrize("name", ["US/Pacific", "Asia/Calcutta", "Moon/Copernicus", "GMT+0"])
def test_older_and_newer_names_are_known(name: str, small_table: None) -> None:
    assert is_zone(name)


@pytest.mark.parametrize("name", ["localtime", "Factory", "posix/UTC", "../UTC", "", "Europe/Berlin\n"])
def test_what_is_no_name_is_not_known(name: str) -> None:
    assert not is_zone(name)


FIELDS = [
    "blocks: {state: {value: x, limit: #}}",
    "sources: {files: {embedding: e, embedding_chunk_size: #}}",
    "agents: {coach: {model: m, context_window_limit: #}}",
    "agents: {coach: {model: m, max_files_open: #}}",
    "agents: {coach: {model: m, per_file_view_window_char_limit: #}}",
    "agents: {coach: {model: m, memory_blocks: {own: {value: x, limit: #}}}}",
    "agents: {coach: {model: m}}\ngroups: {all: {agents: [coach], manager: {max_turns: #}}}",
    "agents: {coach: {model: m}}\n"
    "groups: {all: {agents: [coach], manager: {type: sleeptime, agent: coach, frequency: #}}}",
    "agents: {coach: {model: m, agent_type: voice_convo_agent}}\n"
    "groups: {all: {agents: [coach], manager: {type: voice_sleeptime, "
    "agent: coach, min_message_buffer_length: 7, max_message_buffer_length: #}}}",
]
"""Every kind of field that is a whole number."""


@pytest.mark.parametrize("body", FIELDS)
@pytest.mark.parametrize("number", ["2147483648", "3000000000", "-1", "0", "1.5"])
def test_a_whole_number_has_to_fit_the_column(body: str, number: str, tmp_path: Path) -> None:
    found = said(tree(tmp_path, body.replace("#", number)))
    assert found, number
    assert found[0].where is not None
    assert found[0].where.line == 4 + body.partition("#")[0].count("\n")


@pytest.mark.parametrize("body", FIELDS)
def test_the_largest_of_them_is_fine(body: str, tmp_path: Path) -> None:
    assert not said(tree(tmp_path, body.replace("#", "2147483647")))


@pytest.mark.parametrize("body", FIELDS)
@pytest.mark.parametrize("number", ["3000000000", "-1", "0"])
def test_an_expression_has_to_fit_as_well(body: str, number: str, tmp_path: Path) -> None:
    parameter = "parameters: {n: {type: integer}}\n"
    users = f"users:\n- id: ada\n  parameters:\n    n: {number}"
    found = said(tree(tmp_path, parameter + body.replace("#", '"${{ parameters.n }}"'), users))
    assert any(each.summary.startswith("user 'ada': ") and number in each.summary for each in found)


def test_a_tool_is_bounded_as_well(tmp_path: Path) -> None:
    shared = (
        "apiVersion: reconciler/v1\nkind: Shared\ntools: {log: {file: log.py, return_char_limit: 2147483648}}"
    )
    (tmp_path / "log.py").write_text(
        'def log(x: str) -> str:\n    """Log.\n\n    Args:\n        x: what\n    """\n'
    )
    (tmp_path / "shared.yaml").write_text(shared)
    found = said(tmp_path)
    assert [each.summary for each in found] == ["'return_char_limit' must be at most 2147483647"]


NOTES = "parameters: {n: {type: number}}\nblocks: {state: {value: x, metadata: {n: #}}}"


@pytest.mark.parametrize(
    "source",
    ["1e308 * 10", "1e999", "-1e999", "1e999 * 0", "[1e999]", "9" * 400, "2 * 1e308", "1e308 - -1e308"],
)
def test_no_expression_gives_an_infinite_number(source: str, tmp_path: Path) -> None:
    (found,) = said(tree(tmp_path, NOTES.replace("#", f'"${{{{ {source} }}}}"'), "users: []"))
    assert "the number is too large" in found.summary
    assert found.where is not None
    assert found.where.line == 5


@pytest.mark.parametrize("word", [".nan", ".inf", "-.Inf", "1e999", "!!float .nan", "99999999999999999999"])
@pytest.mark.parametrize("key", ["metadata", "metadata: {deep"])
def test_no_manifest_has_one(word: str, key: str, tmp_path: Path) -> None:
    braces = "}" * (2 if "{" in key else 1)
    body = f"agents: {{coach: {{model: m, {key}: {{n: {word}}}{braces}}}"
    found = said(tree(tmp_path, body))
    assert [each.where.line for each in found[:1] if each.where] == [4]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 30, "-" + "9" * 5_000])
def test_no_line_of_a_table_has_one(number: str, tmp_path: Path) -> None:
    users = f'{{"id": "ada", "n": 1}}\n{{"id": "ben", "n": {number}}}\n'
    folder = tree(tmp_path, NOTES.replace("#", "1"), "from: {file: users.jsonl}", users_jsonl=users)
    (found,) = said(folder)
    assert str(found.where) == "users.jsonl:2"


@pytest.mark.parametrize("number", ["nan", "NaN", "inf", "1e999", "-1e999", "9" * 400])
def test_no_cell_of_a_table_is_one(number: str, tmp_path: Path) -> None:
    users = f"id,n\nada,1\nben,{number}\n"
    folder = tree(tmp_path, NOTES.replace("#", "1"), "from: {file: users.csv}", users_csv=users)
    (found,) = said(folder)
    assert str(found.where) == "users.csv:3:5"
    assert found.summary.startswith("user 'ben': parameter 'n' ")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400])
def test_no_program_brings_one(number: float, tmp_path: Path) -> None:
    manifests = loaded(tmp_path, NOTES.replace("#", "1"), "users: []").with_user("team", "zoe", {"n": number})
    with pytest.raises(ManifestError, match="too large a number"):
        manifests.desired()
