"""Constellations in use, for programs: talk to agents and groups, read and write memory, add users.

In: manifests and a server. Out: handles. Everything here goes through a Session like the commands do.
"""

from reconciler.runtime.agent import AgentHandle, ArchivalMemory
from reconciler.runtime.answers import Exchange, Kind, Message
from reconciler.runtime.asynchronous import AsyncConstellations
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.constellations import Constellations
from reconciler.runtime.errors import (
    AgentFailed,
    EmbeddingFailed,
    NotAllowed,
    NotThere,
    OverLimit,
    ValueMoved,
)
from reconciler.runtime.group import GroupHandle
from reconciler.runtime.provision import Provisioned
from reconciler.runtime.search_hit import Hit
from reconciler.runtime.send import Patience, Streamed
from reconciler.runtime.source import SourceHandle
from reconciler.runtime.user_set import UserSet

__all__ = [
    "AgentFailed",
    "AgentHandle",
    "ArchivalMemory",
    "AsyncConstellations",
    "BlockHandle",
    "Constellations",
    "EmbeddingFailed",
    "Exchange",
    "GroupHandle",
    "Hit",
    "Kind",
    "Message",
    "NotAllowed",
    "NotThere",
    "OverLimit",
    "Patience",
    "Provisioned",
    "SourceHandle",
    "Streamed",
    "UserSet",
    "ValueMoved",
]
