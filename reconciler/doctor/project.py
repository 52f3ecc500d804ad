"""Looks at what the manifests ask for beside what the server offers.

In: desired resources, and what a server has. Out: findings. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from reconciler.doctor.finding import Finding, Health
from reconciler.values import Desired, field_of, item_of

_SLOW_MODEL = "letta/letta-free"


def named_handles(desired: Desired) -> tuple[set[str], set[str]]:
    """Models and embeddings the manifests name."""
    models, embeddings = set(), set()
    for resource in desired:
        model, embedding = resource.leaves.get("model"), resource.leaves.get("embedding")
        if isinstance(model, str) and resource.address.kind == "agent":
            models.add(model)
        if isinstance(embedding, str):
            embeddings.add(embedding)
    return models, embeddings


def look_at_models(wanted: set[str], offered: set[str], what: str) -> Iterator[Finding]:
    """Every handle the manifests name is there."""
    missing = sorted(wanted - offered)
    for handle in missing:
        near = difflib.get_close_matches(handle, offered, n=1)
        known = ", ".join(sorted(offered)[:6]) or "none"
        cure = f"did you mean {near[0]!r}?" if near else f"the server offers: {known}"
        why = "agents cannot be made" if what == "model" else "sources cannot be searched"
        yield Finding(
            f"{what}s", Health.ERROR, f"the server has no {what} {handle!r}", f"{cure}; {_CONFIGURE}", why
        )
    if not missing:
        listed = ", ".join(sorted(wanted)) or "none named"
        yield Finding(f"{what}s", Health.FINE, f"all there: {listed}")


_CONFIGURE = "or configure its provider on the server (such as OPENAI_API_KEY)"


def look_at_speed(wanted: set[str]) -> Iterator[Finding]:
    """The default model is shared by the world."""
    if _SLOW_MODEL in wanted:
        yield Finding(
            "speed",
            Health.WARNING,
            f"agents use {_SLOW_MODEL}, which is slow and limited",
            "set LETTA_MODEL, such as openai/gpt-4o-mini or groq/llama-3.1-70b-versatile",
            "it is a free service shared by everybody",
        )


def look_at_tools(desired: Desired, others: Mapping[str, str], served: Iterable[str]) -> Iterator[Finding]:
    """No tool of ours is called what another one is called."""
    ours = {resource.server_name for resource in desired if resource.address.kind == "tool"}
    used = {
        item_of(path)
        for resource in desired
        if resource.address.kind == "agent"
        for path in resource.leaves
        if field_of(path) == "tools"
    }
    clashes = sorted(ours & set(others))
    for name in clashes:
        whose = "built in" if others[name] != "custom" else "of somebody else"
        cure = "rename its function, or take the other one over: reconciler adopt"
        yield Finding("tools", Health.ERROR, f"the server has a tool {name!r} already, {whose}", cure)
    for name in sorted((ours | used | set(others)) & set(served)):
        cure = "rename the agents' tool, or do not give agents the MCP tools"
        yield Finding("tools", Health.WARNING, f"tool {name!r} is also one of reconciler mcp", cure)
        clashes.append(name)
    if not clashes:
        yield Finding("tools", Health.FINE, "no two tools share a name")


def look_at_blocks(overlong: Iterable[tuple[str, int, int]]) -> Iterator[Finding]:
    """No block holds more than it may: the server enforces nothing."""
    found = list(overlong)
    for address, length, limit in found:
        yield Finding(
            "block limits",
            Health.WARNING,
            f"{address} holds {length:,} characters, its limit is {limit:,}",
            "shorten it (an agent can), or raise its limit in the manifest",
            "it takes more of every prompt than was planned",
        )
    if not found:
        yield Finding("block limits", Health.FINE, "every block is within its limit")


def look_at_files(unready: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Every file of a source can be found by the agents that have it."""
    for address, files in sorted(unready.items()):
        waiting = sorted(name for name, trouble in files.items() if not trouble)
        if waiting:
            yield Finding(
                "files",
                Health.WARNING,
                f"{address}: {len(waiting)} still being processed: {', '.join(waiting[:_SHOWN])}",
                "wait, then ask again; the server gives up after some minutes",
                "agents cannot find them yet",
            )
        for name, trouble in sorted(files.items()):
            if trouble:
                cure = "check the embedding model of the source; then reconciler apply sends it again"
                yield Finding(
                    "files", Health.WARNING, f"{address}: the server could not process {name}", cure, trouble
                )
    if not unready:
        yield Finding("files", Health.FINE, "every file of a source is processed")


_SHOWN = 5
