"""Blocks: nothing of them is unique, and no limit is enforced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulated.listing import first, is_on, page, tagged
from tests.simulated.store import Row
from tests.simulated.world import Refusal, World, found, given

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler

FIELDS = ("label", "value", "limit", "description", "read_only", "metadata", "tags", "hidden", "project_id")
_DEFAULT_TEXTS = {
    label: f"The {label} block" for name in ("persona", "human") for label in (name, f"system/{name}")
}


class Blocks:
    """`/v1/blocks/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/blocks/", self._list
        yield "POST", "/v1/blocks/", lambda asked: shown(new_block(self._world, asked.body))
        yield "GET", "/v1/blocks/*", lambda asked, block: shown(found(self._world.blocks, block))
        yield "PATCH", "/v1/blocks/*", self._patch
        yield "DELETE", "/v1/blocks/*", self._delete

    def _list(self, asked: Asked) -> list[Row]:
        label, hidden = first(asked.query, "label"), is_on(asked.query, "show_hidden_blocks")
        rows = (
            row
            for row in tagged(self._world.blocks, asked.query)
            if (hidden or not row["hidden"]) and (not label or row["label"] == label)
        )
        return [shown(row) for row in page(rows, asked.query)]

    def _patch(self, asked: Asked, block: str) -> Row:
        row, body = found(self._world.blocks, block), given(asked.body)
        label = body.get("label", row["label"])
        for agent in self._world.agents:
            others = [each for each in agent["block_ids"] if each != block]
            if block in agent["block_ids"] and label in {self._world.blocks.rows[b]["label"] for b in others}:
                raise Refusal(409, "unique_label_per_agent")
        row |= {name: body[name] for name in FIELDS if name in body}
        return shown(row)

    def _delete(self, asked: Asked, block: str) -> None:
        found(self._world.blocks, block)
        self._world.blocks.remove(block)
        for agent in self._world.agents:
            agent["block_ids"] = [each for each in agent["block_ids"] if each != block]


def new_block(world: World, body: Row, *, inline: bool = False) -> Row:
    """A block made by itself or with an agent; the latter loses its metadata."""
    row = {
        "label": body["label"],
        "value": body.get("value") or "",
        "limit": 100_000 if body.get("limit") is None else body["limit"],
        "description": body.get("description"),
        "read_only": bool(body.get("read_only")),
        "metadata": {} if inline else dict(body.get("metadata") or {}),
        "tags": list(body.get("tags") or []),
        "hidden": body.get("hidden"),
        "project_id": body.get("project_id"),
    }
    return world.blocks.add(row)


def shown(row: Row) -> Row:
    """A persona or human without a description is shown with the server's own."""
    text = _DEFAULT_TEXTS.get(row["label"]) if row["description"] is None else None
    return {**row, "description": text} if text else dict(row)
