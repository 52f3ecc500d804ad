"""The same constellations for programs that run on asyncio: every method of the sync ones, awaited."""

from reconciler.runtime.asynchronous.handles import (
    AsyncAgent,
    AsyncBlock,
    AsyncConstellations,
    AsyncGroup,
    AsyncMemory,
    AsyncSource,
    AsyncStreamed,
    AsyncUserSet,
)

__all__ = [
    "AsyncAgent",
    "AsyncBlock",
    "AsyncConstellations",
    "AsyncGroup",
    "AsyncMemory",
    "AsyncSource",
    "AsyncStreamed",
    "AsyncUserSet",
]
