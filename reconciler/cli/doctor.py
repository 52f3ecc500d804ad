"""`reconciler doctor`: find what stands in the way, and its cure.

In: manifests and a server. Out: one line for each thing looked at. Exit 1 when something is broken; warnings
are 0. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.options import Target, or_here, output_options, paths_argument, server_options
from reconciler.cli.shared.place import connection_to, place_of
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.doctor import Finding
    from reconciler.doctor.examine import Patient
    from reconciler.report.text.lines import Line

EPILOG = """\b
Examples:
  reconciler doctor
  reconciler doctor constellations/pattern --json
"""


@command(epilog=EPILOG)
@paths_argument
@server_options
@output_options
@click.pass_context
def doctor(ctx: click.Context, paths: tuple[Path, ...], target: Target, screen: Screen) -> None:
    """Find what stands in the way, and its cure."""
    from reconciler.doctor import Health, examine
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    patient = _patient(or_here(paths), target)
    try:
        if target.wait:
            patient.transport.wait(target.wait)
        findings = list(examine(patient))
    finally:
        patient.transport.close()
    is_ill = any(finding.health is Health.ERROR for finding in findings)
    screen.result(_lines(findings, quiet=screen.quiet))
    screen.document(
        lambda: to_text(
            {
                "format_version": FORMAT_VERSION,
                "healthy": not is_ill,
                "findings": [_document(finding) for finding in findings],
            }
        )
    )
    ctx.exit(1 if is_ill else 0)


def _patient(paths: tuple[Path, ...], target: Target) -> Patient:
    from reconciler.doctor.examine import Patient
    from reconciler.mcp.tools import TOOLS
    from reconciler.remote import connect

    trouble: ReconcilerError | None = None
    manifests = None
    try:
        manifests = project.open_manifests(paths)
    except ReconcilerError as error:
        trouble = error
    place = place_of(target, manifests)
    connection = connection_to(place.address, target)
    transport = connect(connection, parallel=target.parallel, waits=target.waits)
    return Patient(manifests, trouble, transport, place.project, place.cache, place.state, TOOLS)


def _lines(findings: Iterable[Finding], *, quiet: bool) -> Iterator[Line]:
    from reconciler.doctor import Health
    from reconciler.report.text.lines import Span, Tone, line
    from reconciler.report.text.printable import safe

    looks = {
        Health.FINE: ("ok", Tone.ADD),
        Health.WARNING: ("warning", Tone.WARNING),
        Health.ERROR: ("error", Tone.ERROR),
        Health.SKIPPED: ("skipped", Tone.DIM),
    }
    for finding in findings:
        word, tone = looks[finding.health]
        if quiet and finding.health in (Health.FINE, Health.SKIPPED):
            continue
        yield line(Span(f"{word:8}", tone), f"{finding.check + ':':14} {safe(finding.summary)}")
        if finding.why:
            yield line(f"          why: {safe(finding.why)}")
        if finding.cure:
            yield line(f"          try: {safe(finding.cure)}")


def _document(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "health": finding.health.value,
        "summary": finding.summary,
        "why": finding.why,
        "cure": finding.cure,
    }
