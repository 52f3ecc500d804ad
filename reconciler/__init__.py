"""Infrastructure as code for stateful Letta agents.

Programs start with `Constellations`; everything is loaded when it is first used, so that importing the
package, as the command line does, costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.errors import ReconcilerError, UnknownOutcome
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

__version__ = "0.1.0"
__all__ = [
    "AgentFailed",
    "AsyncConstellations",
    "Constellations",
    "EmbeddingFailed",
    "Exchange",
    "Hit",
    "Message",
    "NotThere",
    "OverLimit",
    "ReconcilerError",
    "UnknownOutcome",
    "ValueMoved",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'reconciler' has no attribute {name!r}")
    if name in ("ReconcilerError", "UnknownOutcome"):
        from reconciler import errors

        return getattr(errors, name)
    from reconciler import runtime

    return getattr(runtime, name)
