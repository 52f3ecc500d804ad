"""`reconciler restore`: put an old value of a block back.

In: an address and a number from `history`. Out: the outcome of one write, after showing what it changes. The
value it replaces goes into the history first.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.history import found, manifests_option, parsed, read_manifests
from reconciler.cli.shared import project
from reconciler.cli.shared.apply_plan import Consent, carry_out, typed
from reconciler.cli.shared.locking_options import Alone, alone_options
from reconciler.cli.shared.options import Target, output_options, server_options
from reconciler.cli.shared.place import place_of
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import Diagnostic, ReconcilerError, Severity
from reconciler.rules import Allowance
from reconciler.values import Address, Desired, DesiredResource, LiveResource, Ownership, Scope, Selector

if TYPE_CHECKING:
    from reconciler.project.planned import Planned
    from reconciler.state import OldValue

EPILOG = """\b
Examples:
  reconciler history pattern/42/block/current_state     # which old values there are
  reconciler restore pattern/42/block/current_state@3
"""


@command(epilog=EPILOG)
@click.argument("old", metavar="ADDRESS@N")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@manifests_option
@alone_options
@server_options
@output_options
@click.pass_context
def restore(
    ctx: click.Context,
    old: str,
    yes: bool,
    manifests: Path,
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Put an old value of a block back."""
    from reconciler.state import History

    address, number = _which(old)
    declared = read_manifests(manifests, target)
    place = place_of(target, declared)
    with project.existing_state(place) as state:
        value = found(History(state), address, number)
    if declared is not None and _is_enforced(declared.desired(_set_of(address)), value):
        screen.warn(_put_back_again(address))
    consent = Consent(Allowance(), yes, target.parallel, "Put this value back", typed(ctx))
    with project.open_locked(place, target, screen.warn, alone) as held:
        opened = project.Opened(_planned(held, value), place)
        status = carry_out(opened, consent, screen)
    ctx.exit(status)


def _which(text: str) -> tuple[Address, int]:
    address, at, number = text.rpartition("@")
    if not at or not number.isdecimal():
        raise ReconcilerError(
            f"{text!r} does not say which old value",
            why="an address, @ and a number are expected, as in pattern/42/block/current_state@3",
            hint=f"reconciler history {shlex.quote(text)}",
        )
    return parsed(address), int(number)


def _planned(held: project.Alongside, old: OldValue) -> Planned:
    """A plan of one change, against the block as it is now."""
    from reconciler.plan.restore_block import restoring

    session, address = held.session, old.address
    before = session.transport.counts.reads
    wanted = DesiredResource(address, address.name, {})
    live = session.read(Desired(session.project, {address: wanted}), _set_of(address))
    reads = session.transport.counts.reads - before
    resource = _block(live.resources.get(address), old, copied=address in live.duplicates)
    plan = restoring(address, resource, old.path, old.value, session.project, reads)
    return held.planned(replace(plan, server=session.transport.server), live)


def _block(live: LiveResource | None, old: OldValue, *, copied: bool) -> LiveResource:
    if live is not None:
        return live
    text = f"reconciler history {shlex.quote(str(old.address))} --full {old.number}"
    if copied:
        why, hint = "several blocks carry its marker", "delete the copy, or take its marker off"
    else:
        why = "there is no such block on the server any more"
        hint = f"declare it, apply, then restore; or see the text: {text}"
    raise ReconcilerError(f"{old.address} cannot be restored", why=why, hint=hint)


def _set_of(address: Address) -> Scope:
    return Scope((Selector(str(address.owner)),))


def _is_enforced(desired: Desired, old: OldValue) -> bool:
    from reconciler.compare.policy import ownership_of
    from reconciler.kinds import KINDS

    declared = desired.resources.get(old.address)
    if declared is None:
        return False
    field = KINDS[old.address.kind].by_name[old.path]
    return ownership_of(field, declared.policy, old.path) is Ownership.ENFORCED


def _put_back_again(address: Address) -> Diagnostic:
    return Diagnostic(
        "the manifests own this value: the next apply writes theirs over what is restored",
        address=str(address),
        hint="put the old text into the manifest, or give the block `ownership: seeded`",
        severity=Severity.WARNING,
    )
