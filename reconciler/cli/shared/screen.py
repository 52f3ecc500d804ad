"""What a command says, and where: results on stdout, everything else on stderr.

In: lines, documents and diagnostics. Out: text in colour on a terminal and plain elsewhere. With `--json`
stdout holds JSON and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from reconciler.cli.shared.files import write_private
from reconciler.cli.shared.output import Printed, columns_of, emit, paint, tell
from reconciler.cli.shared.waiting import Display, Hidden, display_on
from reconciler.errors import Diagnostic, OutputLost, ReconcilerError, Severity

if TYPE_CHECKING:
    from reconciler.apply.outcome import Observer
    from reconciler.report.text.lines import Line
    from reconciler.report.text.shortened import Caps

_NARROW, _WIDE = 60, 132


@dataclass(frozen=True, slots=True)
class Screen:
    """How one command talks."""

    as_json: bool = False
    json_into: Path | None = None
    colour: bool = True
    quiet: bool = False
    verbose: bool = False
    printed: Printed = field(default_factory=Printed)
    display: Display = field(default_factory=Hidden)
    """Shows what is awaited."""

    def watching_waits(self, clock: Callable[[], float]) -> Screen:
        """The same, which shows what is awaited, too; not where it is to be quiet."""
        if self.quiet:
            return self
        colour = self.colour and wants_colour(sys.stderr)
        return replace(self, display=display_on(sys.stderr, clock, colour=colour))

    @property
    def caps(self) -> Caps:
        """How much to write out, and how wide."""
        from reconciler.report.text.shortened import BRIEF, FULL

        caps = FULL if self.verbose else BRIEF
        if not sys.stdout.isatty():
            return caps
        columns = min(_WIDE, max(_NARROW, columns_of(sys.stdout)))
        return replace(caps, width=columns, diff_width=caps.diff_width if self.verbose else columns)

    @property
    def wants_json(self) -> bool:
        """Whether any JSON is asked for."""
        return self.as_json or self.json_into is not None

    def result(self, lines: Iterable[Line]) -> None:
        """What the command was asked for; beside JSON it goes to stderr."""
        self._write(lines, to_stderr=self.as_json)

    def say(self, lines: Iterable[Line]) -> None:
        """What else a person may want to know."""
        if not self.quiet:
            self._write(lines, to_stderr=True)

    def note(self, text: str) -> None:
        """One plain line beside the result."""
        if text and not self.quiet:
            self.display.speaks()
            tell(text)

    def place(self, project: str, url: str) -> None:
        """Which project and server all this is about."""
        from reconciler.report.text.lines import Span, Tone, line
        from reconciler.report.text.printable import safe

        self.say([line(Span(safe(f"project {project} on {url}"), Tone.DIM)), ()])

    def warn(self, found: Diagnostic) -> None:
        """One problem, as it is found."""
        self.report([found])

    def report(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Problems; quiet keeps errors, and only verbose unfolds what is merely noted."""
        found = [
            each if self.verbose or each.severity is not Severity.NOTE else replace(each, why="", hint="")
            for each in diagnostics
            if not self.quiet or each.severity in (Severity.ERROR, Severity.REFUSED)
        ]
        if not found:
            return
        from reconciler.report.plan.sections import diagnostics as lines

        self._write(lines(found), to_stderr=True)

    def document(self, make: Callable[[], str]) -> None:
        """The result for programs, where it is asked for; OutputLost when it cannot be written."""
        if not self.wants_json:
            return
        text = make()
        self.printed.is_begun = True
        try:
            if self.json_into:
                _write_document(self.json_into, text)
        finally:
            if self.as_json:
                emit(text)

    def tell(self, error: ReconcilerError) -> None:
        """The error as a document, so that a report is never missing; beside a result none is added."""
        if self.printed.is_begun:
            return
        with contextlib.suppress(ReconcilerError, OSError):
            self.document(lambda: _error_text(error))

    def watching(self, total: int) -> AbstractContextManager[Observer]:
        """An observer of an apply of `total` changes."""
        from reconciler.report.progress import Lines, Silence

        if self.quiet:
            return nullcontext(Silence())
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            return self._bar(total)
        return nullcontext(Lines(lambda line: self._write([line], to_stderr=True)))

    @contextmanager
    def _bar(self, total: int) -> Iterator[Observer]:
        from reconciler.report.progress import bar

        with self.display.aside(), bar(total, sys.stderr, self.display.now) as observer:
            yield observer

    def _write(self, lines: Iterable[Line], *, to_stderr: bool) -> None:
        from reconciler.report.text.lines import coloured, plain
        from reconciler.report.text.wrap import wrapped

        stream = sys.stderr if to_stderr else sys.stdout
        painted = self.colour and wants_colour(stream)
        columns = columns_of(stream)
        lines = wrapped(lines, columns) if columns else lines
        text = coloured(lines) if painted else plain(lines)
        if text:
            self.display.speaks()
            paint(text, err=to_stderr, colour=painted)


def wants_colour(stream: TextIO) -> bool:
    """Colour belongs on terminals, and not there when NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write_document(path: Path, text: str) -> None:
    try:
        write_private(path, text)
    except ReconcilerError as error:
        raise OutputLost(error.summary, why=error.why, hint=error.hint) from error


def _error_text(error: ReconcilerError) -> str:
    from reconciler.errors import ManifestError
    from reconciler.report.json_documents import FORMAT_VERSION, diagnostics_document, error_document, to_text

    document: dict[str, Any] = {"format_version": FORMAT_VERSION, "error": error_document(error)}
    if isinstance(error, ManifestError):
        document["diagnostics"] = diagnostics_document(error.diagnostics)["diagnostics"]
    return to_text(document)
