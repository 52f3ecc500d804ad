"""The only two ways anything leaves a command: as text for people, or as a format for programs.

In: text. Out: on stdout or stderr. Text for people cannot move a cursor, hide itself or give commands to the
machine a log is written on, whoever wrote it; formats are UTF-8 whatever the locale says.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

import click

from reconciler.errors import OutputLost
from reconciler.waits import Waits

_NARROWEST = 20
"""Columns; a terminal that says less knows no better."""


@dataclass(slots=True)
class Printed:
    """Whether the one document of a run was begun: nothing that comes later may add another to it."""

    is_begun: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: what it has printed, and what it waits for."""

    printed: Printed = field(default_factory=Printed)
    waits: Waits = field(default_factory=Waits)


def say(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Text for people, made harmless row by row."""
    from reconciler.report.text.printable import harmless

    rows = "\n".join(harmless(row.expandtabs()) for row in text.split("\n"))
    with _written(err):
        click.echo(rows, err=err, nl=nl)


def tell(text: str, *, err: bool = True) -> None:
    """A message, which is broken into rows where a person reads it on a narrow terminal."""
    from reconciler.report.text.lines import line, plain
    from reconciler.report.text.wrap import wrapped

    columns = columns_of(sys.stderr if err else sys.stdout)
    if columns:
        rows = [line(row.expandtabs()) for row in text.split("\n")]
        text = plain(wrapped(rows, columns)).removesuffix("\n")
    say(text, err=err)


def columns_of(stream: TextIO) -> int:
    """How wide the terminal is; 0 where there is none, and nothing is to be broken."""
    return max(_NARROWEST, shutil.get_terminal_size().columns) if stream.isatty() else 0


def paint(text: str, *, err: bool, colour: bool) -> None:
    """Lines that were made harmless before they got their colours."""
    with _written(err):
        click.echo(text, nl=False, err=err, color=colour)


def emit(text: str) -> None:
    """A document for programs on stdout: the same bytes in every locale."""
    data = text.encode("utf-8", "backslashreplace")
    with _written(err=False):
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:  # somebody put another stream there
            sys.stdout.write(text)
            return
        sys.stdout.flush()
        stream.write(data)
        stream.flush()


@contextmanager
def _written(err: bool) -> Iterator[None]:
    """OutputLost where the disk is full; what is said beside the result never stops a command."""
    try:
        yield
    except BrokenPipeError:
        if not err:
            raise
    except OSError as error:
        if not err:
            raise OutputLost(
                "what this command says could not be written to stdout",
                why=error.strerror or str(error),
                hint="make room; what was done before is done, and `reconciler plan` shows what is left",
            ) from error
