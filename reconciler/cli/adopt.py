"""`reconciler adopt`: take what is on the server into the project, as it is.

In: an address and an id, or selectors; or the fleet file of another tool. Out: markers on the server, or
manifests. Nothing else of a resource changes: what an apply would do next is shown beforehand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.apply_plan import Consent, carry_out, typed
from reconciler.cli.shared.locking_options import Alone, alone_options
from reconciler.cli.shared.open_survey import Surveyed, surveying
from reconciler.cli.shared.options import Target, output_options, scope_options, server_options
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.show_plan import show
from reconciler.cli.shared.strict import command
from reconciler.errors import ForeignOwner, ReconcilerError
from reconciler.rules import Allowance
from reconciler.values import Address, Desired, Scope

if TYPE_CHECKING:
    from reconciler.adopt import Adoption, Matching
    from reconciler.remote import Survey

EPILOG = """\b
Examples:
  reconciler adopt pattern/42/agent/entropy agent-0f3c...   # this agent, with its private blocks
  reconciler adopt --match-names                            # everything missing, told by its name
  reconciler adopt --match-names --target 'pattern/42'
  reconciler adopt --from-lettactl fleet.yaml -o manifests  # then: adopt --match-names
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked to adopt; without an address everything that can be told by its name."""

    address: Address | None
    server_id: str
    scope: Scope
    take_over: bool


@command(epilog=EPILOG)
@click.argument("address", required=False)
@click.argument("server_id", required=False, metavar="[ID]")
@click.option("--match-names", is_flag=True, help="Find everything missing by its name on the server.")
@click.option("--take-over", is_flag=True, help="Also what another project or tool has marked as its own.")
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    multiple=True,
    default=(".",),
    show_default=True,
    metavar="PATH",
    help="Where the project is declared. Repeatable.",
)
@click.option(
    "--from-lettactl",
    "fleet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write manifests from a lettactl fleet file; nothing is sent.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="For --from-lettactl.",
)
@click.option("--force", is_flag=True, help="With -o: write over existing files.")
@click.option("--dry-run", is_flag=True, help="Only show what would be adopted, and what an apply would do.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@allow_option
@scope_options
@alone_options
@server_options
@output_options
@click.pass_context
def adopt(
    ctx: click.Context,
    address: str | None,
    server_id: str | None,
    match_names: bool,
    take_over: bool,
    manifests: tuple[Path, ...],
    fleet: Path | None,
    out: Path | None,
    force: bool,
    dry_run: bool,
    yes: bool,
    allowed: Allowance,
    scope: Scope,
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Take what is on the server into the project, as it is."""
    from reconciler.plan import Limits

    if fleet is not None:
        _refuse_mix(bool(address or match_names), "--from-lettactl")
        from reconciler.cli.adopt_lettactl import convert

        convert(fleet, out, force, screen)
        return
    wish = Wish(_address(address, server_id, match_names), server_id or "", scope, take_over)
    consent = _consent(ctx, yes, allowed, target)
    with surveying(manifests, target, scope, screen.warn, None if dry_run else alone, allowed) as opened:
        matching = _matching(opened.desired, opened.survey, wish)
        _refuse_unclear(matching, screen)
        adoption = _adoption(opened, matching)
        if dry_run:
            screen.place(opened.place.project, opened.place.url)
            _show(adoption, matching, screen)
            screen.document(lambda: _json(adoption))
            return
        live = opened.survey.live(opened.desired)
        plan = replace(adoption.plan, limits=Limits(rules=opened.rules)).saying()
        planned = project.Opened(opened.held.planned(plan, live, opened.root), opened.place)
        status = carry_out(planned, consent, screen, lambda: _show(adoption, matching, screen))
    ctx.exit(status)


def _address(address: str | None, server_id: str | None, match_names: bool) -> Address | None:
    if address is None:
        if not match_names:
            raise click.UsageError("Say what to adopt: ADDRESS ID, or --match-names")
        return None
    _refuse_mix(match_names, "ADDRESS ID")
    if server_id is None:
        raise click.UsageError("An address needs the server id of what to adopt: ADDRESS ID")
    try:
        return Address.parse(address)
    except ValueError as error:
        raise ReconcilerError(str(error), hint="addresses look like pattern/42/agent/entropy") from error


def _refuse_mix(other: bool, this: str) -> None:
    if other:
        raise click.UsageError(
            f"{this} stands alone: give an address and an id, --match-names, or a fleet file"
        )


def _consent(ctx: click.Context, yes: bool, allowed: Allowance, target: Target) -> Consent:
    return Consent(allowed, yes, target.parallel, "Adopt these", typed(ctx))


def _matching(desired: Desired, survey: Survey, wish: Wish) -> Matching:
    from reconciler.adopt import World, match_id, match_names

    world = World(survey.resources, survey.owners, survey.live(desired))
    if wish.address is None:
        return match_names(desired, world, wish.scope, wish.take_over)
    return match_id(desired, world, wish.address, wish.server_id, wish.take_over)


def _refuse_unclear(matching: Matching, screen: Screen) -> None:
    """Everything that stands in the way is said before anything is asked."""
    unclear = [*matching.ambiguous, *matching.foreign]
    screen.report(unclear)
    if matching.ambiguous:
        raise ReconcilerError(
            f"nothing was adopted: {len(unclear)} of the declared resources cannot be told on the server",
            hint="adopt these by their ids, or leave them out: --exclude ADDRESS",
        )
    if matching.foreign:
        raise ForeignOwner(
            f"nothing was adopted: {len(unclear)} of the resources belong to somebody else",
            hint="leave them out: --exclude ADDRESS, or take them: --take-over",
        )


def _adoption(opened: Surveyed, matching: Matching) -> Adoption:
    from reconciler.adopt import take_over

    made = take_over(opened.desired, opened.survey, matching.found)
    transport = opened.held.session.transport
    reads, server = transport.counts.reads, transport.server
    return replace(made, plan=replace(made.plan, reads=reads, server=server))


def _show(adoption: Adoption, matching: Matching, screen: Screen) -> None:
    """What is adopted, what an apply would then do to it, and what nothing on the server fits."""
    from reconciler.report.text.lines import BLANK, Span, Tone, line

    if adoption.plan.is_empty:
        screen.result([line("Nothing on the server fits what is declared and missing.")])
    else:
        show(adoption.plan, screen)
        screen.result([BLANK, line(Span("An apply would then do this to them:", Tone.HEADING)), BLANK])
        show(adoption.then, screen)
    if matching.missing:
        screen.say([BLANK, line(f"not on the server, so an apply creates: {_listed(matching.missing)}")])


def _listed(addresses: tuple[Address, ...]) -> str:
    shown = ", ".join(str(address) for address in addresses[:5])
    return f"{shown} and {len(addresses) - 5} more" if len(addresses) > 5 else shown


def _json(adoption: Adoption) -> str:
    from reconciler.plan.file.document import to_json
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    plans = {"adopt": json.loads(to_json(adoption.plan)), "then": json.loads(to_json(adoption.then))}
    return to_text({"format_version": FORMAT_VERSION, **plans})
