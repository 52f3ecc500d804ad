"""Constellations in use, for programs: talk to agents and groups, read and write memory, add users.

In: manifests and a server. Out: handles. Everything here goes through a Session like the commands do.
"""

from reconciler.remote.talk.said import Image
from reconciler.runtime.agent import AgentHandle
from reconciler.runtime.answers import Exchange, Kind, Message, ToolCall
from reconciler.runtime.asynchronous import (
    AsyncAgent,
    AsyncBlock,
    AsyncConstellations,
    AsyncGroup,
    AsyncMemory,
    AsyncSource,
    AsyncStreamed,
    AsyncUserSet,
)
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.constellations import Constellations
from reconciler.runtime.deprovision import Deprovisioned
from reconciler.runtime.errors import (
    AgentFailed,
    EmbeddingFailed,
    NotAllowed,
    NotThere,
    OverLimit,
    UserLeft,
    ValueMoved,
)
from reconciler.runtime.group import GroupHandle
from reconciler.runtime.memory import AgentMemory, CoreMemory, MemoryBlock
from reconciler.runtime.provision import Provisioned
from reconciler.runtime.search_hit import Hit
from reconciler.runtime.send import Patience, Streamed
from reconciler.runtime.source import SourceHandle
from reconciler.runtime.user_set import UserSet

__all__ = [
    "AgentFailed",
    "AgentHandle",
    "AgentMemory",
    "AsyncAgent",
    "AsyncBlock",
    "AsyncConstellations",
    "AsyncGroup",
    "AsyncMemory",
    "AsyncSource",
    "AsyncStreamed",
    "AsyncUserSet",
    "BlockHandle",
    "Constellations",
    "CoreMemory",
    "Deprovisioned",
    "EmbeddingFailed",
    "Exchange",
    "GroupHandle",
    "Hit",
    "Image",
    "Kind",
    "MemoryBlock",
    "Message",
    "NotAllowed",
    "NotThere",
    "OverLimit",
    "Patience",
    "Provisioned",
    "SourceHandle",
    "Streamed",
    "ToolCall",
    "UserLeft",
    "UserSet",
    "ValueMoved",
]
