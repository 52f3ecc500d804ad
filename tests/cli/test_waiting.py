"""Nobody looks at a screen on which nothing happens, and `--timeout` ends a run that waits too long."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from reconciler.cli.commands import COMMANDS
from reconciler.cli.main import cli
from reconciler.cli.shared.output import Run as ThisRun
from reconciler.cli.shared.waiting import OnTerminal, PlainLines, line_of
from reconciler.remote.http.retry import RetryPolicy
from reconciler.waits import Wait, Waits
from tests.simulated import SimulatedLetta

from .conftest import Run

LISTING = Wait("list the agents", 100.0)
STRUGGLING = Wait("list the agents", 100.0, 3, "status 503: Service unavailable")
SERVES_FOR_EVER = {"mcp"}
ASKS_NO_SERVER = {"history", "state exports", "state list", "state show"}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def lines(clock: Clock, said: list[str]) -> Iterator[PlainLines]:
    made = PlainLines(clock, said.append)
    yield made
    made.close()


def looks(lines: PlainLines, clock: Clock, seconds: int) -> None:
    """The clock goes on, second by second."""
    for _ in range(seconds):
        clock.now += 1
        lines.look()


def test_a_line_every_ten_seconds(lines: PlainLines, clock: Clock, said: list[str]) -> None:
    lines((STRUGGLING, LISTING))
    looks(lines, clock, 25)
    rest = "list the agents, attempt 3 after status 503: Service unavailable (and 1 more)"
    assert said == [f"waiting 10 s: {rest}", f"waiting 20 s: {rest}"]


def test_no_line_while_nothing_is_awaited(lines: PlainLines, clock: Clock, said: list[str]) -> None:
    lines((LISTING,))
    lines(())
    looks(lines, clock, 60)
    assert said == []


def test_no_line_while_others_are_written(lines: PlainLines, clock: Clock, said: list[str]) -> None:
    lines((LISTING,))
    for _ in range(9):
        looks(lines, clock, 9)
        lines.speaks()
    assert said == []


def test_many_short_waits_are_a_long_one(lines: PlainLines, clock: Clock, said: list[str]) -> None:
    for second in range(30):
        lines((Wait(f"page {second}", clock.now),))
        looks(lines, clock, 1)
    assert said == ["waiting 1 s: page 9", "waiting 1 s: page 19", "waiting 1 s: page 29"]


def test_what_others_wrote_cannot_move_the_cursor() -> None:
    hostile = Wait("wait for \x1b[2J\u202eada\n::set-output::", 0.0, 2, "status 500: \x07\x1b]0;x")
    line = line_of((hostile,), 5.0)
    assert line.isprintable()


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def spinner(screen: io.StringIO, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnTerminal]:
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    made = OnTerminal(screen, clock, colour=False)
    yield made
    made.close()


def test_a_wait_of_a_moment_shows_no_spinner(spinner: OnTerminal, clock: Clock, screen: io.StringIO) -> None:
    spinner((LISTING,))
    clock.now += 0.9
    spinner.look()
    assert screen.getvalue() == ""


def test_a_longer_one_shows_what_for_how_long_and_which_attempt(
    spinner: OnTerminal, clock: Clock, screen: io.StringIO
) -> None:
    spinner((STRUGGLING,))
    clock.now += 12
    spinner.look()
    assert "12 s: list the agents, attempt 3 after status 503: Service unavailable" in screen.getvalue()


def test_it_stays_on_one_line_whatever_a_server_says(
    spinner: OnTerminal, clock: Clock, screen: io.StringIO
) -> None:
    spinner((Wait("list the agents", 100.0, 3, "status 503: \x1b[2J" + "sorry \n" * 50), *[LISTING] * 7))
    clock.now += 12
    spinner.look()
    shown = screen.getvalue()
    assert "12 s: list the agents, attempt 3 after status 503: " in shown
    assert not any(text in shown for text in ("\n", "\x1b[2J"))


def test_the_spinner_is_gone_when_something_else_is_said(
    spinner: OnTerminal, clock: Clock, screen: io.StringIO
) -> None:
    spinner((LISTING,))
    clock.now += 2
    spinner.look()
    spinner.speaks()
    cleared = screen.getvalue()
    assert cleared.endswith("\x1b[2K")
    spinner(())
    spinner.look()
    assert screen.getvalue() == cleared


def test_it_keeps_away_from_a_progress_bar_and_from_an_answer(
    spinner: OnTerminal, clock: Clock, screen: io.StringIO
) -> None:
    spinner((LISTING,))
    clock.now += 2
    with spinner.aside():
        spinner.look()
        assert spinner.now() == "2 s: list the agents"
    spinner.answers()
    spinner.look()
    assert screen.getvalue() == ""


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Clock:
    """The clock of every run, which passes when somebody sleeps."""

    def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr("reconciler.cli.main.Run", lambda: ThisRun(waits=Waits(clock=clock)))
    monkeypatch.setattr(RetryPolicy, "waiting", lambda policy, _: RetryPolicy(sleep=sleep))
    return clock


@pytest.fixture
def slow(simulated: SimulatedLetta, monkeypatch: pytest.MonkeyPatch, passing: Clock) -> dict[str, float]:
    """A whole server; seconds that each answer to a method takes."""
    seconds: dict[str, float] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        passing.now += seconds.get(request.method, 0.0)
        return simulated(request)

    monkeypatch.setattr(
        "reconciler.remote.http.transport.own_client",
        lambda *_: httpx.Client(transport=httpx.MockTransport(answer)),
    )
    return seconds


def test_a_plan_that_waits_too_long_ends_and_says_for_what(
    run: Run, project: Path, slow: dict[str, float]
) -> None:
    slow["GET"] = 20.0
    result = run("plan", "--timeout", "30")
    assert result.exit_code == 1
    assert "the time is up, after 30 s of waiting: " in result.stderr
    assert result.stdout == ""


def test_json_holds_the_error_and_nothing_else(run: Run, project: Path, slow: dict[str, float]) -> None:
    slow["GET"] = 20.0
    result = run("plan", "--timeout", "30", "--json")
    assert result.exit_code == 1
    assert "the time is up" in json.loads(result.stdout)["error"]["summary"]


def test_the_environment_says_it_too(
    run: Run, project: Path, slow: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow["GET"] = 20.0
    monkeypatch.setenv("RECONCILER_TIMEOUT", "30s")
    assert "after 30 s of waiting" in run("drift").stderr


def names(server: SimulatedLetta, path: str) -> list[str]:
    found = server(httpx.Request("GET", f"http://server{path}"))
    return [row["name"] for row in found.json()]


def test_an_apply_that_runs_out_of_time_leaves_no_lock_and_is_finished_by_the_next(
    run: Run, project: Path, simulated: SimulatedLetta, slow: dict[str, float]
) -> None:
    slow["POST"] = 20.0
    result = run("apply", "--yes", "--timeout", "50")
    assert result.exit_code in (1, 3)
    assert "the time that this run may wait (--timeout) is up" in result.stderr
    assert names(simulated, "/v1/folders/") == []
    slow.clear()
    assert run("apply", "--yes").exit_code == 0
    assert sorted(names(simulated, "/v1/agents/")) == ["pair_1_one", "pair_2_one"]
    assert run("plan", "--detailed-exitcode").exit_code == 0


def test_a_run_that_is_quick_enough_is_not_touched(run: Run, project: Path, slow: dict[str, float]) -> None:
    bounded = run("apply", "--yes", "--timeout", "600")
    assert (bounded.exit_code, "waiting" in bounded.stderr) == (0, False)


@pytest.mark.parametrize(("words", "is_said"), [((), True), (("--json",), True), (("-q",), False)])
def test_a_slow_run_says_so_unless_it_is_to_be_quiet(
    words: tuple[str, ...],
    is_said: bool,
    run: Run,
    project: Path,
    slow: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow["GET"] = 12.0

    def begin(looking: Any) -> bool:
        """Looks at once, and not in a thread."""
        return False

    monkeypatch.setattr("reconciler.cli.shared.waiting._Looking.begin", begin)
    said = PlainLines.__call__

    def look(lines: PlainLines, waits: tuple[Wait, ...]) -> None:
        lines.look()
        said(lines, waits)

    monkeypatch.setattr(PlainLines, "__call__", look)
    result = run("plan", *words)
    assert result.exit_code == 0
    assert ("waiting 12 s: " in result.stderr) is is_said
    assert "waiting" not in result.stdout


def commands(group: Any = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} ")
        else:
            yield f"{prefix}{name}", command


def test_every_command_that_waits_for_a_server_can_be_bounded() -> None:
    options = {name: {each.name for each in command.params} for name, command in commands()}
    with_server = {name for name, found in options.items() if "wait_for_server" in found}
    assert COMMANDS
    assert {name for name in with_server if "timeout" not in options[name]} == (
        SERVES_FOR_EVER | ASKS_NO_SERVER
    )
