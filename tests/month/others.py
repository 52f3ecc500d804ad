"""Who works on the server by its API: an app that tags and upserts, agents that learn, and an operator.

In: what they do. Out: requests; what must be so from now on goes into the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from tests.audit.snapshot import Snapshot
from tests.live.fleet import ADD, agent, block
from tests.live.raw import RawServer
from tests.month.backups import Backups
from tests.month.company import Company
from tests.month.ledger import Ledger, of_agent
from tests.month.machines import Machine

Look = Callable[[], Snapshot]


@dataclass
class App:
    """Somebody else's program, which knows our agents by id."""

    server: RawServer
    look: Look
    ledger: Ledger

    def settle_in(self) -> None:
        """An agent, a block and a group of its own, with names like ours."""
        own = block(self.server, "state", "theirs")
        made = agent(self.server, "desk_clerk-01_helper", block_ids=[own], tags=["user:clerk-01"])["id"]
        group = self.server.call("POST", "/v1/groups/", {"agent_ids": [made], "description": "theirs"})["id"]
        self.ledger.settled_foreign({own, made, group}, self.look())

    def learn(self, user: str, text: str) -> None:
        """The user's agent writes into its persona."""
        label = of_agent(self.look(), self._helper(user), "persona")["id"]
        value = self.server.call("GET", f"/v1/blocks/{label}")["value"]
        self.server.call("PATCH", f"/v1/blocks/{label}", {"value": f"{value}\n{text}"})
        self.ledger.learns(user, "helper persona", text)

    def passage(self, user: str, text: str) -> None:
        """A line in the archive of an agent."""
        self.server.call("POST", f"/v1/agents/{self._helper(user)}/archival-memory", {"text": text})
        self.ledger.passages.setdefault(user, []).append(text)

    def tag(self, user: str, tag: str) -> None:
        """A tag more."""
        helper = self._helper(user)
        row = self.server.call("GET", f"/v1/agents/{helper}?include=agent.tags")
        self.server.call("PATCH", f"/v1/agents/{helper}", {"tags": [*row["tags"], tag]})
        self.ledger.tags.add((helper, tag))

    def retag(self, user: str, tag: str) -> None:
        """The app's tags and no others: our marks go."""
        helper = self._helper(user)
        mine = sorted(each for agent_id, each in self.ledger.tags if agent_id == helper)
        self.server.call("PATCH", f"/v1/agents/{helper}", {"tags": [*mine, tag]})
        self.ledger.tags.add((helper, tag))

    def upsert_block(self, user: str, value: str) -> None:
        """A block of the app on our agent, made or written."""
        helper = self._helper(user)
        mine = [each for each, (agent_id, _) in self.ledger.own_blocks.items() if agent_id == helper]
        if mine:
            self.server.call("PATCH", f"/v1/blocks/{mine[0]}", {"value": value})
        else:
            mine = [block(self.server, "crm", value)]
            self.server.call("PATCH", f"/v1/agents/{helper}/core-memory/blocks/attach/{mine[0]}")
        self.ledger.own_blocks[mine[0]] = (helper, value)

    def upsert_tool(self, text: str) -> None:
        """A tool by its name, which is the name of ours."""
        self.server.call("PUT", "/v1/tools/", {"source_code": ADD.replace("Add two", f"Add {text} two")})
        self.ledger.drifted.add((("", "shared/tool/add"), "source_code"))

    def _helper(self, user: str) -> str:
        return self.ledger.id(user, "helper", self.look())


@dataclass
class Operator:
    """A person with the development environment of the server open, and a laptop."""

    server: RawServer
    look: Look
    ledger: Ledger
    company: Company
    laptop: Machine
    ci: Machine
    backups: Backups

    def edit_rules(self, user: str, value: str) -> None:
        """An enforced block is edited by hand: drift, to be put back and kept in the history."""
        rules = self.ledger.id(user, "rules", self.look())
        self.server.call("PATCH", f"/v1/blocks/{rules}", {"value": value})
        self.ledger.drifted.add(((user, "rules"), "value"))
        self.ledger.overwritten[user, "rules"] = value

    def detach_tool(self, user: str) -> None:
        """A declared tool is taken off."""
        helper = self.ledger.id(user, "helper", self.look())
        tool = next(row["id"] for row in self.look().rows("tools").values() if row["name"] == "add")
        self.server.call("PATCH", f"/v1/agents/{helper}/tools/detach/{tool}")
        self.ledger.drifted.add(((user, "helper"), "tools[add]"))

    def delete_agent(self, user: str) -> None:
        """The wrong agent is deleted; its blocks stay."""
        scribe = self.ledger.id(user, "scribe", self.look())
        self.server.call("DELETE", f"/v1/agents/{scribe}")
        self.ledger.remade.add((user, "scribe"))
        self.ledger.drifted.add(((user, "scribe"), "deleted"))

    def restore_backup(self, value: str) -> None:
        """The server is what it was before the last apply of CI, which goes on only when it is told to."""
        before = deepcopy(self.ledger)
        with self.backups.restored_after():
            self.company.change_system(value)
            self.ci.apply()
        vars(self.ledger).update(vars(before))
        self.ci.run("apply", str(self.company.root), "--yes", exits=4)
        self.ci.apply("restored")

    def erase(self, user: str) -> None:
        """A user is taken out of the table and erased, with all that only this user left on the server."""
        self.company.leave(user)
        root = ("--manifests", str(self.company.root))
        self.laptop.run("destroy", f"desk/{user}", "--erase", *root, "--yes", "--allow", "data-loss")
        self.ledger.left(user)
