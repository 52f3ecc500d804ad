"""`reconciler export`: what is on the server, as manifests. Nothing here can write to a server.

In: selectors, or agent ids, or everything. Out: manifests in a folder or on stdout; or, with --learned, what
agents learned as a change to the manifests.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.new_files import manifest_files, write_files
from reconciler.cli.shared.options import SELECTOR, Target, output_options, server_options
from reconciler.cli.shared.output import emit, say
from reconciler.cli.shared.place import place_of
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import ManifestError, ReconcilerError
from reconciler.project.selectors import refuse_selector
from reconciler.rules import Allowance
from reconciler.values import Scope, Selector

if TYPE_CHECKING:
    from reconciler.export import Export
    from reconciler.manifest import Manifests

EPILOG = """\b
Examples:
  reconciler export -o manifests                  # everything of this project
  reconciler export --all -o manifests            # also what nobody manages; then: adopt --match-names
  reconciler export --agent agent-0f3c... -o manifests
  reconciler export --learned -o learned.yaml     # what agents learned, as overrides of their users
  reconciler export --learned --as template -o learned.patch
"""


@command(epilog=EPILOG)
@click.argument("selectors", nargs=-1, type=SELECTOR, metavar="[SELECTOR]...")
@click.option("--all", "everything", is_flag=True, help="Also agents, sources and tools nobody manages.")
@click.option(
    "--agent", "agents", multiple=True, metavar="ID", help="This agent, whoever made it. Repeatable."
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="PATH", help="A folder, or the file of --learned."
)
@click.option("--force", is_flag=True, help="Write over existing files.")
@click.option("--learned", is_flag=True, help="Only what agents changed, as a change to the manifests.")
@click.option(
    "--user", "users", metavar="ID", multiple=True, help="With --learned: only this user. Repeatable."
)
@click.option(
    "--as",
    "form",
    type=click.Choice(("overrides", "template")),
    default="overrides",
    show_default=True,
    help="With --learned: values for each user, or a patch of what all users learned alike.",
)
@click.option(
    "--share",
    type=click.IntRange(1, 100),
    default=100,
    show_default=True,
    metavar="PERCENT",
    help="With --as template: how many of the users must have learned the same.",
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    multiple=True,
    default=(".",),
    show_default=True,
    metavar="PATH",
    help="Where the project is declared; not needed with --project, but for --learned.",
)
@allow_option
@server_options
@output_options
def export(
    selectors: tuple[Selector, ...],
    everything: bool,
    agents: tuple[str, ...],
    out: Path | None,
    force: bool,
    learned: bool,
    users: tuple[str, ...],
    form: str,
    share: int,
    manifests: tuple[Path, ...],
    allowed: Allowance,
    target: Target,
    screen: Screen,
) -> None:
    """Write what is on the server as manifests."""
    if learned:
        from reconciler.cli.export_learned import Wish, export_learned

        _refuse_with_learned(bool(everything or agents))
        scope = Scope(targets=selectors, users=frozenset(users))
        export_learned(Wish(scope, form, share, out, force, allowed), manifests, target, screen)
        return
    if users or form != "overrides":
        raise click.UsageError("--user and --as go with --learned")
    made = _export(selectors, frozenset(agents), everything, out is None, manifests, allowed, target, screen)
    if not any(path != "project.yaml" for path in made.documents):
        raise ReconcilerError(
            "there is nothing to export", hint="--all takes what nobody manages, --agent ID one agent"
        )
    screen.report(made.warnings)
    if out is None:
        _print(made, screen)
        return
    written = write_files(out, {**manifest_files(made.documents), **made.files}, force)
    _say_written(written, out, screen)


def _refuse_with_learned(other: bool) -> None:
    if other:
        raise click.UsageError("--learned is about what is declared: leave out --all and --agent")


def _export(
    selectors: tuple[Selector, ...],
    agents: frozenset[str],
    everything: bool,
    inline: bool,
    manifests: tuple[Path, ...],
    allowed: Allowance,
    target: Target,
    screen: Screen,
) -> Export:
    from reconciler.export import Choice, export_fleet

    place = place_of(target, None if target.project else _declared(manifests))
    with project.open_session(place, target, screen.warn) as session:
        survey = session.survey()
    unknown = sorted(each for each in agents if each not in survey.resources)
    if unknown:
        raise ReconcilerError(f"the server has no agent {', '.join(unknown)}")
    ours = [each.marker.address for each in survey.resources.values() if each.marker]
    for selector in selectors:
        if not any(map(selector.matches, ours)):
            refuse_selector(selector, [str(address) for address in ours], allowed)
    choice = Choice(selectors, agents, everything, inline)
    return export_fleet(place.project, survey.resources, survey.owners, choice, survey.file_text)


def _declared(paths: tuple[Path, ...]) -> Manifests:
    """The manifests that name the project; there need be none, but then it has to be said."""
    try:
        return project.open_manifests(paths)
    except ManifestError as error:
        if any(path.is_file() or any(path.rglob("*.y*ml")) for path in paths):
            raise
        raise ReconcilerError(
            "which project? there are no manifests here that name it",
            why="; ".join(each.summary for each in error.diagnostics),
            hint="reconciler export --all --project NAME; where nothing is managed yet, any name will do",
        ) from error


def _print(made: Export, screen: Screen) -> None:
    """One stream of documents; files have no place in it."""
    import json

    from reconciler.export import yaml_text

    screen.document(lambda: json.dumps(_bodies(made), indent=2, ensure_ascii=False) + "\n")
    if not screen.as_json:
        emit(yaml_text(each for parts in made.documents.values() for each in parts))
    if made.files:
        screen.note(f"{len(made.files)} files that these manifests name are only written with -o DIR")


def _bodies(made: Export) -> dict[str, object]:
    return {
        "format_version": "1.0",
        "documents": [dict(d.body) for parts in made.documents.values() for d in parts],
    }


def _say_written(written: list[Path], out: Path, screen: Screen) -> None:
    from reconciler.report.json_documents import to_text, written_document

    screen.document(lambda: to_text(written_document(written)))
    if not screen.as_json:
        say("\n".join(f"wrote {path}" for path in written))
    screen.report(project.find_problems((out,)).problems)
    screen.note(f"next: reconciler validate {out}, then reconciler adopt --match-names --manifests {out}")
