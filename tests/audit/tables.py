"""Small snapshots and plans, in a few words, for tests of the judge without any server."""

from __future__ import annotations

import json
from typing import Any

from tests.audit.commands import Command
from tests.audit.consequences import read_consequences
from tests.audit.fields import read_fields
from tests.audit.findings import Finding
from tests.audit.judge import Judge, Stretch
from tests.audit.snapshot import Snapshot

ADDRESS = "team/ada/block/state"
BLOCK = "block-00000000-0000-4000-8000-000000000001"
OTHER = "block-00000000-0000-4000-8000-000000000002"
AGENT = "agent-00000000-0000-4000-8000-000000000003"


def block(server_id: str = BLOCK, **more: Any) -> dict[str, Any]:
    """A row of a block."""
    row = {"id": server_id, "label": "state", "value": "calm", "limit": 100, "version": 1}
    return {**row, "hidden": False, "read_only": False, "metadata_": {}, **more}


def tag(server_id: str = BLOCK, text: str = f"letta-reconciler:address={ADDRESS}") -> dict[str, Any]:
    """A row of a tag of a block."""
    return {"block_id": server_id, "tag": text}


def snapshot(**tables: list[dict[str, Any]]) -> Snapshot:
    """Rows by table; a row without an id is known by all it holds."""
    names = ("block", "blocks_tags", "blocks_agents", "agents", "agents_tags", "tools", "sources", "groups")
    texts = {
        table: {str(row.get("id") or "|".join(map(str, row.values()))): json.dumps(row) for row in rows}
        for table, rows in ({name: [] for name in (*names, "runs", "files")} | tables).items()
    }
    return Snapshot(texts)


def change(action: str, *fields: tuple[str, Any, Any], server_id: str = BLOCK, **more: Any) -> dict[str, Any]:
    """One change of a plan: path, live value, desired value."""
    written = [
        {"path": path, "effect": "write", **{k: v for k, v in sides.items() if v is not None}}
        for path, live, desired in fields
        for sides in ({"live": live, "desired": desired},)
    ]
    return {
        "address": ADDRESS,
        "action": action,
        "id": server_id,
        "fields": written,
        "operations": [],
        **more,
    }


def applied(*changes: dict[str, Any], status: str | None = "done", server_id: str = BLOCK) -> Command:
    """A plan that was carried out; without a status it was killed before it had an outcome."""
    results = [{"address": c["address"], "status": status, "id": server_id} for c in changes]
    outcome = None if status is None else {"results": results, "left_running": 0}
    return Command("Executor.execute", plan={"changes": list(changes), "ids": {}}, outcome=outcome)


def findings(before: Snapshot, after: Snapshot, *commands: Command, **more: Any) -> list[Finding]:
    """What the judge finds, with the tables and consequences as they are."""
    return Judge(read_fields(), read_consequences()).findings(Stretch(before, after, commands, **more))


def whats(found: list[Finding]) -> list[str]:
    """Findings in short."""
    return [each.what for each in found]
