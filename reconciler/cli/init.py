"""`reconciler init`: a small project that works as it is.

In: a folder. Out: three manifests, a persona and the schema editors use. It never overwrites a file.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import click

from reconciler.cli.shared.options import output_options
from reconciler.cli.shared.output import say
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.disk import real
from reconciler.errors import ReconcilerError

SCHEMA = Path(".reconciler", "manifest.schema.json")
STARTER = ("project.yaml", "constellation.yaml", "users.yaml", "personas/companion.md")
IGNORED = ".gitignore"
"""Written where there is none: a repository has its own."""


@command(epilog="\b\nExamples:\n  reconciler init demo\n  cd demo && reconciler validate && reconciler plan")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".", metavar="[DIR]")
@output_options
def init(directory: Path, screen: Screen) -> None:
    """Start a project: write a few small manifests that work."""
    from reconciler.report.json_documents import to_text, written_document

    texts = {Path(name): _template(name, directory) for name in STARTER}
    texts[SCHEMA] = _schema()
    _refuse_to_overwrite(directory, list(texts))
    if not (directory / IGNORED).exists():
        texts[Path(IGNORED)] = _template(IGNORED.removeprefix("."), directory)
    try:
        for path, text in texts.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            with (directory / path).open("x", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        raise ReconcilerError(f"{directory} cannot be written", why=error.strerror or str(error)) from error
    screen.document(lambda: to_text(written_document(directory / path for path in texts)))
    if not screen.as_json:
        say("\n".join(f"wrote {directory / path}" for path in texts))
    place = "" if directory == Path(".") else f" {directory}"
    screen.note(f"next: reconciler validate{place}, then reconciler plan{place}")


def _template(name: str, directory: Path) -> str:
    from reconciler.manifest.files.discovery import default_name

    text = files("reconciler.cli").joinpath("starter", name).read_text(encoding="utf-8")
    return text.replace("PROJECT_NAME", default_name(real(directory)))


def _schema() -> str:
    from reconciler.manifest.editors import editor_schema

    return json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"


def _refuse_to_overwrite(directory: Path, paths: list[Path]) -> None:
    there = [str(directory / path) for path in paths if (directory / path).exists()]
    if there:
        raise ReconcilerError(
            f"there is already {there[0]}" + (f", and {len(there) - 1} more" if there[1:] else ""),
            why="init never overwrites a file",
            hint="reconciler init NEW_FOLDER",
        )
