"""What programs read: the outcome of an apply and the list of cached resources, as plain JSON values.

In: frozen records. Out: dicts with a `format_version`, secrets left out. The document of a plan is made
by `plan.file.document`. It must not write anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reconciler.apply.outcome import Outcome, Result, SentFile, Status
from reconciler.errors import Diagnostic, ReconcilerError

FORMAT_VERSION = "1.0"


_COMMAND = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))")


def to_text(document: Any) -> str:
    """Indented JSON, ended by a line break; nothing in it is a command to whoever keeps the log."""
    return _COMMAND.sub(r"\\u0023", json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def outcome_document(outcome: Outcome, next_command: str) -> dict[str, Any]:
    """The end of an apply, results in plan order."""
    return {
        "format_version": FORMAT_VERSION,
        "exit_code": outcome.exit_code,
        "interrupted": outcome.interrupted,
        "seconds": round(outcome.seconds, 3),
        "requests": {"reads": outcome.reads, "writes": outcome.writes},
        "summary": {status.value: outcome.count(status) for status in Status},
        "serials": {str(owner): serial for owner, serial in outcome.serials.items()},
        "processing": [_file(each) for each in outcome.processing],
        "unusable": [_file(each) for each in outcome.unusable],
        "not_kept": [{"address": str(a), "paths": sorted(paths)} for a, paths in outcome.not_kept.items()],
        "closed": [{"agent": str(agent), "source": str(source)} for agent, source in outcome.closed],
        "results": [_result(result) for result in outcome.results],
        "next_command": "" if outcome.is_complete and not outcome.unusable else next_command,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "address": str(result.change.address),
        "action": result.change.action.value,
        "status": result.status.value,
        "id": result.id,
        "saved_at": result.saved_at,
        "because": str(result.because or ""),
        "error": error_document(result.error) if result.error else None,
    }


def _file(file: SentFile) -> dict[str, Any]:
    return {"address": str(file.address), "file": file.name, "why": file.trouble}


def error_document(error: ReconcilerError) -> dict[str, Any]:
    """An error in its three parts."""
    return {"type": type(error).__name__, "summary": error.summary, "why": error.why, "hint": error.hint}


def written_document(files: Iterable[Path]) -> dict[str, Any]:
    """What a command that writes files prints."""
    return {"format_version": FORMAT_VERSION, "written": [str(path) for path in files]}


def diagnostics_document(found: tuple[Diagnostic, ...]) -> dict[str, Any]:
    """What `validate --json` prints."""
    return {
        "format_version": FORMAT_VERSION,
        "diagnostics": [
            {
                "severity": each.severity.value,
                "summary": each.summary,
                "file": each.where.file if each.where else "",
                "line": each.where.line if each.where else 0,
                "column": each.where.column if each.where else 0,
                "address": each.address,
                "why": each.why,
                "hint": each.hint,
            }
            for each in found
        ],
    }
