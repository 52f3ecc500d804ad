"""What `destroy --erase` does and says once the sets have ended on the server.

In: the outcome. Out: this machine's files without the persons, and a report. It must not write to the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.shared.files import write_private
from reconciler.cli.shared.screen import Screen
from reconciler.values import Owner

if TYPE_CHECKING:
    from reconciler.apply.outcome import Outcome
    from reconciler.cli.shared.project import Opened
    from reconciler.report.erasure import Erasure


@dataclass(frozen=True)
class Erasing:
    """One erasure."""

    opened: Opened
    sets: tuple[Owner, ...]
    report: Path | None
    screen: Screen

    def account(self, outcome: Outcome) -> Mapping[str, Any]:
        """Erase what is kept here, once nothing of the sets is left on the server, and report."""
        from reconciler.project.erasing import ErasedHere, erase_here
        from reconciler.report.erasure import Erasure, erased_on_server, erasure_document

        planned, place = self.opened.planned, self.opened.place
        is_complete = outcome.is_complete and not (planned.plan.kept or planned.plan.has_refusals)
        here = erase_here(planned.session, self.sets) if is_complete else ErasedHere()
        erasure = Erasure(
            place.project,
            place.url,
            datetime.now(UTC).isoformat(timespec="seconds"),
            self.sets,
            tuple(erased_on_server(outcome)),
            here,
            tuple(planned.plan.stays),
            is_complete,
        )
        self._say(erasure)
        return {"erased": erasure_document(erasure)}

    def _say(self, erasure: Erasure) -> None:
        from reconciler.report.erasure import erasure_document, erasure_markdown
        from reconciler.report.json_documents import to_text
        from reconciler.report.text.lines import BLANK, line
        from reconciler.report.text.printable import safe

        if self.report is not None:
            is_json = self.report.suffix == ".json"
            text = to_text(erasure_document(erasure)) if is_json else erasure_markdown(erasure)
            write_private(self.report, text)
            self.screen.result([BLANK, line(safe(f"What went and what is left: {self.report}"))])
            return
        self.screen.result([BLANK, *(line(safe(each)) for each in erasure_markdown(erasure).splitlines())])
