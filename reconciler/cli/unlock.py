"""`reconciler unlock`: take the lock away from an apply that is gone.

In: the project. Out: nothing held any more. An apply that is still running notices and stops.
"""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.confirm import confirm
from reconciler.cli.shared.options import Target, output_options, server_options
from reconciler.cli.shared.output import say
from reconciler.cli.shared.place import Place, place_of
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command

EPILOG = """\b
Examples:
  reconciler unlock                  # the project in this folder
  reconciler unlock --remote-lock    # also the lock on the server
"""


@command(epilog=EPILOG)
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared; not needed with --project.",
)
@click.option("--remote-lock", is_flag=True, help="Also the locks on the server.")
@server_options
@output_options
def unlock(yes: bool, manifests: Path, remote_lock: bool, target: Target, screen: Screen) -> None:
    """Take the lock away from an apply that is gone."""
    place = place_of(target, None if target.names_the_state else project.open_manifests((manifests,)))
    held = [_local(place, yes), *(_remote(place, target, yes, screen) if remote_lock else ())]
    removed = [holder for holder in held if holder]
    _tell(removed, place, screen)


def _local(place: Place, yes: bool) -> str:
    """The lease in the state file; who held it."""
    from reconciler.lock.in_state_file import InStateFile

    if not place.state.exists() and not place.cache.exists():
        return ""
    with project.existing_state(place) as state:
        store = InStateFile(state)
        holder = store.holder()
        if holder is None:
            return ""
        _ask(str(holder), yes)
        store.take_away(holder)
        return str(holder)


def _remote(place: Place, target: Target, yes: bool, screen: Screen) -> list[str]:
    """The locks on the server; who held them."""
    from reconciler.lock.names import project_locks
    from reconciler.lock.on_server import take_away

    with project.open_session(place, target, screen.warn) as session:
        found = list(project_locks(session.transport, place.project).values())
        for holder in found:
            _ask(str(holder), yes)
            take_away(session.transport, holder)
    return [str(holder) for holder in found]


def _ask(holder: str, yes: bool) -> None:
    say(f"held by {holder}", err=True)
    if not yes:
        confirm("Is that apply gone for good?", "reconciler unlock --yes, when that apply is gone for good")


def _tell(removed: list[str], place: Place, screen: Screen) -> None:
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    screen.document(lambda: to_text({"format_version": FORMAT_VERSION, "removed": removed}))
    if not screen.as_json:
        name = f"project {place.project} on {place.url}"
        say(f"{name} is unlocked" if removed else f"nobody holds a lock of {name}")
