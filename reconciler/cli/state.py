"""`reconciler state`: what the cache knows. The truth is on the server; this saves requests.

In: selectors, addresses and ids. Out: cached ids. Only `rebuild`, `forget` and `disown` talk to a server, and
`forget` and `disown` write there: they take marks off.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.commands import SuggestingGroup
from reconciler.cli.saved_agents import EPILOG as SAVED_EPILOG
from reconciler.cli.saved_agents import Saved
from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.apply_plan import Consent, carry_out, typed
from reconciler.cli.shared.confirm import confirm
from reconciler.cli.shared.locking_options import Alone, alone_options
from reconciler.cli.shared.options import (
    NARROW_SELECTOR,
    SELECTOR,
    Target,
    output_options,
    place_options,
    server_options,
)
from reconciler.cli.shared.output import emit, say
from reconciler.cli.shared.place import Place, place_of
from reconciler.cli.shared.screen import Screen
from reconciler.errors import Diagnostic, ReconcilerError, Severity
from reconciler.project.selectors import refuse_selector
from reconciler.rules import Allowance
from reconciler.values import Address, Desired, Scope, Selector

if TYPE_CHECKING:
    from reconciler.cache import CachedResource
    from reconciler.plan import Plan
    from reconciler.remote import Transport

_manifests = click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared; not needed with --project.",
)


def _writing(command: Callable[..., None]) -> Callable[..., None]:
    """The options of what takes marks off."""
    yes = click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
    for option in (
        click.pass_context,
        output_options,
        server_options,
        alone_options,
        allow_option,
        yes,
        _manifests,
    ):
        command = option(command)
    return command


@click.group(cls=SuggestingGroup)
def state() -> None:
    """Look at the cache of ids, rebuild it, or let go of it."""


@state.command("list", epilog="\b\nExamples:\n  reconciler state list\n  reconciler state list 'pattern/42'")
@click.argument("selector", type=SELECTOR, required=False)
@_manifests
@allow_option
@place_options
@output_options
def list_(
    selector: Selector | None, manifests: Path, allowed: Allowance, target: Target, screen: Screen
) -> None:
    """List addresses and the server ids they stand for."""
    from reconciler.report.cached_ids import state_lines
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    with project.existing_cache(_place(manifests, target)) as cache:
        records = list(cache.list(selector))
        if selector is not None and not records:
            refuse_selector(selector, [str(each.address) for each in cache.list()], allowed)
    screen.document(
        lambda: to_text(
            {"format_version": FORMAT_VERSION, "resources": [_document(each) for each in records]}
        )
    )
    if not screen.as_json:
        screen.result(state_lines((str(each.address), each.server_id, each.seen_at) for each in records))
    screen.note("" if records else "the cache holds no such resource")


@state.command()
@click.argument("address")
@_manifests
@place_options
@output_options
def show(address: str, manifests: Path, target: Target, screen: Screen) -> None:
    """Show everything the cache knows of one address."""
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    with project.existing_cache(_place(manifests, target)) as cache:
        record = cache.get(_parsed(address))
    if record is None:
        raise ReconcilerError(
            f"the cache does not know {address}",
            hint="reconciler state list shows what it knows; reconciler state rebuild reads the server again",
        )
    text = to_text({"format_version": FORMAT_VERSION, **_document(record)})
    if not screen.as_json:
        emit(text)
    screen.document(lambda: text)


@state.command()
@_manifests
@server_options
@output_options
def rebuild(manifests: Path, target: Target, screen: Screen) -> None:
    """Read the server and write the cache anew."""
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    place = _place(manifests, target)
    number = project.rebuild_cache(place, target, screen.warn)
    screen.document(lambda: to_text({"format_version": FORMAT_VERSION, "resources": number}))
    if not screen.as_json:
        say(f"{number:,} resource{'' if number == 1 else 's'} of project {place.project} in {place.cache}")


@state.command(epilog="\b\nExamples:\n  reconciler state forget 'pattern/*/agent/flux'")
@click.argument("selectors", nargs=-1, required=True, type=NARROW_SELECTOR, metavar="SELECTOR...")
@_writing
def forget(
    ctx: click.Context,
    selectors: tuple[Selector, ...],
    manifests: Path,
    yes: bool,
    allowed: Allowance,
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Let resources go: they stay on the server as they are, without our marker."""
    from reconciler.adopt.release import releasable, release

    place = _place(manifests, target)
    consent = Consent(allowed, yes, target.parallel, "Let go of these", typed(ctx))
    with project.open_locked(place, target, screen.warn, alone) as held:
        session = held.session
        live = session.read(Desired(place.project), Scope(targets=selectors))
        plan = release(place.project, live, selectors)
        plan = _held_to(plan, session.transport, manifests)
        there = releasable(live)
        for selector in selectors:
            if not any(map(selector.matches, there)):
                allowed = allowed.without(plan.limits.rules.firm)
                refuse_selector(selector, [str(address) for address in there], allowed)
        still = _still_declared(manifests, plan) if manifests.exists() else 0
        if still:
            screen.warn(
                Diagnostic(
                    f"{still} of these {'are' if still > 1 else 'is'} still declared",
                    why="the next apply would make them anew, and a second agent of one name",
                    hint="take them out of the manifests; or, to have one back: reconciler adopt ADDRESS ID",
                    severity=Severity.WARNING,
                )
            )
        opened = project.Opened(held.planned(plan, live), place)
        status = carry_out(opened, consent, screen)
    ctx.exit(status)


@state.command(epilog="\b\nExamples:\n  reconciler state disown agent-0f3c...")
@click.argument("server_id", metavar="ID")
@_writing
def disown(
    ctx: click.Context,
    server_id: str,
    manifests: Path,
    yes: bool,
    allowed: Allowance,
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Take our mark off a copy, which is nobody's then; forget what bears the mark of others by now."""
    from reconciler.adopt.release import disown as disowned

    place = _place(manifests, target)
    consent = Consent(allowed, yes, target.parallel, "Take the mark off this copy", typed(ctx))
    with project.open_locked(place, target, screen.warn, alone) as held:
        session = held.session
        live = session.read(Desired(place.project), Scope())
        plan = disowned(place.project, live, server_id)
        plan = _held_to(plan, session.transport, manifests)
        opened = project.Opened(held.planned(plan, live), place)
        status = carry_out(opened, consent, screen)
    ctx.exit(status)


def _held_to(plan: Plan, transport: Transport, manifests: Path) -> Plan:
    """The plan for this server, held to the levels which the project, where there is one, gives to rules."""
    from reconciler.manifest import project_of
    from reconciler.plan import Limits

    found = project_of(manifests if manifests.is_dir() else manifests.parent, os.environ)
    limits = Limits(rules=found.safety.rules) if found else plan.limits
    return replace(plan, server=transport.server, reads=transport.counts.reads, limits=limits)


def _still_declared(manifests: Path, plan: Plan) -> int:
    """How many of the addresses that are let go the manifests have; none where they cannot be read."""
    try:
        declared = project.open_manifests((manifests,)).desired().resources
    except ReconcilerError:
        return 0
    return sum(change.address in declared for change in plan.changes)


@state.command(epilog=SAVED_EPILOG)
@click.argument("selector", type=SELECTOR, required=False)
@click.option("--older-than", type=click.IntRange(0), metavar="DAYS", help="Only those saved longer ago.")
@click.option("--delete", is_flag=True, help="Delete what is listed.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@_manifests
@place_options
@output_options
@click.pass_context
def exports(
    ctx: click.Context,
    selector: Selector | None,
    older_than: int | None,
    delete: bool,
    yes: bool,
    manifests: Path,
    target: Target,
    screen: Screen,
) -> None:
    """List agents that were saved before they ended, or delete these files."""
    found = Saved(_place(manifests, target), selector, older_than)
    found.show(screen)
    if delete and found.agents:
        if not yes:
            confirm(f"Delete these {len(found.agents)}?", f"{typed(ctx)} --yes")
        found.delete(screen)


def _place(manifests: Path, target: Target) -> Place:
    """Manifests are read only when a flag does not say it all."""
    known = target.project and (target.url or target.cache)
    return place_of(target, None if known else project.open_manifests((manifests,)))


def _parsed(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise ReconcilerError(str(error), hint="addresses look like pattern/42/agent/entropy") from error


def _document(record: CachedResource) -> dict[str, Any]:
    return {
        "address": str(record.address),
        "kind": record.address.kind,
        "id": record.server_id,
        "server_name": record.server_name,
        "seen_at": record.seen_at,
        "base": dict(record.base),
        "document": record.document,
    }
