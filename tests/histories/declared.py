"""What manifests declare, address by address and field by field, as the contract reads them.

In: manifests. Out: things. Written from the contract (ownership, defaults, what is exact and what additive);
it shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from tests.histories.history import Manifests

_EXACT = frozenset({"tools", "sources", "agents"})
"""Set-like fields in which an extra member is drift; others are additive."""
IMPLIED = frozenset({"open_files", "grep_files", "semantic_search_files"})
"""Tools the server adds with a source: never drift, never taken away."""
_PLAIN = {
    "agent": ("system", "description", "agent_type", "timezone"),
    "block": ("value", "description", "limit", "read_only"),
    "source": ("description", "instructions", "embedding"),
    "group": ("description",),
    "tool": ("description",),
}
_MANAGER = {
    "type": "manager_type",
    "max_turns": "max_turns",
    "termination_token": "termination_token",
    "frequency": "frequency",
}
FIRST_PIN = "pin canary 1234"
"""What the environment says as long as nobody says another one."""
IMMUTABLE = {"agent": ("agent_type",), "source": ("embedding",), "group": ("manager_type",)}
"""Fields whose change makes a new resource."""


@dataclass(frozen=True)
class Thing:
    """One declared resource."""

    address: str
    kind: str
    fields: Mapping[str, Any]
    """Path to value; a member of a set is a path of its own, such as `tags[front]`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Path to ownership, where a manifest says it."""
    named: frozenset[str] = frozenset()
    """Set-like fields the manifest names."""
    modes: Mapping[str, str] = field(default_factory=dict)
    """Set-like field to `exact` or `additive`, where a manifest turns it."""

    def word(self, path: str) -> str:
        """Who has the last word on a field."""
        name = field_of(path)
        for key in (path, name, ""):
            if key in self.words:
                return self.words[key]
        if self.kind == "block" and name == "value":
            return "enforced" if self.fields.get("read_only") else "seeded"
        return "seeded" if self.kind == "source" and name == "files" else "enforced"

    def is_exact(self, path: str) -> bool:
        """Whether an extra member of this set is drift."""
        name = field_of(path)
        return self.modes.get(name, "exact" if name in _EXACT else "") == "exact"

    @property
    def is_absent(self) -> bool:
        """Whether it must not exist."""
        return self.words.get("") == "absent"

    @property
    def owner(self) -> str:
        """The set it belongs to."""
        return owner_of(self.address)


def field_of(path: str) -> str:
    """The field a path is in."""
    return path.partition("[")[0].partition(".")[0]


def is_member(path: str) -> bool:
    """Whether a path is a member of a set."""
    return path.endswith("]")


def owner_of(address: str) -> str:
    """`team/ada`, or `shared`."""
    first, second, *_ = address.split("/")
    return first if first == "shared" else f"{first}/{second}"


def expand(manifests: Manifests) -> dict[str, Thing]:
    """Everything that is declared, what must not exist included."""
    things = [*_shared(manifests)]
    for user in manifests["users"]:
        things += _of_user(manifests, f"{manifests['constellation']['name']}/{user}")
    return {each.address: each for each in things}


def _shared(manifests: Manifests) -> Iterator[Thing]:
    shared = manifests.get("shared") or {}
    for name, body in shared.get("blocks", {}).items():
        yield _block(f"shared/block/{name}", name, body)
    for name, body in shared.get("tools", {}).items():
        fields = {**_plain("tool", body), "source_code": manifests["files"][body["file"]]}
        yield _thing(f"shared/tool/{name}", "tool", body, fields)


def _of_user(manifests: Manifests, owner: str) -> Iterator[Thing]:
    template = manifests["constellation"]
    for name, body in template.get("blocks", {}).items():
        yield _block(f"{owner}/block/{name}", name, body)
    for name, body in template.get("sources", {}).items():
        yield _source(f"{owner}/source/{name}", body, manifests["files"])
    for name, body in template["agents"].items():
        yield _agent(f"{owner}/agent/{name}", name, body, manifests)
        for label, block in body.get("memory_blocks", {}).items():
            yield _block(f"{owner}/agent/{name}/block/{label}", label, block)
    for name, body in template.get("groups", {}).items():
        yield _group(f"{owner}/group/{name}", body)


def _agent(address: str, name: str, body: Manifests, manifests: Manifests) -> Thing:
    owner, template = owner_of(address), manifests["constellation"]
    fields = _plain("agent", body)
    settings = body.get("model_settings", {})
    fields |= {f"model_settings.{key}": value for key, value in settings.items()}
    fields |= {f"metadata.{key}": value for key, value in body.get("metadata", {}).items()}
    fields |= {f"tags[{each}]": True for each in body.get("tags", ())}
    fields |= {f"tools[{each.rpartition('/')[2]}]": True for each in body.get("tools", ())}
    fields |= {f"sources[{each}]": f"{owner}/source/{each}" for each in body.get("sources", ())}
    private, pin_ = body.get("memory_blocks", {}), pin(manifests)
    wanted = [label for label, each in private.items() if not is_absent(each)]
    fields |= {f"blocks[{label}]": f"{address}/block/{label}" for label in wanted}
    fields |= {f"secrets[{key}]": pin_ for key in body.get("secrets", ())}
    groups = [each for each in template.get("groups", {}).values() if name in each.get("agents", ())]
    named = [
        *body.get("shared_blocks", ()),
        *(each for group in groups for each in group.get("shared_blocks", ())),
    ]
    for each in named:
        home = "shared" if each.startswith("shared/") else owner
        label = each.rpartition("/")[2]
        fields[f"blocks[{label}]"] = f"{home}/block/{label}"
    is_named = {"blocks": bool(named) or "memory_blocks" in body or "shared_blocks" in body}
    is_named |= {each: each in body for each in ("tags", "tools", "sources")}
    absent = {f"blocks[{label}]" for label in private} - fields.keys()
    named_fields = frozenset(key for key, value in is_named.items() if value)
    return _thing(address, "agent", body, fields, named_fields, dict.fromkeys(absent, "absent"))


def _block(address: str, label: str, body: Manifests) -> Thing:
    fields = {"label": label, **_plain("block", body)}
    fields |= {f"tags[{each}]": True for each in body.get("tags", ())}
    return _thing(address, "block", body, fields, frozenset({"tags"} & body.keys()))


def _source(address: str, body: Manifests, files: Mapping[str, str]) -> Thing:
    fields = _plain("source", body)
    for glob in body.get("files", ()):
        fields |= {
            f"files[{name.rpartition('/')[2]}]": text for name, text in files.items() if fnmatch(name, glob)
        }
    return _thing(address, "source", body, fields, frozenset({"files"} & body.keys()))


def _group(address: str, body: Manifests) -> Thing:
    if is_absent(body):
        return _thing(address, "group", body, {})
    manager = body.get("manager", {})
    fields = {**_plain("group", body), "manager_type": manager.get("type", "round_robin")}
    fields |= {name: manager[key] for key, name in _MANAGER.items() if key in manager and key != "type"}
    if "agent" in manager:
        fields["manager_agent"] = f"{owner_of(address)}/agent/{manager['agent']}"
    fields |= {f"agents[{each}]": f"{owner_of(address)}/agent/{each}" for each in body["agents"]}
    return _thing(address, "group", body, fields, frozenset({"agents"}))


def _thing(
    address: str,
    kind: str,
    body: Manifests,
    fields: dict[str, Any],
    named: frozenset[str] = frozenset(),
    more_words: Mapping[str, str] = {},
) -> Thing:
    said = body.get("ownership") or {}
    words = said if isinstance(said, dict) else {"value" if said == "merged" else "": said}
    words = {**words, **more_words}
    modes = dict.fromkeys(body.get("exact", ()), "exact")
    modes |= dict.fromkeys(body.get("additive", ()), "additive")
    return Thing(address, kind, fields, words, named, modes)


def is_absent(body: Manifests) -> bool:
    """Whether a manifest says that it must not exist."""
    return bool(body.get("ownership") == "absent")


def pin(manifests: Manifests) -> str:
    """What the environment says."""
    value: str = manifests.get("pin", FIRST_PIN)
    return value


def _plain(kind: str, body: Manifests) -> dict[str, Any]:
    return {name: body[name] for name in _PLAIN[kind] if body.get(name) is not None}
