"""`reconciler rules`: what may stop a run, or be said with it, by code, and what makes each give way.

In: nothing; the Project document of this folder has a say in levels. Out: the rules, for people and programs.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.shared.files import write_private
from reconciler.cli.shared.options import output_options
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.rules import AS_THEY_ARE, Turns

_FILE = click.Path(path_type=Path, dir_okay=False)


@command(epilog="\b\nExamples:\n  reconciler rules\n  reconciler rules --json")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as a page of documentation.")
@output_options
def rules(markdown: Path | None, screen: Screen) -> None:
    """List the rules, their levels here, and how to allow them."""
    from reconciler.report.json_documents import to_text
    from reconciler.report.rules import rule_lines, rules_document, rules_page

    turned = _turned()
    if markdown:
        write_private(markdown, rules_page())
    screen.document(lambda: to_text(rules_document(turned)))
    if not screen.as_json:
        screen.result(list(rule_lines(turned)))


def _turned() -> Turns:
    """What the project of this folder says; ManifestError where that cannot be read."""
    from reconciler.manifest import project_of

    found = project_of(Path(), os.environ)
    return found.safety.rules if found else AS_THEY_ARE
