"""Live resources as the manifests write them, one by one; what they are attached to is left to the caller.

In: a live resource, the paths to take and a name for its files. Out: plain values; long texts, sources of
tools and files are kept aside. What cannot be said is a warning, never silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import Diagnostic, Severity
from reconciler.export.manifest_keys import literal, own_fields
from reconciler.export.naming import Names
from reconciler.export.text_files import Texts
from reconciler.kinds import AGENT, MANAGER_FIELDS, approval_rules
from reconciler.manifest.compile.tool_source import check_tool
from reconciler.manifest.language.named_files import Unusable
from reconciler.values import LiveResource, field_of, item_of, item_path

FileText = Callable[[str, str], str | None]
"""The content of a file by the id of its source and its name; None when the server has none that is whole."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(slots=True)
class Bench:
    """What all parts of one export share."""

    texts: Texts
    file_text: FileText
    warnings: list[Diagnostic] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    """Variables that have to be set before the manifests can be planned."""

    def warn(self, live: LiveResource, summary: str, why: str = "", hint: str = "") -> None:
        """Something of a resource that the manifests will not say."""
        place = f"{live.kind} {live.server_name or live.id}"
        self.warnings.append(
            Diagnostic(summary, address=place, why=why, hint=hint, severity=Severity.WARNING)
        )


def block_body(live: LiveResource, paths: Collection[str], bench: Bench, name: str) -> dict[str, Any]:
    """A block; a value that outgrew its limit loses the limit, which only manifests hold it to."""
    body = own_fields(live, paths)
    value, limit = live.leaves.get("value"), body.get("limit")
    if isinstance(value, str) and isinstance(limit, int) and len(value) > limit:
        is_ours = live.marker is not None
        body.pop("value" if is_ours else "limit", None)
        left_out = "value" if is_ours else "limit"
        why = f"the value has {len(value):,} characters, the limit is {limit:,}; the server does not check"
        bench.warn(live, f"its {left_out} is left out", why, "shorten the value or raise the limit")
    if "value" in body:
        body["value"] = bench.texts.aside(body["value"], "blocks", name)
    return body


def agent_body(live: LiveResource, paths: Collection[str], bench: Bench, name: str) -> dict[str, Any]:
    """An agent without anything attached to it."""
    body = own_fields(live, paths)
    asking = body.pop("approvals", ())
    if asking:
        body["tool_rules"] = [*body.get("tool_rules", ()), *approval_rules(asking)]
    if body.get("agent_type", "letta_v1_agent") not in AGENT.by_name["agent_type"].choices:
        bench.warn(live, f"its type {body.pop('agent_type')} is left out", "manifests do not know it")
    if "system" in body:
        body["system"] = bench.texts.aside(body["system"], "prompts", name)
    secrets = [item_of(path) for path in sorted(paths) if field_of(path) == "secrets" and path in live.leaves]
    for key in [key for key in secrets if not _VARIABLE.fullmatch(key)]:
        bench.warn(live, f"its secret {key!r} is left out", "that is no name of an environment variable")
        secrets.remove(key)
    if secrets:
        body["secrets"] = {key: {"secret_env": key} for key in secrets}
        bench.secrets.update(secrets)
    return body


def tool_body(live: LiveResource, paths: Collection[str], bench: Bench) -> dict[str, Any] | None:
    """A tool with its source in a file; None when manifests would refuse the source."""
    source = str(live.leaves.get("source_code") or "")
    try:
        check_tool(source, live.server_name, f"tools/{live.server_name}.py")
    except Unusable as unusable:
        hint = "the tool stays on the server; agents name it as if it were built in"
        bench.warn(live, "it is left out", unusable.summary, hint)
        return None
    body = own_fields(live, [path for path in paths if path != "source_code"])
    data = source.encode("utf-8", "surrogatepass")
    return {"file": bench.texts.put(data, "tools", live.server_name, ".py"), **body}


def source_body(live: LiveResource, paths: Collection[str], bench: Bench, name: str) -> dict[str, Any]:
    """A source; files of which the server has no whole text stay there as extra ones."""
    body = own_fields(live, paths)
    listed: list[Any] = []
    names, lost = Names(), []
    for path in sorted(path for path in paths if field_of(path) == "files" and path in live.leaves):
        upload = item_of(path)
        text = bench.file_text(live.id, upload)
        if text is None:
            lost.append(upload)
            continue
        stem = names.give(_PATH_UNSAFE.sub("-", upload.rpartition(".")[0] or upload), "file")
        suffix = f".{upload.rpartition('.')[2]}" if re.fullmatch(r".+\.[A-Za-z0-9]+", upload) else ""
        file = bench.texts.put(text.encode("utf-8", "surrogatepass"), f"files/{name}", stem, suffix)
        listed.append(file if file.rpartition("/")[2] == upload else {"path": file, "as": upload})
    if lost:
        body["additive"] = ["files"]
        why = "the server keeps only the text it found in them"
        bench.warn(live, f"not exported: {', '.join(lost)}", why, "put the originals beside the manifests")
    return {**body, "files": listed} if listed else body


def group_body(live: LiveResource, paths: Collection[str], member: Callable[[str], str]) -> dict[str, Any]:
    """A group; `member` says what an agent is called, by the address or id on the edge."""
    kind = str(live.leaves.get("manager_type") or "round_robin")
    manager: dict[str, Any] = {"type": kind}
    for key in sorted(MANAGER_FIELDS.get(kind, ())):
        if key == "manager_agent" and key in live.leaves:
            manager["agent"] = member(str(live.leaves[key]))
        elif key in live.leaves and key in paths:
            manager[key] = literal(live.leaves[key])
    order = live.leaves.get("order")
    members = (
        [str(live.leaves[item_path("agents", str(each))]) for each in order]
        if isinstance(order, list)
        else []
    )
    body = {key: value for key, value in own_fields(live, paths).items() if key == "description"}
    return {**body, "manager": manager, "agents": [member(each) for each in members]}
