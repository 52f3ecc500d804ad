"""What `reconciler state exports` lists and deletes: agents that were saved before they ended.

In: a place, a selector, an age. Out: lines or JSON, and files that are gone. It must not talk to a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.cli.shared.place import Place
from reconciler.cli.shared.screen import Screen
from reconciler.values import Selector

if TYPE_CHECKING:
    from reconciler.state.exports import SavedAgent

EPILOG = """\b
Examples:
  reconciler state exports
  reconciler state exports --older-than 90 --delete --yes
"""


@dataclass(frozen=True)
class Saved:
    """Those of one project that a person asks about."""

    place: Place
    selector: Selector | None
    older_than: int | None
    """Days."""

    @cached_property
    def agents(self) -> list[SavedAgent]:
        """Oldest first."""
        from reconciler.apply.agent_files import folder_of
        from reconciler.state import exports_beside
        from reconciler.state.exports import saved_agents

        folder = folder_of(self.place.project, exports_beside(self.place.state))
        return [each for each in saved_agents(folder)[0] if self._is_meant(each)]

    def show(self, screen: Screen) -> None:
        """One line for each."""
        from reconciler.report.cached_ids import state_lines
        from reconciler.report.json_documents import FORMAT_VERSION, to_text

        exports = [_document(each) for each in self.agents]
        screen.document(lambda: to_text({"format_version": FORMAT_VERSION, "exports": exports}))
        if not screen.as_json:
            screen.result(state_lines(map(_row, self.agents)))
        screen.note("" if self.agents else "no such agent was saved")

    def delete(self, screen: Screen) -> None:
        """Both files of each."""
        for agent in self.agents:
            agent.delete()
        screen.note(f"{len(self.agents)} deleted")

    def _is_meant(self, agent: SavedAgent) -> bool:
        is_chosen = self.selector is None or self.selector.matches(agent.address)
        if self.older_than is None:
            return is_chosen
        return is_chosen and agent.saved_at < datetime.now(UTC) - timedelta(days=self.older_than)


def _row(agent: SavedAgent) -> tuple[str, str, str]:
    return str(agent.address), f"{agent.bytes / 1000:,.0f} kB", f"{agent.saved_at:%Y-%m-%d}  {agent.path}"


def _document(agent: SavedAgent) -> dict[str, Any]:
    return {
        "address": str(agent.address),
        "saved_at": agent.saved_at.isoformat(),
        "bytes": agent.bytes,
        "path": str(agent.path),
    }
