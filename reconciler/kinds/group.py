"""The group table: the five manager types of letta 0.16.8.

`shared_block_ids` is never used: the server writes it once, never returns it and ignores changes, so
the manifests expand shared blocks of a group into attachments of its members.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.creation import MADE_WITH_BACKGROUND
from reconciler.kinds.field import Field, Key, Kind
from reconciler.kinds.types import Type

GROUP = Kind(
    "group",
    "groups",
    (
        Field(
            "manager_type",
            Type.FIXED_WORD,
            "How it is decided who speaks",
            "dynamic",
            choices=("round_robin", "supervisor", "dynamic", "sleeptime", "voice_sleeptime"),
            called="type",
            section="manager",
            immutable=True,
            default=("round_robin",),
        ),
        Field(
            "manager_agent",
            Type.REFERENCE,
            "The agent that decides",
            "coach",
            called="agent",
            section="manager",
            wire="manager_agent_id",
            targets="agent",
        ),
        Field("max_turns", Type.WHOLE, "Most turns of one conversation", 10, section="manager"),
        Field(
            "termination_token",
            Type.TEXT,
            "What a member says to end the conversation",
            "DONE!",
            section="manager",
            default=("DONE!",),
        ),
        Field(
            "frequency",
            Type.WHOLE,
            "Turns after which the members in the background work",
            5,
            section="manager",
            wire="sleeptime_agent_frequency",
        ),
        Field(
            "max_message_buffer_length",
            Type.WHOLE,
            "Messages at which the buffer is summed up",
            30,
            section="manager",
        ),
        Field(
            "min_message_buffer_length",
            Type.WHOLE,
            "Messages that stay in the buffer then, 5 or more",
            8,
            section="manager",
        ),
        Field("description", Type.PROSE, "What it is for", "Support of one user", cleared=""),
        Field("agents", Type.REFERENCES, "Its members, in order", ["coach"], required=True, targets="agent"),
        Field("order", Type.NAMES, "The order of its members", follows="agents"),
        Key("shared_blocks", Type.REFERENCES, "Attached to every member", ["current_state"]),
    ),
    requires=frozenset({"agent"}),
    marker_fields=frozenset({"description"}),
)
"""`agents[<name>]` holds the member; `order` is the list of member names, which the server keeps."""

DEFAULT_MANAGER = "round_robin"
IN_BACKGROUND = frozenset({"sleeptime", "voice_sleeptime"})
"""Types whose members get their turns from the server, when the manager has had its own."""

MANAGER_FIELDS = {
    "round_robin": frozenset({"max_turns"}),
    "supervisor": frozenset({"manager_agent"}),
    "dynamic": frozenset({"manager_agent", "termination_token", "max_turns"}),
    "sleeptime": frozenset({"manager_agent", "frequency"}),
    "voice_sleeptime": frozenset({"manager_agent", "max_message_buffer_length", "min_message_buffer_length"}),
}
"""Which settings each manager type has."""


def background_type(agent_type: object) -> str:
    """The type of group that the server runs in the background of an agent of this type (source)."""
    return "voice_sleeptime" if agent_type in MADE_WITH_BACKGROUND else "sleeptime"


def runs_in_background(agent_type: object, managed: Sequence[str]) -> bool:
    """Whether the server gives the members of a group turns after those of their manager; `managed` are the
    types of all groups that agent manages, of which it knows one (letta 0.16.8, source)."""
    return list(managed) == [background_type(agent_type)]


def is_setting_of(manager_type: object, field: str) -> bool:
    """Whether a group of this manager type has this field: it is no setting of another type only."""
    of_any = frozenset().union(*MANAGER_FIELDS.values())
    return field not in of_any or field in MANAGER_FIELDS.get(str(manager_type or "round_robin"), of_any)
