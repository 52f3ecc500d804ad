"""Whether the group of an exported agent gets its turns in the background, as manifests say it.

In: the bodies of one set. Out: `enable_sleeptime` only where it differs from what its groups imply, and a
warning where manifests cannot say it. Pure.
"""

from __future__ import annotations

from typing import Any

from reconciler.errors import Diagnostic, Severity
from reconciler.export.documents import Part
from reconciler.export.resource_documents import Bench
from reconciler.kinds.creation import MADE_WITH_BACKGROUND
from reconciler.kinds.group import DEFAULT_MANAGER, runs_in_background

_FIELD = "enable_sleeptime"


def settle_background_turns(part: Part, bench: Bench) -> None:
    """Change the agents of this part where that is needed."""
    for name, agent in part.bodies.get("agent", {}).items():
        managed = [
            str(manager.get("type") or DEFAULT_MANAGER)
            for group in part.bodies.get("group", {}).values()
            if (manager := group.get("manager") or {}).get("agent") == name
        ]
        _settle(name, agent, managed, bench)


def _settle(name: str, agent: dict[str, Any], managed: list[str], bench: Bench) -> None:
    is_on = agent.pop(_FIELD, False) is True
    runs = runs_in_background(agent.get("agent_type"), managed)
    if runs and not is_on:
        agent[_FIELD] = False
    elif is_on and not runs and agent.get("agent_type") not in MADE_WITH_BACKGROUND:
        bench.warnings.append(
            Diagnostic(
                f"its {_FIELD} is left out",
                address=f"agent {name}",
                why="it manages no group of type sleeptime here, or another one beside it",
                hint="an apply leaves it on the server as it is",
                severity=Severity.WARNING,
            )
        )
