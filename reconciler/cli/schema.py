"""`reconciler schema`: the JSON schema of manifests, for editors and checks.

In: nothing. Out: the schema on stdout, or all schemas as files in a folder.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from reconciler.cli.shared.output import emit, say
from reconciler.cli.shared.strict import command
from reconciler.errors import ReconcilerError


@command(
    epilog="\b\nExample: reconciler schema -o schemas/\n"
    "Then, as first line of a manifest:\n"
    "  # yaml-language-server: $schema=schemas/manifest.schema.json"
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write all schemas here (manifests, plans, drift) instead of printing the one of manifests.",
)
def schema(out: Path | None) -> None:
    """Print or write the JSON schema of manifests."""
    if out is None:
        from reconciler.manifest.editors import editor_schema

        emit(json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    from reconciler.report.json_schemas import write_all

    try:
        written = write_all(out)
    except OSError as error:
        raise ReconcilerError(f"{out} cannot be written", why=error.strerror or str(error)) from error
    for path in written:
        say(f"wrote {path}")
