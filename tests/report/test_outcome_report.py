"""What an apply says at its end, to people and to programs."""

from __future__ import annotations

from reconciler.apply.outcome import Outcome, Result, Status
from reconciler.errors import Conflict
from reconciler.plan.model import Action
from reconciler.report.json_documents import outcome_document
from reconciler.report.outcome import outcome_lines
from reconciler.report.progress import Lines, Silence, finished_line
from reconciler.report.text.lines import plain
from reconciler.values import Address
from tests.report.conftest import change

BLOCK = change("pattern/42/block/mood", Action.CREATE)
AGENT = change("pattern/42/agent/flux", Action.CREATE)
GROUP = change("pattern/42/group/main", Action.CREATE)
ERROR = Conflict("the name is taken", why="another agent has it", hint="rename one")
PARTIAL = Outcome(
    (
        Result(BLOCK, Status.DONE, id="block-1"),
        Result(AGENT, Status.FAILED, ERROR),
        Result(GROUP, Status.SKIPPED, because=AGENT.address),
    ),
    writes=2,
    seconds=1.25,
)
AGAIN = "reconciler apply --user 42"


def test_a_failure_says_what_why_and_what_to_do() -> None:
    text = plain(outcome_lines(PARTIAL, AGAIN))
    assert "failed: pattern/42/agent/flux: the name is taken\n" in text
    assert "  why: another agent has it\n  try: rename one\n" in text


def test_what_was_skipped_says_because_of_what() -> None:
    text = plain(outcome_lines(PARTIAL, AGAIN))
    assert "skipped: pattern/42/group/main: it needs pattern/42/agent/flux\n" in text


def test_the_totals_and_the_next_command_end_the_page() -> None:
    text = plain(outcome_lines(PARTIAL, AGAIN))
    assert "Applied: 1 done, 1 failed, 1 skipped, 0 not started.\n" in text
    assert text.endswith(f"2 changes are left. What is done stays done; to go on from here:\n  {AGAIN}\n")


def test_a_complete_apply_needs_no_next_command() -> None:
    whole = Outcome((Result(BLOCK, Status.DONE),), writes=1)
    assert AGAIN not in plain(outcome_lines(whole, AGAIN))
    assert outcome_document(whole, AGAIN)["next_command"] == ""


def test_an_interrupted_apply_says_so() -> None:
    stopped = Outcome((Result(BLOCK, Status.NOT_STARTED),), interrupted=True)
    assert "Apply stopped: 0 done, 0 failed, 0 skipped, 1 not started." in plain(
        outcome_lines(stopped, AGAIN)
    )


def test_thousands_of_failures_are_counted() -> None:
    many = Outcome(tuple(Result(AGENT, Status.FAILED, ERROR) for _ in range(5000)))
    text = plain(outcome_lines(many, AGAIN))
    assert "… 4,988 more failed" in text
    assert len(text.splitlines()) < 60


def test_programs_read_the_same() -> None:
    document = outcome_document(PARTIAL, AGAIN)
    assert document["format_version"] == "1.0"
    assert document["exit_code"] == 3
    assert document["summary"] == {"done": 1, "failed": 1, "skipped": 1, "not_started": 0}
    assert document["results"][1]["error"]["hint"] == "rename one"
    assert document["results"][2]["because"] == "pattern/42/agent/flux"
    assert document["next_command"] == AGAIN


def test_a_log_has_one_line_for_each_change() -> None:
    lines: list[str] = []
    observer = Lines(lambda line: lines.append(plain([line])))
    for result in PARTIAL.results:
        observer.started(result.change)
        observer.finished(result)
    assert lines == [
        "done     pattern/42/block/mood  created\n",
        "failed   pattern/42/agent/flux  the name is taken\n",
        "skipped  pattern/42/group/main  needs pattern/42/agent/flux\n",
    ]


def test_a_reader_that_went_away_does_not_stop_an_apply() -> None:
    def broken(line: object) -> None:
        raise BrokenPipeError

    observer = Lines(broken)
    observer.finished(PARTIAL.results[0])
    observer.finished(PARTIAL.results[1])


def test_silence_is_silent() -> None:
    Silence().started(BLOCK)
    Silence().finished(PARTIAL.results[0])


def test_an_address_cannot_write_to_the_terminal() -> None:
    address = Address(AGENT.address.owner, "agent", "\x1b[2J")
    result = Result(change(str(AGENT.address)), Status.SKIPPED, because=address)
    assert "\x1b" not in plain([finished_line(result)])


def test_files_that_the_server_keeps_closed_are_said_once() -> None:
    agents = [Address.parse(f"pattern/{number}/agent/flux") for number in range(3)]
    source = Address.parse("pattern/42/source/notes")
    outcome = Outcome((Result(AGENT, Status.DONE),), closed=tuple((agent, source) for agent in agents))
    text = plain(outcome_lines(outcome, AGAIN))
    assert f"closed: {agents[0]} has {source} again, and so 2 others, but the server keeps its files" in text
    assert outcome_document(outcome, AGAIN)["closed"][2] == {"agent": str(agents[2]), "source": str(source)}
    assert outcome.exit_code == 0
