"""Infrastructure as code for stateful Letta agents.

Programs talk to agents through `Constellations`, and plan, apply and look for drift through `Project`;
everything is loaded when it is first used, so that importing the
package, as the command line does, costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.apply import Outcome
    from reconciler.drift import DriftReport
    from reconciler.errors import LockHeld, ReconcilerError, StalePlan, UnknownOutcome, UnsafePlan
    from reconciler.plan import PlanOptions
    from reconciler.project.asynchronous import AsyncProject
    from reconciler.project.planned import Planned
    from reconciler.project.project import Project
    from reconciler.rules import Allowance
    from reconciler.runtime import (
        AgentFailed,
        AsyncConstellations,
        Constellations,
        EmbeddingFailed,
        Exchange,
        Hit,
        Message,
        NotThere,
        OverLimit,
        ValueMoved,
    )
    from reconciler.values import Scope, Selector

__version__ = "0.1.0"
__all__ = [
    "AgentFailed",
    "Allowance",
    "AsyncConstellations",
    "AsyncProject",
    "Constellations",
    "DriftReport",
    "EmbeddingFailed",
    "Exchange",
    "Hit",
    "LockHeld",
    "Message",
    "NotThere",
    "Outcome",
    "OverLimit",
    "PlanOptions",
    "Planned",
    "Project",
    "ReconcilerError",
    "Scope",
    "Selector",
    "StalePlan",
    "UnknownOutcome",
    "UnsafePlan",
    "ValueMoved",
    "__version__",
]
_ELSEWHERE = {
    "reconciler.apply": ("Outcome",),
    "reconciler.drift": ("DriftReport",),
    "reconciler.errors": ("LockHeld", "ReconcilerError", "StalePlan", "UnknownOutcome", "UnsafePlan"),
    "reconciler.plan": ("PlanOptions",),
    "reconciler.project.asynchronous": ("AsyncProject",),
    "reconciler.project.planned": ("Planned",),
    "reconciler.project.project": ("Project",),
    "reconciler.rules": ("Allowance",),
    "reconciler.values": ("Scope", "Selector"),
}
"""Where names are defined that do not come from `reconciler.runtime`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'reconciler' has no attribute {name!r}")
    from importlib import import_module

    module = next((module for module, names in _ELSEWHERE.items() if name in names), "reconciler.runtime")
    return getattr(import_module(module), name)
