"""Infrastructure as code for stateful Letta agents.

Programs talk to agents through `Constellations`, or `AsyncConstellations`; they plan, apply and look for
drift through `Project`, or `AsyncProject`. Every type that these take, return or raise has its name here.
Everything is loaded when it is first used, so that importing the package, as the command line does, costs
nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.apply import Outcome
    from reconciler.cache import CachedResource
    from reconciler.drift import DriftReport
    from reconciler.errors import (
        AccessDenied,
        CacheError,
        Conflict,
        Diagnostic,
        ForeignOwner,
        LockHeld,
        MalformedAnswer,
        ManifestError,
        NotFound,
        Origin,
        ReconcilerError,
        Refused,
        RemoteError,
        ServerUnreachable,
        Severity,
        StalePlan,
        StateError,
        TimedOut,
        UnknownOutcome,
        UnsafePlan,
    )
    from reconciler.manifest import Manifests
    from reconciler.plan import PlanOptions
    from reconciler.project.asynchronous import AsyncProject
    from reconciler.project.planned import Planned
    from reconciler.project.project import Project
    from reconciler.remote import RetryPolicy
    from reconciler.rules import Allowance, Grant
    from reconciler.runtime import (
        AgentFailed,
        AgentHandle,
        AgentMemory,
        AsyncAgent,
        AsyncBlock,
        AsyncConstellations,
        AsyncGroup,
        AsyncMemory,
        AsyncSource,
        AsyncStreamed,
        AsyncUserSet,
        BlockHandle,
        Constellations,
        CoreMemory,
        Deprovisioned,
        EmbeddingFailed,
        Exchange,
        GroupHandle,
        Hit,
        Image,
        Kind,
        MemoryBlock,
        Message,
        NotAllowed,
        NotThere,
        OverLimit,
        Patience,
        Provisioned,
        SourceHandle,
        Streamed,
        ToolCall,
        UserLeft,
        UserSet,
        ValueMoved,
    )
    from reconciler.values import Address, Owner, Scope, Selector
    from reconciler.waits import Wait, Waits

__version__ = "0.1.0"
_MODULES = (
    *(
        "errors",
        "values",
        "waits",
        "rules",
        "cache",
        "manifest",
        "remote",
        "plan",
        "apply",
        "drift",
        "runtime",
    ),
    *("project.planned", "project.project", "project.asynchronous"),
)
"""Where the names are, the quickest to load first."""
__all__ = [
    "AccessDenied",
    "Address",
    "AgentFailed",
    "AgentHandle",
    "AgentMemory",
    "Allowance",
    "AsyncAgent",
    "AsyncBlock",
    "AsyncConstellations",
    "AsyncGroup",
    "AsyncMemory",
    "AsyncProject",
    "AsyncSource",
    "AsyncStreamed",
    "AsyncUserSet",
    "BlockHandle",
    "CacheError",
    "CachedResource",
    "Conflict",
    "Constellations",
    "CoreMemory",
    "Deprovisioned",
    "Diagnostic",
    "DriftReport",
    "EmbeddingFailed",
    "Exchange",
    "ForeignOwner",
    "Grant",
    "GroupHandle",
    "Hit",
    "Image",
    "Kind",
    "LockHeld",
    "MalformedAnswer",
    "ManifestError",
    "Manifests",
    "MemoryBlock",
    "Message",
    "NotAllowed",
    "NotFound",
    "NotThere",
    "Origin",
    "Outcome",
    "OverLimit",
    "Owner",
    "Patience",
    "PlanOptions",
    "Planned",
    "Project",
    "Provisioned",
    "ReconcilerError",
    "Refused",
    "RemoteError",
    "RetryPolicy",
    "Scope",
    "Selector",
    "ServerUnreachable",
    "Severity",
    "SourceHandle",
    "StalePlan",
    "StateError",
    "Streamed",
    "TimedOut",
    "ToolCall",
    "UnknownOutcome",
    "UnsafePlan",
    "UserLeft",
    "UserSet",
    "ValueMoved",
    "Wait",
    "Waits",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in map(importlib.import_module, (f"{__name__}.{each}" for each in _MODULES)):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
