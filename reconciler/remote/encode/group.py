"""A group as it is sent.

In: leaves and a marker. Out: a body. `shared_block_ids` never appears: the server writes it once, never shows
it and ignores changes (letta 0.16.8, measured).
"""

from __future__ import annotations

from reconciler.errors import RemoteError
from reconciler.kinds import GROUP, MANAGER_FIELDS
from reconciler.remote.encode.common import Body, Ids, fields_of, items
from reconciler.remote.marks.markers import describe
from reconciler.values import Address, Create, Leaves, Marker, Owner, Update


def group_create(create: Create, ids: Ids) -> Body:
    """Members in order, the manager, and the marker."""
    return {
        "agent_ids": _members(create.leaves, create.address.owner, ids),
        "manager_config": _manager(create.leaves, ids),
        "description": _description(create.leaves, create.marker),
    }


def group_update(update: Update, ids: Ids) -> Body:
    """`after` is the whole group: the settings of a manager are only taken together."""
    changed = fields_of(update.changed)
    body: Body = {"description": _description(update.after, update.marker)}
    if changed & {"agents", "order"}:
        members = _members(update.after, update.address.owner, ids)
        if not members:
            raise RemoteError(
                f"{update.address} cannot lose its last member",
                why="the server ignores an empty list of members",
                hint="delete the group, or name at least one agent",
            )
        body["agent_ids"] = members
    if changed & {"manager_type", "manager_agent"} or changed & set().union(*MANAGER_FIELDS.values()):
        body["manager_config"] = _manager(update.after, ids)
    return body


def _manager(leaves: Leaves, ids: Ids) -> Body:
    manager_type = str(leaves.get("manager_type") or "round_robin")
    config: Body = {"manager_type": manager_type}
    for field in (GROUP.by_name[name] for name in sorted(MANAGER_FIELDS.get(manager_type, ()))):
        if field.name in leaves:
            value = leaves[field.name]
            config[field.sent_as] = ids.of(str(value)) if field.targets else value
    return config


def _members(leaves: Leaves, owner: Owner, ids: Ids) -> list[str]:
    """In declared order; members without a place in it come last."""
    members = {name: str(target) for name, target in items(leaves, "agents").items()}
    order = leaves.get("order")
    names = [str(name) for name in order] if isinstance(order, list) else []
    targets = [members.get(name) or _target(name, owner) for name in names]
    targets += [target for name, target in sorted(members.items()) if name not in names]
    return [ids.of(target) for target in targets]


def _target(name: str, owner: Owner) -> str:
    """A member that is only named in the order."""
    shared = name.removeprefix("shared/")
    return str(Address(owner, "agent", name) if shared == name else Address(Owner(), "agent", shared))


def _description(leaves: Leaves, marker: Marker | None) -> str:
    """The server ignores an empty one: a group that had none keeps a blank (letta 0.16.8, measured)."""
    text = str(leaves.get("description") or "")
    return describe(text, marker) if marker else text or " "
