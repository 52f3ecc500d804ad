"""The command `reconciler`: runs one command and turns whatever happens into a process status.

In: arguments. Out: 0 fine, 1 error, 2 changes or drift, 3 partly applied, 4 refused, 130 stopped by the
keyboard. A failure a person caused is a message that says what, where, why and what to type; never a
traceback. It must not know what any command does.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TextIO

import click

from reconciler import __version__
from reconciler.cli.commands import LazyGroup
from reconciler.cli.shared.output import Printed, Run, say, tell
from reconciler.errors import (
    ManifestError,
    ReconcilerError,
    Stopped,
    UnexpectedError,
    UsageError,
    refused_by_system,
)

ERROR = 1
INTERRUPTED = Stopped.exit_code
DEBUG = "RECONCILER_DEBUG"

EPILOG = """\b
Examples:
  reconciler init demo && cd demo
  reconciler validate
  reconciler plan -o plan.json
  reconciler apply plan.json
  reconciler plan --user 42 --detailed-exitcode

\b
Exit status:
  0 fine   1 error   2 changes (plan --detailed-exitcode)
  3 apply was partial   4 refused: unsafe, stale, foreign, locked, not confirmed
"""


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="reconciler")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Infrastructure as code for stateful Letta agents.

    YAML manifests describe what each user of an app gets: agents, memory blocks, groups and sources. A plan
    compares them with a Letta server, and an apply makes the server match. What agents learned stays.
    """
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run and leave the process."""
    _listen()
    if not _open_streams():
        _say("stdout is closed, so what this command says is lost\n  try: >/dev/null, when nobody wants it")
        sys.exit(ERROR)
    status = run(sys.argv[1:] if arguments is None else list(arguments))
    status = _flushed(status)
    if status == INTERRUPTED and any(not each.daemon for each in threading.enumerate()[1:]):
        os._exit(status)  # reads that nobody waits for would hold the process until they are answered
    sys.exit(status)


def _listen() -> None:
    """SIGTERM and SIGHUP end a command as Ctrl-C does, so that it gives its locks back; nohup stays nohup."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _open_streams() -> bool:
    """Make the standard streams usable; whether there is a stdout.

    What is closed is taken by the null device: else the next file that is opened, such as the cache, would
    get its number, and all that is said would be written into that.
    """
    is_there = sys.stdout is not None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    sys.stdout, sys.stderr = _whole(sys.stdout), _whole(sys.stderr)
    return is_there


def _whole(stream: TextIO) -> TextIO:
    """The stream, which can say everything, and says it to the end or raises.

    Without a buffer (PYTHONUNBUFFERED) a write takes what there is room for, and the rest is lost in silence.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    raw: object = stream.buffer
    if isinstance(raw, io.RawIOBase):
        encoding = stream.encoding
        stream.detach()
        stream = io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, line_buffering=True)
    stream.reconfigure(errors="backslashreplace")
    return stream


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _flushed(status: int) -> int:
    """The exit status; a reader that went away takes nothing from it, a full disk makes it an error.

    What cannot be written is let go: Python would try once more, and leave with a status of its own.
    """
    _let_go(sys.stderr)
    error = _let_go(sys.stdout)
    return status if error is None or isinstance(error, BrokenPipeError) else status or ERROR


def _let_go(stream: TextIO) -> OSError | None:
    """Write what waits to be written; what kept it from that."""
    try:
        stream.flush()
    except OSError as error:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def run(arguments: list[str]) -> int:
    """Run one command; the exit status."""
    this = Run()
    printed = this.printed
    try:
        _check_folder()
        answer = cli.main(arguments, prog_name="reconciler", standalone_mode=False, obj=this)
    except (click.Abort, KeyboardInterrupt):
        return _failed(Stopped("stopped"), arguments, printed)
    except BrokenPipeError:
        return ERROR
    except Exception as error:
        return _failed(_explained(error), arguments, printed)
    return answer if isinstance(answer, int) else 0


def _failed(error: ReconcilerError, arguments: list[str], printed: Printed) -> int:
    """Tell the person, and the program that asked for JSON; the exit status."""
    from reconciler.cli.shared.options import screen_of

    screen_of(arguments, printed).tell(error)
    _say(_shown(error), prefix="" if isinstance(error, ManifestError | Stopped) else "error: ")
    return error.exit_code


def _shown(error: ReconcilerError) -> str:
    """The error for a person: problems of manifests with the lines they are about."""
    if not isinstance(error, ManifestError):
        return str(error)
    from reconciler.report.plan.sections import diagnostics
    from reconciler.report.text.lines import plain

    return plain(diagnostics(error.diagnostics)) + error.summary


def _explained(error: Exception) -> ReconcilerError:
    """Whatever happened, as an error that can be shown."""
    if isinstance(error, ReconcilerError):
        return error
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "reconciler"
        return UsageError(error.format_message().removesuffix("."), hint=f"{command} --help")
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message())
    if isinstance(error, OSError):
        return refused_by_system(error)
    return _unexpected(error)


def _check_folder() -> None:
    """Almost every path is taken from the current folder; ReconcilerError when there is none."""
    try:
        os.getcwd()
    except OSError as error:
        raise ReconcilerError(
            "the current folder does not exist any more",
            why=error.strerror or "",
            hint="cd to another folder, or make it again and cd to it",
        ) from error


def _unexpected(error: Exception) -> ReconcilerError:
    is_shown = bool(os.environ.get(DEBUG))
    if is_shown:
        _say("".join(traceback.format_exception(error)).rstrip(), prefix="")
    text = " ".join(str(error).split())[:300]
    hint = "" if is_shown else f"{DEBUG}=1 reconciler ... shows where, for a bug report"
    return UnexpectedError(f"unexpected {type(error).__name__}: {text}", hint=hint)


def _say(text: str, prefix: str = "error: ") -> None:
    """On stderr; where that is closed on stdout, unless a program reads it."""
    is_closed = getattr(sys.stderr, "name", "") == os.devnull
    if is_closed and "--json" in sys.argv:
        return
    with contextlib.suppress(ReconcilerError, OSError):
        tell(f"{prefix}{text}", err=not is_closed)
