"""One row is changed behind the auditor's back, for each kind of thing: it names every one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from reconciler.server import ServerInstance
from tests.audit.auditor import Auditor
from tests.audit.findings import Finding
from tests.audit.judge import Judge
from tests.audit.ledger import VARIABLE, Ledger, note
from tests.audit.snapshot import Eyes, conninfo_of
from tests.audit.worlds import furnish
from tests.live.raw import RawServer

CHANGES = [
    ("agent 'helper'", "update agents set system = 'rude'", "agents.system changed"),
    ("agent 'helper'", "update agents set tool_rules = '[]'", "agents.tool_rules changed"),
    ("agent 'helper'", "update agents set hidden = true", "agents.hidden changed"),
    ("agent 'helper'", "update agents set updated_at = now()", "agents.updated_at changed"),
    ("block 'state'", "update block set value = 'busy'", "block.value changed"),
    ("block 'state'", "update block set version = version + 1", "block.version changed"),
    ("tag of a block 'mood'", "delete from blocks_tags", "blocks_tags removed"),
    ("tag of an agent 'live'", "delete from agents_tags", "agents_tags removed"),
    (
        "tag of an agent 'user:eve'",
        "insert into agents_tags select id, 'user:eve' from agents",
        "agents_tags added",
    ),
    ("passage of an archive", "update archival_passages set text = 'x'", "archival_passages.text changed"),
    ("tag of a passage 'sleep'", "delete from passage_tags", "passage_tags removed"),
    ("archive", "update archives set description = 'x'", "archives.description changed"),
    ("file 'first.txt'", "update files set file_name = 'x.txt'", "files.file_name changed"),
    ("text of a file", "update file_contents set text = 'x'", "file_contents.text changed"),
    ("passage of a file", "update source_passages set text = 'x'", "source_passages.text changed"),
    ("file on an agent", "update files_agents set is_open = not is_open", "files_agents.is_open changed"),
    (
        "message of an agent 'user'",
        "update messages set content = '[]' where role = 'user'",
        "messages.content changed",
    ),
    ("conversation", "update conversations set summary = 'x'", "conversations.summary changed"),
    ("tool 'add'", "update tools set source_code = 'x' where name = 'add'", "tools.source_code changed"),
    ("group", "update groups set max_turns = 3", "groups.max_turns changed"),
    ("folder 'notes'", "update sources set metadata_ = '{\"a\": 1}'", "sources.metadata_.a changed"),
    ("identity 'ada'", "update identities set name = 'Eve'", "identities.name changed"),
    (
        "secret of an agent 'KEY'",
        "update agent_environment_variables set value_enc = 'x'",
        "value_enc changed",
    ),
    ("run of an agent", "update runs set status = 'failed'", "runs.status changed"),
    (
        "folder 'letta-reconciler lock demo'",
        "update sources set name = 'letta-reconciler lock demo'",
        "sources.name",
    ),
    ("block on an agent 'state'", "delete from blocks_agents", "blocks_agents removed"),
    ("tool on an agent", "delete from tools_agents", "tools_agents removed"),
    ("folder on an agent", "delete from sources_agents", "sources_agents removed"),
    ("archive on an agent", "delete from archives_agents", "archives_agents removed"),
    ("identity on an agent", "delete from identities_agents", "identities_agents removed"),
    ("member of a group", "delete from groups_agents", "groups_agents removed"),
    ("message in a conversation", "delete from conversation_messages", "conversation_messages removed"),
    ("message of an agent", "delete from messages where role = 'assistant'", "messages removed"),
]
Seen = Callable[[str, str], list[Finding]]


@pytest.fixture(scope="module")
def eyes(letta_server: ServerInstance, eyes_on: Callable[[ServerInstance], Eyes]) -> Eyes:
    """On the server of the tests."""
    return eyes_on(letta_server)


@pytest.fixture(scope="module")
def furnished(letta_server: ServerInstance, eyes: Eyes) -> Iterator[None]:
    """A server with one of each thing, at rest; made once, since every change is another one."""
    url = letta_server.up(with_stub_model=True)
    letta_server.reset()
    furnish(RawServer(url))
    deadline = time.monotonic() + 60
    while any(file["processing_status"] != "completed" for file in eyes.look().rows("files").values()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield
    letta_server.reset()


@pytest.fixture
def seen(
    furnished: None,
    letta_server: ServerInstance,
    eyes: Eyes,
    judge: Judge,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Seen]:
    """What an auditor of its own finds when a statement is run during a command."""
    ledger = Ledger()
    monkeypatch.setenv(VARIABLE, ledger.path)
    auditor = Auditor(eyes, judge, ledger)

    def look(command: str, statement: str) -> list[Finding]:
        auditor.opened()
        note({"at": "begin", "id": "1", "place": "run", "argv": [command]})
        where = conninfo_of(letta_server)
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)
        note({"at": "end", "id": "1", "exit": 0})
        auditor.closed()
        return auditor.findings

    yield look
    ledger.close()


@pytest.mark.parametrize(("word", "statement", "what"), CHANGES, ids=[change[1][:60] for change in CHANGES])
def test_it_is_named(word: str, statement: str, what: str, seen: Seen) -> None:
    found = seen("plan", statement)
    assert found
    assert all(word in each.text and "reconciler plan" in each.text for each in found), found
    assert all(what in each.what for each in found), found


def test_before_and_after_are_told(seen: Seen) -> None:
    (found,) = seen("drift", "update block set \"limit\" = 7 where label = 'state'")
    assert "limit was 100000, is 7; not announced by reconciler drift" in found.text


def test_a_lock_is_bookkeeping_of_a_command_that_writes(seen: Seen) -> None:
    assert not seen(
        "apply", "update sources set name = 'letta-reconciler lock demo 2' where name like '%lock%'"
    )


def test_only_the_lock_is(seen: Seen) -> None:
    assert seen("apply", "update block set value = value || '.'")
