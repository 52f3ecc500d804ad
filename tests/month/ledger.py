"""What the contract says must be so after all that happened, and what of it is not so.

In: what was done, and rows of the server. Out: sentences about what is wrong. It is written from the contract
and shares no code with the product:

    who is there has exactly one of each resource, the same one as ever
    nothing that was learned is lost; a seed is for those who have not learned
    what is enforced is as the manifests have it; what it was before is in the history
    what others made, and what they hung on ours, is where it was
    who was erased is nowhere

A slot is a resource of every user's set, by the name it had first; `names` says what manifests call it now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.audit.marks import addresses
from tests.audit.snapshot import Row, Snapshot
from tests.histories.live import foreign_rows

NAME = "desk"
_SLOTS: Mapping[str, tuple[str, str]] = {
    "helper": ("agents", "agent/{helper}"),
    "scribe": ("agents", "agent/scribe"),
    "state": ("block", "block/state"),
    "helper persona": ("block", "agent/{helper}/block/persona"),
    "scribe persona": ("block", "agent/scribe/block/persona"),
    "rules": ("block", "agent/{helper}/block/rules"),
    "notes": ("sources", "source/notes"),
    "pair": ("groups", "group/pair"),
}
"""Slot to its table and to its address below the user."""
PERSONAS = ("helper persona", "scribe persona")
_NAMING = ("agents", "agents_tags", "archives", "block", "blocks_tags", "sources", "groups", "identities")
"""Tables in which the name of a user who was erased must not stand."""

Slot = tuple[str, str]
"""User and slot."""


@dataclass
class Ledger:
    """Remembers one company."""

    rules: str = "be honest"
    seed: str = "kind"
    names: dict[str, str] = field(default_factory=lambda: {"helper": "helper"})
    users: list[str] = field(default_factory=list)
    """Who is there, or will be after the next apply."""
    erased: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    """Passages of those who were erased."""
    ids: dict[Slot, str] = field(default_factory=dict)
    learned: dict[Slot, list[str]] = field(default_factory=dict)
    seeds: dict[Slot, str] = field(default_factory=dict)
    """Personas nobody touched, and what the last apply must have made of them."""
    drifted: set[tuple[Slot, str]] = field(default_factory=set)
    """What `drift` must say until the next apply: which slot, and the path in it."""
    overwritten: dict[Slot, str] = field(default_factory=dict)
    """Values that the next apply overwrites, and must keep."""
    remade: set[Slot] = field(default_factory=set)
    """What somebody deleted, and the next apply makes again."""
    tags: set[tuple[str, str]] = field(default_factory=set)
    """Agent id and tag of an app."""
    own_blocks: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Id of a block of an app to the agent it hangs on, and its value."""
    files: dict[str, list[str]] = field(default_factory=dict)
    passages: dict[str, list[str]] = field(default_factory=dict)
    """By user, what came at run time."""
    foreign: set[str] = field(default_factory=set)
    _with_foreign: Snapshot | None = None

    # ---- what happens -----------------------------------------------------------------------------

    def address(self, user: str, slot: str) -> str:
        """As the manifests of now have it; what is shared is called by its address."""
        return f"{NAME}/{user}/{_SLOTS[slot][1].format(**self.names)}" if user else slot

    def joined(self, user: str) -> None:
        """Somebody is declared, or came to a bot."""
        if user not in self.users:
            self.users.append(user)

    def left(self, user: str) -> None:
        """Somebody was erased, with everything that was theirs."""
        self.users.remove(user)
        self.erased.append(user)
        gone = {server_id for (owner, _), server_id in self.ids.items() if owner == user}
        self.tags = {(agent, tag) for agent, tag in self.tags if agent not in gone}
        self.drifted = {each for each in self.drifted if each[0][0] != user}
        self.remade = {each for each in self.remade if each[0] != user}
        self.ended += self.passages.pop(user, [])
        self.files.pop(user, None)
        for known in self._by_slot():
            for slot in [each for each in known if each[0] == user]:
                del known[slot]

    def renamed(self, user: str, to: str) -> None:
        """Somebody is called otherwise and keeps everything."""
        self.users[self.users.index(user)] = to
        self.drifted = {((to if owner == user else owner, s), path) for (owner, s), path in self.drifted}
        self.remade = {(to if owner == user else owner, slot) for owner, slot in self.remade}
        for brought in (self.files, self.passages):
            if user in brought:
                brought[to] = brought.pop(user)
        for known in self._by_slot():
            for owner, slot in [each for each in known if each[0] == user]:
                known[to, slot] = known.pop((owner, slot))

    def _by_slot(self) -> Iterator[dict[Slot, Any]]:
        yield from (self.ids, self.learned, self.seeds, self.overwritten)

    def learns(self, user: str, slot: str, text: str) -> None:
        """An agent or a bot wrote this into a seeded block."""
        self.learned.setdefault((user, slot), []).append(text)

    def settled_foreign(self, ids: set[str], snapshot: Snapshot) -> None:
        """These belong to somebody else, and shall stay as they are."""
        self.foreign = ids
        self._with_foreign = snapshot

    def applied(self) -> None:
        """An apply of the whole project succeeded: nothing has drifted any more."""
        self.drifted.clear()
        for user in self.users:
            for slot in PERSONAS:
                if (user, slot) not in self.learned:
                    self.seeds[user, slot] = self.seed

    def id(self, user: str, slot: str, snapshot: Snapshot) -> str:
        """The server id of a slot: the one known, else the one that bears its address, or bears it until the
        next apply: a bot with older manifests makes it under the name it had first."""
        known = self.ids.get((user, slot))
        if known is not None and known in snapshot.texts[_SLOTS[slot][0]]:
            return known
        bearing = addresses(snapshot)
        first = f"{NAME}/{user}/{_SLOTS[slot][1].format(**{name: name for name in self.names})}"
        (found,) = bearing.get(self.address(user, slot)) or bearing[first]
        return found

    # ---- what must be so --------------------------------------------------------------------------

    def wrong(self, snapshot: Snapshot) -> list[str]:
        """What is not so after a night; from now on each resource must be the one that it is now."""
        found = [
            *self._resources(snapshot),
            *self._values(snapshot),
            *self._of_others(snapshot),
            *self._traces(snapshot),
        ]
        self.remade.clear()
        return found

    def _resources(self, snapshot: Snapshot) -> Iterator[str]:
        bearing = addresses(snapshot)
        for user in self.users:
            for slot in _SLOTS:
                address = self.address(user, slot)
                ids = bearing.pop(address, [])
                if len(ids) != 1:
                    yield f"{address} is there {len(ids)} times"
                    continue
                before = self.ids.get((user, slot), ids[0])
                if before != ids[0] and (user, slot) not in self.remade:
                    yield f"{address} is another one than before: {before} became {ids[0]}"
                self.ids[user, slot] = ids[0]
        for address, ids in bearing.items():
            if address.startswith(f"{NAME}/"):
                yield f"nobody declares {address}, and it is there: {', '.join(ids)}"

    def _values(self, snapshot: Snapshot) -> Iterator[str]:
        values = {key: str(row["value"]) for key, row in snapshot.rows("block").items()}
        for (user, slot), texts in self.learned.items():
            value = values.get(self.ids.get((user, slot), ""), "")
            yield from (f"{slot} of {user} lost {text!r}" for text in texts if text not in value)
        for (user, slot), seed in self.seeds.items():
            value = values.get(self.ids.get((user, slot), ""), "")
            if (user, slot) not in self.learned and value != seed:
                yield f"{slot} of {user} is {value!r}, and its seed {seed!r}"
        for user in self.users:
            value = values.get(self.ids.get((user, "rules"), ""), "")
            if value != self.rules:
                yield f"rules of {user} are {value!r}, and declared as {self.rules!r}"

    def _of_others(self, snapshot: Snapshot) -> Iterator[str]:
        first = self._with_foreign
        if first is not None and foreign_rows(snapshot, self.foreign, first) != foreign_rows(
            first, self.foreign, snapshot
        ):
            yield "what belongs to somebody else is not as it was"
        tags = {(row["agent_id"], row["tag"]) for row in snapshot.rows("agents_tags").values()}
        yield from (f"the app's tag {tag} is off {agent}" for agent, tag in sorted(self.tags - tags))
        hung = {(row["agent_id"], row["block_id"]) for row in snapshot.rows("blocks_agents").values()}
        blocks = snapshot.rows("block")
        for block, (agent, value) in self.own_blocks.items():
            if agent not in snapshot.texts["agents"]:
                continue
            if block not in blocks or blocks[block]["value"] != value or (agent, block) not in hung:
                yield f"the app's block {block} is not on {agent} as it was"
        there = {row["original_file_name"] for row in snapshot.rows("files").values()}
        there |= {row["text"] for row in snapshot.rows("archival_passages").values()}
        for user, brought in (*self.files.items(), *self.passages.items()):
            yield from (f"{each!r} of {user} is gone" for each in brought if each not in there)

    def _traces(self, snapshot: Snapshot) -> Iterator[str]:
        passages = {row["text"] for row in snapshot.rows("archival_passages").values()}
        yield from (
            f"passage {each!r} of somebody erased is still there" for each in self.ended if each in passages
        )
        of_others = (*self.foreign, *self.own_blocks)
        for table in _NAMING:
            for key, text in snapshot.texts.get(table, {}).items():
                if key.startswith(of_others):
                    continue
                for user in self.erased:
                    if _is_named(user, text):
                        yield f"{user} was erased, and {table} {key} still names the user"


def _is_named(user: str, text: str) -> bool:
    return any(f"{before}{user}" in text for before in ("/", "_", ":", " ", '"'))


def of_agent(snapshot: Snapshot, agent: str, label: str) -> Row:
    """The block of this label on an agent."""
    for row in snapshot.rows("blocks_agents").values():
        if (row["agent_id"], row["block_label"]) == (agent, label):
            return snapshot.row("block", row["block_id"])
    raise LookupError(f"{agent} has no block {label}")
