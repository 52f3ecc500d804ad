"""`reconciler adopt --from-lettactl`: manifests from the fleet file of another tool. Nothing is sent.

In: a fleet file and a new folder. Out: manifests and files, and a report of what could not be carried over.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.new_files import manifest_files, write_files
from reconciler.cli.shared.output import say
from reconciler.cli.shared.screen import Screen
from reconciler.disk import MAX_UPLOAD_BYTES, read_regular, real
from reconciler.errors import ReconcilerError


def convert(fleet: Path, out: Path | None, force: bool, screen: Screen) -> None:
    """Read a lettactl fleet file and write manifests."""
    from reconciler.adopt.lettactl import Folder, convert_fleet
    from reconciler.manifest.files.discovery import default_name
    from reconciler.report.json_documents import to_text, written_document

    if out is None:
        raise click.UsageError("--from-lettactl needs a folder to write to: -o DIR")
    data = _bytes(fleet)
    if data is None:
        raise ReconcilerError(f"{fleet} cannot be read", hint="name the fleet file, most often fleet.yaml")
    root = fleet.parent
    folder = Folder(lambda path: _bytes(root / path), lambda path: _below(root, path))
    made = convert_fleet(data, fleet.name, folder, default_name(real(out)))
    written = write_files(out, {**manifest_files(made.documents), **made.files}, force)
    screen.document(lambda: to_text(written_document(written)))
    if not screen.as_json:
        say("\n".join(f"wrote {path}" for path in written))
    screen.report(made.warnings)
    screen.report(project.find_problems((out,)).problems)
    screen.note(f"next: reconciler plan {out}; what exists by now: adopt --match-names --manifests {out}")


def _bytes(path: Path) -> bytes | None:
    try:
        return read_regular(path, MAX_UPLOAD_BYTES)
    except OSError:
        return None


def _below(root: Path, name: str) -> list[str]:
    """Files below a folder, as paths from the root."""
    found = []
    for folder, folders, names in os.walk(root / name):
        folders.sort()
        found += [Path(os.path.relpath(Path(folder, each), root)).as_posix() for each in sorted(names)]
    return found
