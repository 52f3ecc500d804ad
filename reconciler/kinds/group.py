"""The group table: the five manager types of letta 0.16.8.

`shared_block_ids` is never used: the server writes it once, never returns it and ignores changes, so
the manifests expand shared blocks of a group into attachments of its members.
"""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind, Shape

GROUP = Kind(
    "group",
    (
        Field("manager_type", immutable=True),
        Field("manager_agent", targets="agent"),
        Field("max_turns"),
        Field("termination_token"),
        Field("frequency"),
        Field("max_message_buffer_length"),
        Field("min_message_buffer_length"),
        Field("description", cleared=""),
        Field("agents", Shape.EDGES, targets="agent"),
        Field("order"),
    ),
    requires=frozenset({"agent"}),
    marker_fields=frozenset({"description"}),
)
"""`agents[<name>]` holds the member; `order` is the list of member names, which the server keeps."""

MANAGER_FIELDS = {
    "round_robin": frozenset({"max_turns"}),
    "supervisor": frozenset({"manager_agent"}),
    "dynamic": frozenset({"manager_agent", "termination_token", "max_turns"}),
    "sleeptime": frozenset({"manager_agent", "frequency"}),
    "voice_sleeptime": frozenset({"manager_agent", "max_message_buffer_length", "min_message_buffer_length"}),
}
"""Which settings each manager type has."""


def is_setting_of(manager_type: object, field: str) -> bool:
    """Whether a group of this manager type has this field: it is no setting of another type only."""
    of_any = frozenset().union(*MANAGER_FIELDS.values())
    return field not in of_any or field in MANAGER_FIELDS.get(str(manager_type or "round_robin"), of_any)
