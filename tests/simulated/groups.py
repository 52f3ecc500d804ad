"""Groups: no names, no tags; the type of a manager never changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulated.listing import is_on, page
from tests.simulated.store import Row
from tests.simulated.world import Refusal, World, found, given

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler

_CONFIG = (
    *("manager_agent_id", "termination_token", "max_turns", "sleeptime_agent_frequency"),
    *("max_message_buffer_length", "min_message_buffer_length"),
)
_NOTHING: Row = {**dict.fromkeys(_CONFIG), "hidden": None}


class Groups:
    """`/v1/groups/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/groups/", self._list
        yield "POST", "/v1/groups/", self._create
        yield "GET", "/v1/groups/*", lambda asked, group: found(self._world.groups, group)
        yield "PATCH", "/v1/groups/*", self._patch
        yield "DELETE", "/v1/groups/*", self._delete

    def _list(self, asked: Asked) -> list[Row]:
        hidden = is_on(asked.query, "show_hidden_groups")
        return page((row for row in self._world.groups if hidden or not row["hidden"]), asked.query)

    def _create(self, asked: Asked) -> Row:
        body = asked.body
        config = body.get("manager_config") or {"manager_type": "round_robin"}
        self._check_members(body["agent_ids"], config)
        row: Row = {"description": body["description"], "agent_ids": list(body["agent_ids"]), **_NOTHING}
        row |= {"manager_type": config["manager_type"]}
        if config["manager_type"] == "dynamic":
            row["termination_token"] = "DONE!"
        return self._world.groups.add(row | _settings(config))

    def _patch(self, asked: Asked, group: str) -> Row:
        row, body = found(self._world.groups, group), given(asked.body)
        config = body.get("manager_config") or {}
        if config.get("manager_type", row["manager_type"]) != row["manager_type"]:
            raise Refusal(400, "Cannot change group pattern after creation")
        self._check_members(body.get("agent_ids") or (), config)
        row |= {"description": body["description"]} if body.get("description") else {}
        row |= {"agent_ids": list(body["agent_ids"])} if body.get("agent_ids") else {}
        row |= {name: value for name, value in _settings(config).items() if value}
        return row

    def _delete(self, asked: Asked, group: str) -> Row:
        found(self._world.groups, group)
        self._world.groups.remove(group)
        return {"message": f"Group id={group} successfully deleted"}

    def _check_members(self, members: Any, config: Row) -> None:
        for agent in (*members, *filter(None, (config.get("manager_agent_id"),))):
            found(self._world.agents, agent)
        names = [self._world.agents.rows[each]["name"] for each in members]
        if config.get("manager_type") == "dynamic" and len(names) != len(set(names)):
            raise Refusal(400, "Duplicate agent names found in the provided agent IDs.")


def _settings(config: Row) -> Row:
    return {name: config[name] for name in _CONFIG if config.get(name) is not None}
