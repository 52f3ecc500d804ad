"""Draws a history from a seed.

In: a seed. Out: a history, the same one each time. It knows the manifests as they are after each of its
edits, and nothing of the server: what a step is about may be gone when it comes to it, and the step is idle
then.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.histories.declared import is_absent
from tests.histories.history import EDITS, History, Manifests, Step, edited

MODEL, EMBEDDING, OTHER_EMBEDDING = (
    "openai-proxy/gpt-4o-mini",
    "openai/text-embedding-3-small",
    "letta/letta-free",
)
BUILT_IN = ("memory_insert", "memory_replace", "conversation_search", "archival_memory_search")
TAGS = ("front", "back", "night")
USERS = ("ada", "bob", "cy@example.com")
OWNERSHIPS = ("seeded", "enforced", "merged", "observed")
MACHINES = ("ci", "ci", "ci", "laptop")
FAULTS = ("reset", "lost", "429", "500", "kill-before", "kill-after")
TOOL = (
    'def log_mood(mood: str) -> str:\n    """Log a mood.\n\n'
    '    Args:\n        mood (str): the mood\n    """\n'
    "    return {text!r}\n"
)


def draw(seed: int, *, steps: int = 9, calm: bool = False) -> History:
    """The history of this seed; a calm one has no faults, and can be played on any server."""
    drawing = _Drawing(random.Random(seed), calm=calm)
    first = drawing.manifests()
    drawing.now = copy.deepcopy(first)
    made: list[Step] = [{"apply": {"by": "ci"}}]
    made += [drawing.step() for _ in range(steps)]
    return History(f"seed {seed}", first, tuple(made))


class _Drawing:
    """One history in the making."""

    def __init__(self, random_: random.Random, *, calm: bool) -> None:
        self._random = random_
        self._calm = calm
        self._count = 0
        self._has_saved = False
        self._forgotten: Manifests = {}
        self.now: Manifests = {}
        kinds = list(_steps(self))
        self._steps = [each for _, each in kinds]
        self._weights = [weight for weight, _ in kinds]

    # ---- the first manifests -------------------------------------------------------------------------

    def manifests(self) -> Manifests:
        """A small project: one or two users, one to three agents, something of most kinds."""
        users = self._random.sample(USERS, self._random.choice((1, 1, 1, 2)))
        agents = self._random.sample(("lead", "writer", "critic"), self._random.choice((1, 2, 2, 3)))
        template: Manifests = {
            "name": "team",
            "defaults": {"model": MODEL, "embedding": EMBEDDING},
            "blocks": {"state": self.block()} if self._likely(0.7) else {},
            "sources": {"notes": self.source()} if self._likely(0.4) else {},
            "agents": {},
        }
        self.now = {
            "constellation": template,
            "users": users,
            "files": {"notes/a.md": self.text(), "notes/b.md": "b"},
        }
        if self._likely(0.4):
            self.now["shared"] = self.shared()
        for name in agents:
            template["agents"][name] = self.agent()
        if self._likely(0.5):
            template["groups"] = {"circle": self.group()}
        return self.now

    def shared(self) -> Manifests:
        """A block, and perhaps a tool."""
        made: Manifests = {"blocks": {"house": {"value": self.text(), "read_only": True}}}
        if self._likely(0.5):
            made["tools"] = {"log_mood": {"file": "tools/log_mood.py"}}
            self.now["files"]["tools/log_mood.py"] = TOOL.format(text=self.text())
        return made

    def block(self) -> Manifests:
        """One with any ownership of its value."""
        made: Manifests = {"value": self.text(), "limit": 500}
        if self._likely(0.5):
            made["ownership"] = {"value": self._random.choice(OWNERSHIPS)}
        if self._likely(0.3):
            made["description"] = self.text()
        if self._likely(0.2):
            made["tags"] = [self._random.choice(TAGS)]
        return made

    def source(self) -> Manifests:
        """With the files of the project."""
        return {"description": self.text(), "embedding": EMBEDDING, "files": ["notes/*.md"]}

    def agent(self) -> Manifests:
        """What it names is drawn, too."""
        made: Manifests = {"system": self.text(), "memory_blocks": {"persona": self.block()}}
        if self._likely(0.4):
            made["memory_blocks"]["plan"] = self.block()
        if self._likely(0.5):
            made["description"] = self.text()
        if self._likely(0.6):
            made["tools"] = self._random.sample(BUILT_IN, self._random.choice((1, 2)))
        if self._likely(0.5):
            made["tags"] = self._random.sample(TAGS, self._random.choice((1, 2)))
        if self._likely(0.3):
            made["model_settings"] = {"temperature": 0.5}
        if self._likely(0.3):
            made["metadata"] = {"team": self.text()}
        if self._likely(0.25):
            made["secrets"] = {"PIN": {"secret_env": "PIN"}}
        shared = self._there("blocks")
        shared += [f"shared/{each}" for each in self.now.get("shared", {}).get("blocks", {})]
        if shared and self._likely(0.8):
            made["shared_blocks"] = self._random.sample(shared, self._random.randint(1, len(shared)))
        if (sources := self._there("sources")) and self._likely(0.6):
            made["sources"] = sources
        if "tools" in self.now.get("shared", {}) and self._likely(0.5):
            made.setdefault("tools", []).append("shared/log_mood")
        if self._likely(0.15):
            made["ownership"] = {self._random.choice(("tools", "tags", "system")): "observed"}
            made["ownership"] = {k: w for k, w in made["ownership"].items() if k in made} or {
                "system": "seeded"
            }
        if "tags" in made and self._likely(0.2):
            made["exact"] = ["tags"]
        if "tools" in made and self._likely(0.2):
            made["additive"] = ["tools"]
        return made

    def group(self) -> Manifests:
        """Of any type that any agents can be in."""
        names = [*self.now["constellation"]["agents"]]
        members = self._random.sample(names, self._random.randint(1, len(names)))
        kinds = ("round_robin", "round_robin", "supervisor", "dynamic", "dynamic", "sleeptime")
        kind = self._random.choice(kinds if len(names) > 1 else kinds[:-1])
        manager: Manifests = {"type": kind}
        if kind == "round_robin" and self._likely(0.5):
            manager["max_turns"] = self._random.randint(2, 5)
        if kind != "round_robin":
            manager["agent"] = self._random.choice(names)
        if kind == "dynamic" and self._likely(0.5):
            manager |= {"max_turns": self._random.randint(2, 5), "termination_token": "OVER"}
        if kind == "sleeptime":
            manager["frequency"] = self._random.randint(2, 5)
            members = [each for each in names if each != manager["agent"]]
        made: Manifests = {"description": self.text(), "manager": manager, "agents": members}
        if (blocks := self._there("blocks")) and self._likely(0.3):
            made["shared_blocks"] = [self._random.choice(blocks)]
        return made

    # ---- steps ---------------------------------------------------------------------------------------

    def step(self) -> Step:
        """One that has something to be about."""
        if self._has_saved and self._likely(0.4):
            return self.saved_applied()
        if self._forgotten and self._likely(0.5):
            return self.adopted()
        while True:
            ((make),) = self._random.choices(self._steps, self._weights)
            made = make()
            if made is None:
                continue
            (word,) = made
            if word in EDITS:
                now = edited(self.now, made)
                if now is self.now:
                    continue
                self.now = now
            return made

    def text(self) -> str:
        """Never the same twice; three lines, so that two sides can change it apart."""
        self._count += 1
        return f"top {self._count}\nmiddle\nend {self._count}"

    def _likely(self, chance: float) -> bool:
        return self._random.random() < chance

    def _on(self) -> str:
        return self._random.choice(MACHINES)

    def _user(self) -> str:
        return self._random.choice([*self.now["users"], *USERS[:1]])

    def _there(self, section: str) -> list[str]:
        """Names that others can name: not those of what must not exist."""
        bodies = self.now["constellation"].get(section, {})
        return [name for name, body in bodies.items() if not is_absent(body)]

    def _agent_name(self) -> str:
        return self._random.choice([*self.now["constellation"]["agents"]])

    def _label(self, agent: str) -> str:
        body = self.now["constellation"]["agents"][agent]
        labels = [
            *body["memory_blocks"],
            *(each.rpartition("/")[2] for each in body.get("shared_blocks", ())),
        ]
        return self._random.choice(labels or ["persona"])

    def apply(self) -> Step:
        """Often of everything, at times of one user, at times with something going wrong."""
        told: Manifests = {"by": self._on()}
        if self._likely(0.6):
            told["prune"] = True
        if self._likely(0.3):
            told["again"] = True
        if self._likely(0.1):
            told["user"] = self._user()
        return {"apply": self._faulty(told)}

    def _faulty(self, told: Manifests) -> Manifests:
        """At times something goes wrong."""
        if self._calm or not self._likely(0.3):
            return told
        kind = self._random.choice(FAULTS)
        times = self._random.choice((1, 1, 2, 9)) if not kind.startswith("kill") else 1
        return {**told, "fault": {"kind": kind, "at": self._random.randint(1, 12), "times": times}}

    def plan(self) -> Step:
        return {self._random.choice(("plan", "drift")): {"by": self._on()}}

    def edit_agent(self) -> Step:
        name = self._agent_name()
        at = f"agents/{name}"
        choices: list[tuple[str, Any]] = [
            (f"{at}/system", self.text()),
            (f"{at}/description", self.text()),
            (f"{at}/tags", self._random.sample(TAGS, self._random.randint(0, 2))),
            (f"{at}/tools", self._random.sample(BUILT_IN, self._random.randint(0, 2))),
            (f"{at}/model_settings", {"temperature": self._random.choice((0.1, 0.9))}),
            (f"{at}/metadata", {"team": self.text()}),
            (f"{at}/timezone", self._random.choice(("UTC", "Europe/Berlin"))),
            (f"{at}/secrets", {"PIN": {"secret_env": "PIN"}} if self._likely(0.6) else {}),
            (f"{at}/agent_type", self._random.choice(("letta_v1_agent", "memgpt_v2_agent"))),
        ]
        path, value = self._random.choice(choices)
        return {"set": {"at": path, "to": value}}

    def edit_block(self) -> Step | None:
        template = self.now["constellation"]
        places = [f"blocks/{name}" for name in template["blocks"]]
        places += [
            f"agents/{a}/memory_blocks/{b}"
            for a, body in template["agents"].items()
            for b in body["memory_blocks"]
        ]
        places += [f"shared/blocks/{name}" for name in self.now.get("shared", {}).get("blocks", {})]
        if not places:
            return None
        at = self._random.choice(places)
        field = self._random.choice(
            ("value", "value", "value", "description", "limit", "ownership", "read_only")
        )
        value: Any = {
            "value": self.text(),
            "description": self.text(),
            "limit": self._random.randint(100, 900),
            "ownership": {"value": self._random.choice(OWNERSHIPS)},
            "read_only": self._likely(0.5),
        }[field]
        return {"set": {"at": f"{at}/{field}", "to": value}}

    def edit_lines(self) -> Step | None:
        """One line of a value, so that a merge has something to do."""
        template = self.now["constellation"]
        places = [("blocks", name, body) for name, body in template["blocks"].items()]
        for agent, each in template["agents"].items():
            places += [
                (f"agents/{agent}/memory_blocks", name, body) for name, body in each["memory_blocks"].items()
            ]
        if not places:
            return None
        start, name, body = self._random.choice(places)
        lines = str(body.get("value", "")).split("\n")
        if len(lines) != 3:
            return None
        lines[0] = f"top {self.text().split()[1]}"
        return {"set": {"at": f"{start}/{name}/value", "to": "\n".join(lines)}}

    def add(self) -> Step | None:
        """A resource that was not there."""
        template = self.now["constellation"]
        self._count += 1
        choices: list[tuple[str, Any]] = [
            (f"agents/agent{self._count}", self.agent()),
            (f"agents/{self._agent_name()}/memory_blocks/diary", self.block()),
            (f"blocks/block{self._count}", self.block()),
        ]
        if "source/notes" not in {each["from"] for each in template.get("moved", ())}:
            choices.append(("sources/notes", self.source()))
        if "groups" in template:
            choices.append((f"groups/group{self._count}", self.group()))
        path, body = self._random.choice(choices)
        return {"set": {"at": path, "to": body}}

    def use(self) -> Step | None:
        """An agent names a shared block, or a source."""
        name = self._agent_name()
        sources, blocks = self._there("sources"), self._there("blocks")
        if sources and self._likely(0.4):
            return {"set": {"at": f"agents/{name}/sources", "to": self._random.choice(([], sources))}}
        if not blocks:
            return None
        blocks = self._random.sample(blocks, self._random.randint(0, len(blocks)))
        return {"set": {"at": f"agents/{name}/shared_blocks", "to": blocks}}

    def drop(self) -> Step | None:
        template = self.now["constellation"]
        places = [f"agents/{name}" for name in template["agents"]]
        places += [
            f"{each}/{name}" for each in ("blocks", "sources", "groups") for name in template.get(each, {})
        ]
        for agent, body in template["agents"].items():
            places += [f"agents/{agent}/memory_blocks/{name}" for name in body["memory_blocks"]]
            places += [f"agents/{agent}/{key}" for key in ("description", "tags", "tools") if key in body]
        return {"drop": {"at": self._random.choice(places)}}

    def made_absent(self) -> Step | None:
        """A resource that must not exist from now on."""
        template = self.now["constellation"]
        sections = ("blocks", "sources", "groups")
        places = [f"{each}/{name}" for each in sections for name in template.get(each, {})]
        for agent, body in template["agents"].items():
            places += [f"agents/{agent}/memory_blocks/{name}" for name in body["memory_blocks"]]
        return {"absent": {"at": self._random.choice(places)}} if places else None

    def rotated(self) -> Step:
        self._count += 1
        return {"environ": {"pin": f"pin canary {self._count:04}"}}

    def edit_group(self) -> Step | None:
        groups = self.now["constellation"].get("groups")
        if not groups:
            return None
        name = self._random.choice([*groups])
        return {"set": {"at": f"groups/{name}", "to": self.group()}}

    def edit_source(self) -> Step | None:
        sources = [*self.now["constellation"]["sources"]]
        if not sources:
            return None
        name = self._random.choice(sources)
        if self._likely(0.3):
            handle = self._random.choice((EMBEDDING, OTHER_EMBEDDING))
            return {"set": {"at": f"sources/{name}/embedding", "to": handle}}
        return {"set": {"at": f"sources/{name}/description", "to": self.text()}}

    def edit_file(self) -> Step | None:
        name = f"notes/{self._random.choice('abc')}.md"
        if name in self.now["files"] and self._likely(0.3):
            return {"file": {"name": name, "text": None}}
        if "tools/log_mood.py" in self.now["files"] and self._likely(0.3):
            return {"file": {"name": "tools/log_mood.py", "text": TOOL.format(text=self.text())}}
        return {"file": {"name": name, "text": self.text()}}

    def come_and_go(self) -> Step | None:
        user = self._random.choice(USERS)
        if user in self.now["users"]:
            return {"leave": user} if len(self.now["users"]) > 1 else None
        return {"join": user}

    def move(self) -> Step | None:
        self._count += 1
        kind = self._random.choice(("agent", "agent", "block", "source", "group", "user"))
        names = self.now["users"] if kind == "user" else self._there(f"{kind}s")
        if not names:
            return None
        return {"move": {"from": f"{kind}/{self._random.choice(names)}", "to": f"{kind}/{kind}{self._count}"}}

    def tidy(self) -> Step | None:
        return {"tidy": {}} if "moved" in self.now["constellation"] else None

    # ---- what others do ----------------------------------------------------------------------------------

    def writes(self) -> Step:
        """An agent rewrites a block: all of it, or its last line."""
        agent = self._agent_name()
        told = {"user": self._user(), "agent": agent, "block": self._label(agent)}
        if self._likely(0.5):
            return {"writes": {**told, "last": self.text().split("\n")[2]}}
        return {"writes": {**told, "value": self.text()}}

    def own_block(self) -> Step:
        label = self._random.choice(("diary", "diary", "plan", "ideas"))
        return {
            "own-block": {
                "user": self._user(),
                "agent": self._agent_name(),
                "label": label,
                "value": self.text(),
            }
        }

    def tagged(self) -> Step:
        tags = self._random.sample((*TAGS, "vip"), self._random.randint(0, 2))
        return {"app-tags": {"user": self._user(), "agent": self._agent_name(), "tags": tags}}

    def described(self) -> Step:
        kind = self._random.choice(
            ("agent-metadata", "block-metadata", "source-metadata", "group-description")
        )
        return {"app-replaces": {"user": self._user(), "what": kind, "text": self.text()}}

    def operated(self) -> Step:
        field = self._random.choice(("system", "description", "timezone", "tools", "detach", "temperature"))
        return {
            "operator": {
                "user": self._user(),
                "agent": self._agent_name(),
                "what": field,
                "text": self.text(),
            }
        }

    def block_operated(self) -> Step:
        agent = self._agent_name()
        what = self._random.choice(("description", "limit", "read_only"))
        told = {"user": self._user(), "agent": agent, "block": self._label(agent), "what": what}
        return {"operator-block": {**told, "text": self.text()}}

    def deleted(self) -> Step:
        kind = self._random.choice(("agent", "block", "group", "source"))
        return {"deleted": {"user": self._user(), "kind": kind, "number": self._random.randint(0, 3)}}

    def filed(self) -> Step:
        name = f"{self._random.choice('abz')}.md"
        what = self._random.choice(("put", "put", "gone"))
        return {"app-file": {"user": self._user(), "what": what, "name": name, "text": self.text()}}

    def passage(self) -> Step:
        return {"passage": {"user": self._user(), "agent": self._agent_name(), "text": self.text()}}

    def conversation(self) -> Step | None:
        """Not where a model would answer."""
        if self._calm:
            return None
        return {"conversation": {"user": self._user(), "agent": self._agent_name(), "text": self.text()}}

    def secret(self) -> Step:
        key = self._random.choice(("PIN", "TOKEN", "TOKEN"))
        told = {"user": self._user(), "agent": self._agent_name(), "key": key}
        return {"app-secret": {**told, "value": self.text()}}

    def upserted(self) -> Step | None:
        if "tools" not in self.now.get("shared", {}):
            return None
        return {"upsert-tool": {"source": TOOL.format(text=self.text())}}

    def forked(self) -> Step:
        return {"fork": {"user": self._user(), "agent": self._agent_name()}}

    def lost(self) -> Step:
        what = self._random.choice(("cache", "cache", "record", "state"))
        return {"lose": {"what": what, "by": self._on(), "user": self._user()}}

    def provisioned(self) -> Step:
        """By the manifests of now, or by those of some edits ago."""
        told = {"by": self._on(), "user": self._random.choice(USERS)}
        age = self._random.choice((0, 0, 1, 2, 3))
        return {"provision": {**told, "age": age} if age else told}

    def saved(self) -> Step:
        self._has_saved = True
        return {"save-plan": {"by": self._on(), **({"prune": True} if self._likely(0.5) else {})}}

    def saved_applied(self) -> Step:
        """Most files are applied once."""
        self._has_saved = self._likely(0.2)
        return {"apply-plan": self._faulty({"by": self._on()})}

    def destroyed(self) -> Step:
        """All of one user, or one resource."""
        template = self.now["constellation"]
        told = {"by": self._on(), "user": self._user()}
        kind = self._random.choice(("", "agent", "agent", "block", "source", "group"))
        names = [*template.get(f"{kind}s", {})] if kind else []
        return {"destroy": {**told, "what": f"{kind}/{self._random.choice(names)}"} if names else told}

    def forgotten(self) -> Step:
        self._forgotten = {"user": self._user(), "agent": self._agent_name()}
        return {"forget": {"by": self._on(), **self._forgotten}}

    def adopted(self) -> Step:
        told = {"by": self._on(), **self._forgotten}
        self._forgotten = {}
        return {"adopt": {**told, "by-name": True} if self._likely(0.4) else told}

    def restored(self) -> Step:
        agent = self._agent_name()
        told = {"by": self._on(), "user": self._user(), "agent": agent, "block": self._label(agent)}
        return {"restore": {**told, "number": self._random.randint(0, 3)}}


def _steps(drawing: _Drawing) -> Iterator[tuple[float, Callable[[], Step | None]]]:
    """Each with its weight."""
    yield 12, drawing.apply
    yield 2, drawing.plan
    yield 3, drawing.edit_agent
    yield 3, drawing.edit_block
    yield 2, drawing.edit_lines
    yield 1.5, drawing.add
    yield 1, drawing.use
    yield 1.5, drawing.drop
    yield 1.5, drawing.edit_group
    yield 1.5, drawing.made_absent
    yield 0.5, drawing.rotated
    yield 0.7, drawing.passage
    yield 0.5, drawing.conversation
    yield 0.7, drawing.secret
    yield 1, drawing.edit_source
    yield 1, drawing.edit_file
    yield 1, drawing.come_and_go
    yield 1.5, drawing.move
    yield 0.5, drawing.tidy
    yield 5, drawing.writes
    yield 1, drawing.own_block
    yield 1, drawing.tagged
    yield 1, drawing.described
    yield 1.5, drawing.operated
    yield 1, drawing.block_operated
    yield 0.7, drawing.deleted
    yield 1, drawing.filed
    yield 0.5, drawing.upserted
    yield 0.6, drawing.forked
    yield 1, drawing.lost
    yield 1, drawing.provisioned
    yield 3, drawing.saved
    yield 1, drawing.destroyed
    yield 1, drawing.forgotten
    yield 1.5, drawing.restored
