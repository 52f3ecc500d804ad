"""`reconciler server`: the embedded Letta server on the command line.

In: options. Out: what ServerInstance does, told to people (rich on a terminal, plain lines elsewhere) or as
JSON. The base URL is always the last line of `up` on stdout; the rest of a start goes to stderr. It must not
turn errors into exit codes: the main command does.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from reconciler.cli.commands import SuggestingGroup
from reconciler.cli.shared.output import emit, say
from reconciler.errors import ReconcilerError
from reconciler.server import Progress, ServerError, ServerInstance, ServerStatus, Step
from reconciler.server.letta import STUB_EMBEDDING, STUB_MODEL

_name = click.option("--name", default="default", show_default=True, help="Which instance.")


@click.group(cls=SuggestingGroup)
def server() -> None:
    """Run a real Letta server on this machine, for tests and demos.

    Everything lives under LETTA_RECONCILER_HOME, or the user's state directory.
    """


@server.command()
@_name
@click.option(
    "--port", type=click.IntRange(0, 65535), help="8283 for the default instance; 0 picks a free one."
)
@click.option("--with-stub-model", is_flag=True, help="Add a STUB model provider that answers by script.")
@click.option("--password-env", metavar="NAME", help="Demand the password in this environment variable.")
def up(name: str, port: int | None, with_stub_model: bool, password_env: str | None) -> None:
    """Start it, or do nothing if it runs; the last line is its URL."""
    password = _password(password_env)
    with _shown_progress() as progress:
        url = ServerInstance(name).up(
            with_stub_model=with_stub_model, port=port, password=password, progress=progress
        )
    if with_stub_model:
        say(f"models that work: LETTA_MODEL={STUB_MODEL} LETTA_EMBEDDING_MODEL={STUB_EMBEDDING}", err=True)
    say(url)


@server.command()
@_name
@click.option("--delete", is_flag=True, help="Also remove its data.")
def down(name: str, delete: bool) -> None:
    """Stop it; fine if it does not run."""
    did = ServerInstance(name).down(delete=delete)
    done = "deleted" if delete else "stopped"
    say(f"instance {name!r} {done}" if did else f"instance {name!r} was not running")


@server.command()
@_name
def reset(name: str) -> None:
    """Delete everything on it without restarting it."""
    ServerInstance(name).reset()
    say(f"instance {name!r} is empty")


@server.command()
@_name
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(name: str, as_json: bool) -> None:
    """Say whether it runs; exit 0 if so, 1 if not."""
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    seen = ServerInstance(name).status()
    if as_json:
        emit(to_text({"format_version": FORMAT_VERSION, **seen.as_json()}))
    else:
        say(_as_text(seen))
    sys.exit(0 if seen.running else 1)


@server.command()
@_name
@click.option("-n", "--lines", default=50, show_default=True, type=click.IntRange(0))
@click.option("--follow", is_flag=True, help="Keep printing what is added.")
@click.option(
    "--of",
    "process",
    type=click.Choice(["server", "database", "stub-model"]),
    default="server",
    show_default=True,
)
def logs(name: str, lines: int, follow: bool, process: str) -> None:
    """Print the end of a log."""
    instance = ServerInstance(name)
    path = instance.paths.database_log if process == "database" else instance.paths.log(process)
    if not path.exists():
        raise ServerError(
            f"instance {name!r} has no {process} log",
            why=f"there is no {path}",
            hint=f"reconciler server up --name {name}",
        )
    with contextlib.suppress(KeyboardInterrupt):
        _print_log(path, lines, follow)


def _print_log(path: Path, lines: int, follow: bool) -> None:
    with path.open(encoding="utf-8", errors="replace") as file:
        text = file.read().splitlines(keepends=True)
        say("".join(text[-lines:] if lines else []), nl=False)
        while follow:
            say(file.read(), nl=False)
            time.sleep(0.3)


def _password(variable: str | None) -> str | None:
    if variable is None:
        return None
    password = os.environ.get(variable)
    if password:
        return password
    raise ServerError(
        f"the environment variable {variable} is empty or not set",
        why="--password-env names the variable that holds the password",
        hint=f"set it, for example: read -rs {variable} && export {variable}",
    )


def _as_text(seen: ServerStatus) -> str:
    rows = {
        "name": seen.name,
        "running": "yes" if seen.running else "no",
        "url": seen.url,
        "version": seen.version,
        "pid": seen.pid,
        "since": seen.since,
        "password": "required" if seen.secure else None,
        "stub model": f"{seen.stub_model_url} (STUB)" if seen.stub_model_url else None,
        "data": seen.data_dir,
    }
    return "\n".join(f"{label:<11} {value}" for label, value in rows.items() if value is not None)


@contextlib.contextmanager
def _shown_progress() -> Iterator[Progress]:
    """A spinner on a terminal, one line per step elsewhere; both on stderr."""
    if not sys.stderr.isatty():
        yield _plain(lambda line: say(line, err=True))
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("looking") as spinner:
        show = _plain(lambda line: console.print(line, style="dim", markup=False, highlight=False))

        def both(step: Step, text: str) -> None:
            show(step, text)
            spinner.update(text)

        yield both


def _plain(write: Callable[[str], None]) -> Progress:
    def progress(step: Step, text: str) -> None:
        write(f"{step.value}: {text}")

    return progress


def _run_alone() -> None:
    """For `python -m reconciler.cli.server`, without the main command."""
    try:
        server(prog_name="reconciler server")
    except ReconcilerError as error:
        say(f"error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    _run_alone()
