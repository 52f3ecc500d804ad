"""`reconciler provision`: give users their sets, as a program would on first contact.

In: user ids, a constellation and its parameters. Out: what was made for whom. A user that has everything
costs nothing. What is written is remembered on the server, so that a later plan knows these users.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.confirm import confirm
from reconciler.cli.shared.options import Target, output_options, server_options
from reconciler.cli.shared.output import say
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import Diagnostic, Severity

if TYPE_CHECKING:
    from reconciler.runtime import Constellations, Provisioned

EPILOG = """\b
Examples:
  reconciler provision 42 --constellation pattern -p partner_name=Ada
  reconciler provision 42 43 44 --yes        # with one constellation and defaults
"""


@command(epilog=EPILOG)
@click.argument("users", nargs=-1, required=True, metavar="USER...")
@click.option("--constellation", metavar="NAME", help="Which template; not needed when there is one.")
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="KEY=VALUE", help="A parameter. Repeatable."
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared.",
)
@click.option("--rejoin", is_flag=True, help="Also users whose set an apply ended, or who left the roster.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@server_options
@output_options
def provision(
    users: tuple[str, ...],
    constellation: str | None,
    parameters: tuple[str, ...],
    manifests: Path,
    rejoin: bool,
    yes: bool,
    target: Target,
    screen: Screen,
) -> None:
    """Give users their sets: make or complete."""
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    given = _parsed(parameters)
    with open_constellations(manifests, target, screen) as opened:
        if not yes:
            listed = ", ".join(users)
            confirm(f"Provision {listed} on {opened.session.transport.server}?", "add --yes")
        provision_one = opened.provision_report
        done = [
            _said(provision_one(user, constellation=constellation, parameters=given, rejoin=rejoin), screen)
            for user in users
        ]
    screen.document(
        lambda: to_text({"format_version": FORMAT_VERSION, "users": [_document(d) for d in done]})
    )


def open_constellations(manifests: Path, target: Target, screen: Screen) -> Constellations:
    """What programs work with, opened as the options say."""
    from reconciler.runtime import Constellations

    loaded, place = project.declared_at((manifests,), target, screen.warn)
    return Constellations(
        loaded,
        base_url=place.address,
        api_key=os.environ.get(target.api_key_env),
        project=place.project,
        cache=target.cache,
        state=target.state,
        wait_for_server=target.wait,
        parallel=target.parallel,
        warn=screen.warn,
        waits=target.waits,
    )


def _said(made: Provisioned, screen: Screen) -> Provisioned:
    if not screen.as_json:
        what = f"{made.changes} made or completed" if made.changes else "complete"
        say(f"{made.owner}: {what} ({made.reads} reads, {made.writes} writes)")
    said = list(made.warnings)
    if made.differs_from_last_apply:
        said.append(f"{made.owner} was last written from other manifests than these, and stays as it is")
    for text in said:
        screen.warn(Diagnostic(text, severity=Severity.WARNING))
    return made


def _parsed(parameters: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in parameters:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(f"{text!r} is not KEY=VALUE")
        found[key] = value
    return found


def _document(made: Provisioned) -> dict[str, object]:
    return {
        "constellation": made.owner.constellation,
        "user": made.owner.user,
        "changes": made.changes,
        "requests": {"reads": made.reads, "writes": made.writes},
        "differs_from_last_apply": made.differs_from_last_apply,
        "warnings": list(made.warnings),
    }
