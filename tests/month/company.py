"""The manifests of the company: a repository that changes as the month goes by.

In: edits. Out: files on the disk, as a checkout of the main branch has them.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.live.drifting import EMBEDDING, MODEL
from tests.live.fleet import ADD
from tests.month.ledger import Ledger
from tests.month.script import declared_at_first

PROJECT, NAME = "office", "desk"
HOUSE = "shared/block/house"


@dataclass
class Company:
    """What is on the main branch; every edit is written down in the ledger as what shall be so."""

    root: Path
    ledger: Ledger
    users: list[str] = field(default_factory=lambda: list(declared_at_first()))
    moved: list[dict[str, str]] = field(default_factory=list)
    system: str = "be brief"

    def write(self) -> None:
        """All files, anew."""
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "add.py").write_text(ADD, encoding="utf-8")
        with (self.root / "users.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("id", "partner"), *((each, f"of {each}") for each in self.users)])
        documents = [{"apiVersion": "reconciler/v1", **each} for each in self._documents()]
        text = yaml.safe_dump_all(documents, sort_keys=False)
        (self.root / "office.yaml").write_text(text, encoding="utf-8")

    def copied(self, to: Path) -> None:
        """A deployment: what the main branch is now, for a machine of its own."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.root, to)

    # ---- what people commit -----------------------------------------------------------------------

    def change_rules(self, value: str) -> None:
        """An enforced value moves."""
        self.ledger.rules = value
        self.write()

    def change_seed(self, value: str) -> None:
        """A seed moves: for those who come, and who did not learn yet."""
        self.ledger.seed = value
        self.write()

    def change_system(self, value: str) -> None:
        """A text of every agent moves."""
        self.system = value
        self.write()

    def rename_agent(self) -> None:
        """The first agent is called otherwise."""
        self.moved.append({"from": "agent/helper", "to": "agent/aide"})
        self.ledger.names["helper"] = "aide"
        self.write()

    def rename_user(self, user: str, to: str) -> None:
        """Somebody is called otherwise."""
        self.moved.append({"from": f"user/{user}", "to": f"user/{to}"})
        self.users[self.users.index(user)] = to
        self.ledger.renamed(user, to)
        self.write()

    def join(self, user: str) -> None:
        """A line more in the table."""
        self.users.append(user)
        self.ledger.joined(user)
        self.write()

    def leave(self, user: str) -> None:
        """A line less in the table, where there was one."""
        if user in self.users:
            self.users.remove(user)
            self.write()

    # ---- what they look like ----------------------------------------------------------------------

    def _documents(self) -> list[dict[str, Any]]:
        shared = {"house": {"value": "no smoking", "read_only": True}}
        return [
            {"kind": "Project", "name": PROJECT, "safety": {"max_deletes": 1}},
            {"kind": "Constellation", "name": NAME, **self._template()},
            {"kind": "Users", "constellation": NAME, "from": {"file": "users.csv"}},
            {"kind": "Shared", "blocks": shared, "tools": {"add": {"file": "add.py"}}},
        ]

    def _template(self) -> dict[str, Any]:
        first = self.ledger.names["helper"]
        persona = {"persona": {"value": self.ledger.seed, "limit": 2000}}
        rules = {"rules": {"value": self.ledger.rules, "read_only": True}}
        helper = {"memory_blocks": {**persona, **rules}, "shared_blocks": ["state", "shared/house"]}
        agents = {
            first: {"system": self.system, **helper, "tools": ["memory_insert", "add"], "sources": ["notes"]},
            "scribe": {"system": self.system, "memory_blocks": persona, "shared_blocks": ["state"]},
        }
        return {
            "parameters": {"partner": {"type": "string", "default": "nobody"}},
            "defaults": {"model": MODEL, "embedding": EMBEDDING},
            "blocks": {
                "state": {"value": "partner: ${{ parameters.partner }}", "limit": 4000},
            },
            "sources": {"notes": {"description": "notes", "embedding": EMBEDDING}},
            "agents": agents,
            "groups": {"pair": {"manager": {"type": "round_robin"}, "agents": [first, "scribe"]}},
            **({"moved": self.moved} if self.moved else {}),
        }
