"""What is on the server under our addresses, in the terms of `declared`.

In: rows of all tables, moves that were not applied yet. Out: what bears each address. It reads marks from the
outside, as the auditor does, and shares no code with the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.audit.marks import addresses, is_lock, is_mark_tag, records, split
from tests.audit.snapshot import Snapshot
from tests.audit.whereabouts import kind_of

TABLES = {"agent": "agents", "block": "block", "source": "sources", "group": "groups", "tool": "tools"}


@dataclass(frozen=True)
class Found:
    """One row that bears an address."""

    id: str
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Live:
    """Everything that bears an address."""

    found: Mapping[str, tuple[Found, ...]]
    snapshot: Snapshot = field(repr=False)

    def one(self, address: str) -> Found | None:
        """What bears the address, when exactly one does."""
        several = self.found.get(address, ())
        return several[0] if len(several) == 1 else None


def kind_at(address: str) -> str:
    """The kind an address names."""
    return kind_of(address)


def live(snapshot: Snapshot, known: Mapping[str, str] = {}, foreign: Collection[str] = ()) -> Live:
    """As the marks say; `known` are ids by address, for marks that somebody took off, `foreign` ids of
    copies."""
    ours = records(snapshot) | set(foreign)
    marked = {a: [each for each in ids if each not in ours] for a, ids in addresses(snapshot).items()}
    named = {server_id: address for address, ids in marked.items() for server_id in ids}
    for address, server_id in known.items():
        if server_id in snapshot.texts.get(TABLES[kind_of(address)], {}) and server_id not in named:
            marked[address] = [*marked.get(address, ()), server_id]
            named[server_id] = address
    reading = _Reading(snapshot, named)
    found: dict[str, tuple[Found, ...]] = {}
    for address, rows in marked.items():
        if rows:
            kind = kind_at(address)
            found[address] = tuple(Found(each, kind, reading.fields(kind, each)) for each in rows)
    return Live(found, snapshot)


_EDGES = {"blocks_agents": "block", "tools_agents": "tools", "sources_agents": "sources"}
"""Tables of what hangs on agents, and where that stands."""


def foreign_rows(snapshot: Snapshot, ids: set[str], other: Snapshot) -> dict[tuple[str, str], Any]:
    """Everything about these ids, without times; of what is ours and hangs on them, what is in the other
    snapshot, too."""
    found: dict[tuple[str, str], Any] = {}
    for table in snapshot.texts:
        for key, row in snapshot.rows(table).items():
            if _owner(table, row) not in ids or (table == "sources" and is_lock(table, row)):
                continue
            if table == "files_agents" and row["source_id"] not in ids:
                continue  # the server opens every new file of a source for all agents that have the source
            held = row[f"{_EDGES[table].removesuffix('s')}_id"] if table in _EDGES else ""
            if table not in _EDGES or held in ids:
                found[table, key] = {name: each for name, each in row.items() if name != "updated_at"}
            elif held in snapshot.texts[_EDGES[table]] and held in other.texts.get(_EDGES[table], {}):
                found[table, f"{row['agent_id']}|{held}"] = "attached"
    return found


def _owner(table: str, row: Mapping[str, Any]) -> Any:
    if table in ("groups_agents", "blocks_tags"):
        return row["group_id" if table == "groups_agents" else "block_id"]
    return row.get("agent_id") or row.get("group_id") or row.get("source_id") or row.get("id")


def contents(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """By server id, the fields of everything; edges name ids, not addresses."""
    reading = _Reading(snapshot, {})
    return {
        server_id: reading.fields(kind, server_id)
        for kind, table in TABLES.items()
        for server_id in snapshot.texts.get(table, {})
    }


class _Reading:
    """Rows of one snapshot, by whom they belong to."""

    def __init__(self, snapshot: Snapshot, named: Mapping[str, str]) -> None:
        self._snapshot, self._named = snapshot, named
        self._members: dict[str, dict[str, list[Any]]] = {}
        for table, owner in (
            *(("agents_tags", "agent_id"), ("blocks_agents", "agent_id"), ("tools_agents", "agent_id")),
            *(("agent_environment_variables", "agent_id"),),
            *(("sources_agents", "agent_id"), ("blocks_tags", "block_id"), ("files", "source_id")),
        ):
            found: dict[str, list[Any]] = defaultdict(list)
            for row in snapshot.rows(table).values():
                if not row.get("is_deleted"):
                    found[row[owner]].append(row)
            self._members[table] = found
        self._texts = {row["file_id"]: row["text"] for row in snapshot.rows("file_contents").values()}

    def fields(self, kind: str, server_id: str) -> dict[str, Any]:
        """Path to value of everything that is modelled and there."""
        row = self._snapshot.row(TABLES[kind], server_id)
        found: dict[str, Any] = getattr(self, f"_{kind}")(row)
        return {path: value for path, value in found.items() if value not in (None, "")}

    def _agent(self, row: Mapping[str, Any]) -> dict[str, Any]:
        own, tools = row["id"], self._snapshot.rows("tools")
        fields = {name: row[name] for name in ("system", "description", "agent_type", "timezone")}
        fields["model_settings.temperature"] = (row["llm_config"] or {}).get("temperature")
        own_keys = {
            key: value for key, value in (row["metadata_"] or {}).items() if key != "letta-reconciler"
        }
        fields |= {f"metadata.{key}": value for key, value in own_keys.items()}
        tags = [each["tag"] for each in self._members["agents_tags"][own]]
        fields |= {f"tags[{each}]": True for each in tags if not is_mark_tag(each)}
        fields |= {
            f"tools[{tools[each['tool_id']]['name']}]": True for each in self._members["tools_agents"][own]
        }
        secrets = self._members["agent_environment_variables"][own]
        fields |= {f"secrets[{each['key']}]": each["value"] for each in secrets}
        for each in self._members["blocks_agents"][own]:
            fields[f"blocks[{each['block_label']}]"] = self._name(each["block_id"])
        for each in self._members["sources_agents"][own]:
            name = self._name(each["source_id"])
            fields[f"sources[{name.rpartition('/')[2]}]"] = name
        return fields

    def _block(self, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {name: row[name] for name in ("label", "value", "description", "limit", "read_only")}
        tags = [each["tag"] for each in self._members["blocks_tags"][row["id"]]]
        return fields | {f"tags[{each}]": True for each in tags if not is_mark_tag(each)}

    def _source(self, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {name: row[name] for name in ("description", "instructions")}
        fields["embedding"] = (row["embedding_config"] or {}).get("handle")
        for each in self._members["files"][row["id"]]:
            fields[f"files[{each['original_file_name']}]"] = self._texts.get(each["id"])
        return fields

    def _group(self, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {name: row[name] for name in ("manager_type", "max_turns", "termination_token")}
        fields["frequency"] = row["sleeptime_agent_frequency"]
        fields["description"] = split("description", row["description"]).get("description")
        if row["manager_agent_id"]:
            fields["manager_agent"] = self._name(row["manager_agent_id"])
        agents = self._snapshot.texts.get("agents", {})
        for each in (each for each in row["agent_ids"] if each in agents):  # a group goes on naming the dead
            name = self._name(each)
            fields[f"agents[{name.rpartition('/')[2]}]"] = name
        return fields

    def _tool(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: row[name] for name in ("source_code", "description")}

    def _name(self, server_id: str) -> str:
        return self._named.get(server_id, server_id)
