"""What agents, apps and operators do by the API: the steps of a history that are none of the product's.

In: a server, and a step. Out: requests, and what they made. What a step is about may be gone: then it is
idle. Everything is found by the marks that were on it, as a person with curl finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.histories.live import live
from tests.histories.servers import Server

Told = Mapping[str, Any]


@dataclass
class Others:
    """Everybody but the product, on one server."""

    server: Server
    constellation: str
    foreign: set[str] = field(default_factory=set)
    """Ids of what is not ours and must stay as it is."""
    own_blocks: dict[str, str] = field(default_factory=dict)
    """Id to value of each block that was made at run time."""
    passages: dict[str, str] = field(default_factory=dict)
    """Text to the agent whose archive it is in."""
    conversations: dict[str, str] = field(default_factory=dict)
    """Id to what was said in it."""

    def settle_in(self, model: str) -> None:
        """Resources of somebody else, with names like ours."""
        call = self.server.call
        block = call("POST", "/v1/blocks/", {"label": "state", "value": "theirs"})["id"]
        tags = ["user:ada", "constellation:team"]
        body = {"name": "team_ada_lead", "model": model, "block_ids": [block], "tags": tags}
        agent = call("POST", "/v1/agents/", body)["id"]
        group = call("POST", "/v1/groups/", {"agent_ids": [agent], "description": "theirs"})["id"]
        self.foreign |= {block, agent, group}

    def do(self, word: str, told: Told) -> None:
        """One step."""
        getattr(self, f"_{word.replace('-', '_')}")(told)

    # ---- finding -------------------------------------------------------------------------------------

    def _id(self, address: str) -> str:
        found = live(self.server.look()).one(address)
        return found.id if found else ""

    def _agent(self, told: Told) -> Any:
        """The agent as it is shown; None when it is not there."""
        agent = self._id(f"{self.constellation}/{told['user']}/agent/{told['agent']}")
        if not agent:
            return None
        query = "&".join(f"include=agent.{each}" for each in ("blocks", "tools", "tags", "sources"))
        return self.server.call("GET", f"/v1/agents/{agent}?{query}")

    def _block(self, told: Told) -> Any:
        agent = self._agent(told)
        found = [each for each in agent["blocks"] if each["label"] == told["block"]] if agent else []
        return found[0] if found else None

    # ---- agents --------------------------------------------------------------------------------------

    def _writes(self, told: Told) -> None:
        block = self._block(told)
        if block is None or block["read_only"]:
            return
        value = told.get("value")
        if value is None:
            value = "\n".join([*block["value"].split("\n")[:-1], told["last"]])
        self.server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": value})
        if block["id"] in self.own_blocks:
            self.own_blocks[block["id"]] = value

    def _own_block(self, told: Told) -> None:
        agent = self._agent(told)
        if agent is None or told["label"] in {each["label"] for each in agent["blocks"]}:
            return
        block = self.server.call("POST", "/v1/blocks/", {"label": told["label"], "value": told["value"]})[
            "id"
        ]
        self.server.call("PATCH", f"/v1/agents/{agent['id']}/core-memory/blocks/attach/{block}")
        self.own_blocks[block] = told["value"]

    def _passage(self, told: Told) -> None:
        if (agent := self._agent(told)) is not None:
            self.server.call("POST", f"/v1/agents/{agent['id']}/archival-memory", {"text": told["text"]})
            self.passages[told["text"]] = agent["id"]

    # ---- apps ----------------------------------------------------------------------------------------

    def _app_tags(self, told: Told) -> None:
        """The whole list, marks and all."""
        if (agent := self._agent(told)) is not None:
            self.server.call("PATCH", f"/v1/agents/{agent['id']}", {"tags": told["tags"]})

    def _app_replaces(self, told: Told) -> None:
        kind, _, what = told["what"].partition("-")
        start = f"{self.constellation}/{told['user']}/"
        found = live(self.server.look()).found
        addresses = sorted(a for a, each in found.items() if a.startswith(start) and each[0].kind == kind)
        if not addresses:
            return
        path = {"agent": "agents", "block": "blocks", "source": "folders", "group": "groups"}[kind]
        body = {"description": told["text"]} if what == "description" else {"metadata": {"app": told["text"]}}
        self.server.call("PATCH", f"/v1/{path}/{found[addresses[0]][0].id}", body)

    def _app_file(self, told: Told) -> None:
        folder = self._id(f"{self.constellation}/{told['user']}/source/notes")
        if not folder:
            return
        rows = self.server.call("GET", f"/v1/folders/{folder}/files?limit=100")
        for row in rows:
            if row["original_file_name"] == told["name"]:
                self.server.call("DELETE", f"/v1/folders/{folder}/{row['id']}")
        if told["what"] == "put":
            self.server.upload(folder, told["name"], told["text"])

    def _app_secret(self, told: Told) -> None:
        """One more, or another value, beside those that are there."""
        if (agent := self._agent(told)) is not None:
            query = "include=agent.secrets"
            shown = self.server.call("GET", f"/v1/agents/{agent['id']}?{query}")["secrets"]
            secrets = {each["key"]: each["value"] for each in shown} | {told["key"]: told["value"]}
            self.server.call("PATCH", f"/v1/agents/{agent['id']}", {"secrets": secrets})

    def _conversation(self, told: Told) -> None:
        if (agent := self._agent(told)) is not None:
            made = self.server.call("POST", f"/v1/conversations/?agent_id={agent['id']}", {})
            said = {"messages": [{"role": "user", "content": told["text"]}]}
            self.server.call("POST", f"/v1/conversations/{made['id']}/messages", said)
            self.conversations[made["id"]] = told["text"].split("\n")[0]

    def _upsert_tool(self, told: Told) -> None:
        self.server.call("POST", "/v1/tools/", {"source_code": told["source"]})

    def _fork(self, told: Told) -> None:
        """A copy with everything that is on the agent, marks included, as export and import make it."""
        if (agent := self._agent(told)) is None:
            return
        body = {
            "name": f"{agent['name']} copy",
            "model": agent["model"],
            "system": agent["system"],
            "tags": agent["tags"],
            "metadata": agent["metadata"],
        }
        self.foreign.add(self.server.call("POST", "/v1/agents/", body)["id"])

    # ---- operators -----------------------------------------------------------------------------------

    def _operator(self, told: Told) -> None:
        agent = self._agent(told)
        if agent is None:
            return
        path, what = f"/v1/agents/{agent['id']}", told["what"]
        if what in ("system", "description"):
            self.server.call("PATCH", path, {what: told["text"]})
        elif what == "timezone":
            self.server.call("PATCH", path, {"timezone": "Asia/Tokyo"})
        elif what == "temperature":
            settings = {**agent["model_settings"], "temperature": 0.33}
            self.server.call("PATCH", path, {"model_settings": settings})
        elif what == "tools":
            self._swap_tool(path, agent)
        elif what == "empty":  # as an app does that keeps memory elsewhere
            self.server.call("PATCH", path, {"block_ids": [], "description": ""})
        elif what == "detach" and agent["blocks"]:
            block = sorted(agent["blocks"], key=lambda each: each["label"])[0]
            self.server.call("PATCH", f"{path}/core-memory/blocks/detach/{block['id']}")

    def _swap_tool(self, path: str, agent: Any) -> None:
        """One more, or one less."""
        extra = next(
            e for e in self.server.call("GET", "/v1/tools/?name=run_code") if e["name"] == "run_code"
        )
        names = {each["name"]: each["id"] for each in agent["tools"]}
        if "run_code" in names:
            self.server.call("PATCH", f"{path}/tools/detach/{names['run_code']}")
        else:
            self.server.call("PATCH", f"{path}/tools/attach/{extra['id']}")

    def _operator_block(self, told: Told) -> None:
        block = self._block(told)
        if block is None or block["id"] in self.own_blocks:
            return
        body = {"description": told["text"], "limit": 444, "read_only": not block["read_only"]}
        self.server.call("PATCH", f"/v1/blocks/{block['id']}", {told["what"]: body[told["what"]]})

    def _deleted(self, told: Told) -> None:
        """Somebody deletes a resource of ours."""
        start = f"{self.constellation}/{told['user']}/"
        snapshot = self.server.look()
        found = live(snapshot).found
        rows = [each[0] for a, each in sorted(found.items()) if a.startswith(start) and len(each) == 1]
        needed = {row["manager_agent_id"] for row in snapshot.rows("groups").values()}
        rows = [each for each in rows if each.kind == told["kind"] and each.id not in needed]
        if not rows:
            return
        path = {"agent": "agents", "block": "blocks", "source": "folders", "group": "groups"}[told["kind"]]
        self.server.call("DELETE", f"/v1/{path}/{rows[told['number'] % len(rows)].id}")
