"""`reconciler history`: the values a block had before an apply wrote over or deleted them.

In: an address. Out: its old values, newest first, from the state file of this machine. It talks to no server.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.options import Target, output_options, place_options
from reconciler.cli.shared.output import emit
from reconciler.cli.shared.place import place_of
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import ReconcilerError
from reconciler.values import Address

if TYPE_CHECKING:
    from reconciler.manifest import Manifests
    from reconciler.state import History, OldValue

EPILOG = """\b
Examples:
  reconciler history pattern/42/agent/entropy/block/persona
  reconciler history pattern/42/block/current_state --full 3 > old.txt
  reconciler restore pattern/42/block/current_state@3
"""

manifests_option = click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared; not needed with --project.",
)


@command(epilog=EPILOG)
@click.argument("address")
@click.option("--full", type=click.IntRange(min=1), metavar="N", help="Print this old value, whole.")
@manifests_option
@place_options
@output_options
def history(address: str, full: int | None, manifests: Path, target: Target, screen: Screen) -> None:
    """List the old values of a block."""
    from reconciler.report.history import history_document, history_lines
    from reconciler.report.json_documents import to_text
    from reconciler.state import History

    place = place_of(target, read_manifests(manifests, target))
    block = parsed(address)
    with project.existing_state(place) as state:
        kept = History(state)
        values = [found(kept, block, full)] if full else list(kept.of(block))
        others = [] if values else kept.addresses()
    screen.document(lambda: to_text(history_document(block, values)))
    if screen.as_json:
        return
    if full:
        _print(values[0].value)
    elif values:
        screen.result(history_lines(values, screen.caps.width))
        screen.note(
            f"to put one back: reconciler restore {shlex.quote(f'{block}@{values[0].number}')}"
            "; --full N shows it whole"
        )
    else:
        screen.note(_nothing(block, others))


def read_manifests(path: Path, target: Target) -> Manifests | None:
    """The manifests, unless the flags say it all."""
    return None if target.names_the_state else project.open_manifests((path,))


def parsed(text: str) -> Address:
    """The address a person typed."""
    try:
        return Address.parse(text)
    except ValueError as error:
        hint = "addresses look like pattern/42/block/current_state; reconciler state list shows them"
        raise ReconcilerError(str(error), hint=hint) from error


def found(history: History, address: Address, number: int) -> OldValue:
    """One old value, or an error that says which there are."""
    old = history.get(address, number)
    if old is not None:
        return old
    numbers = [each.number for each in history.of(address)]
    if not numbers:
        raise ReconcilerError(_nothing(address, history.addresses()))
    raise ReconcilerError(
        f"{address} has no old value {number}",
        why=f"there are {min(numbers)} to {max(numbers)}",
        hint=f"reconciler history {shlex.quote(str(address))}",
    )


def _nothing(address: Address, others: list[Address]) -> str:
    near = ", ".join(map(str, others[:5]))
    there_are = f"; there are some of: {near}" if near else ""
    return f"no apply from this machine has written over or deleted a value of {address}{there_are}"


def _print(value: str) -> None:
    """The text itself for a file or a pipe; on a terminal nothing in it may move the cursor."""
    from reconciler.report.text.printable import safe

    if sys.stdout.isatty():
        value = "".join(f"{safe(row)}\n" for row in value.splitlines())
    emit(value)
