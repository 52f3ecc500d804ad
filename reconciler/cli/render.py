"""`reconciler render`: what the manifests expand to, without a server.

In: paths and a scope. Out: YAML of addresses and their fields, in address order, secrets by name only.
"""

from __future__ import annotations

from pathlib import Path

from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.options import or_here, output_options, paths_argument, scope_options
from reconciler.cli.shared.output import emit
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.project.selectors import Places, refuse_idle
from reconciler.rules import Allowance
from reconciler.values import Scope


@command(epilog="\b\nExamples:\n  reconciler render --user 42\n  reconciler render --target 'shared/*/*'")
@paths_argument
@allow_option
@scope_options
@output_options
def render(paths: tuple[Path, ...], allowed: Allowance, scope: Scope, screen: Screen) -> None:
    """Print what the manifests expand to, as YAML."""
    from reconciler.project.scope import desired_of
    from reconciler.report.json_documents import to_text
    from reconciler.report.rendered_manifests import rendered, rendered_document

    manifests = project.open_manifests(or_here(paths))
    screen.report(manifests.warnings)
    desired = desired_of(manifests, scope, screen.warn)
    allowed = allowed.without(manifests.settings.safety.rules.firm)
    refuse_idle(scope, (), Places(desired.resources, manifests), allowed)
    resources = [each for each in desired if scope.covers(each.address)]
    screen.document(lambda: to_text(rendered_document(resources)))
    if not screen.as_json:
        for piece in rendered(resources):
            emit(piece)
