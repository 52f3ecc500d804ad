"""What we write on a resource to know it again: its project and its address.

In: markers. Out: tags, metadata entries and a line in a description, and back. Pure; it must not know
how a resource is read or written.

    agents          tags for the project, the set and the address; metadata, too
    blocks, tools   tags only: blocks made inline with an agent lose their metadata (letta 0.16.8, measured)
    sources         metadata, with the hashes of the files, which the server does not keep
    groups          a line in the description, the only free field they have

What was last applied stands in the record of the set. Earlier releases wrote it into the mark, where it is
read as long as a set has no record.
Whatever does not parse, or names another project, is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from reconciler.kinds import KINDS
from reconciler.values import SECRET_DIGEST, Address, FileContent, Marker, Owner, field_of

KEY = "letta-reconciler"
MANAGED_BY = f"managed-by:{KEY}"
KEPT_TAGS = f"{KEY}:kept-tags"
"""Metadata key of an adopted agent: tags that were its own before and look like ours."""
PROJECT_PREFIX = f"{KEY}:project="
"""What the tag that names a project begins with."""
_SET = f"{KEY}:set="
_ADDRESS = f"{KEY}:address="
_BASE = f"{KEY}:base="
_RUN = f"{KEY}:run="
_RUN_IN_LINE = "run="
_VERSION = 1
_NO_BASE = "-"
"""Where earlier releases wrote what was last applied to a group."""
_TO_SQUARE = str.maketrans("()", "[]")
_LINE = re.compile(rf"\[{KEY} {_VERSION} (\S+) (\S+) (\S+)\]")


def project_tag(project: str) -> str:
    """On every agent, block and tool of a project."""
    return PROJECT_PREFIX + project


def set_tag(project: str, owner: Owner) -> str:
    """On every agent and block of one user's set, or of the shared set."""
    return f"{_SET}{project}/{owner}"


def address_tag(address: Address) -> str:
    """On the one agent, block or tool of this address."""
    return f"{_ADDRESS}{address}"


def user_tag(user: str) -> str:
    """Letta's own multi-user convention."""
    return f"user:{user}"


def conventional_tags(owner: Owner) -> tuple[str, str]:
    """Tags apps of many users know their agents by; an agent may have had them before it was ours."""
    return user_tag(owner.user), f"constellation:{owner.constellation}"


def run_time_tags(owner: Owner) -> list[str]:
    """What blocks made by a program carry: Letta's convention, and no marker of ours."""
    return [*conventional_tags(owner), "made-at-run-time"]


def agent_tags(marker: Marker) -> list[str]:
    """All bookkeeping tags of an agent or a block."""
    owner = marker.address.owner
    tags = [
        MANAGED_BY,
        project_tag(marker.project),
        set_tag(marker.project, owner),
        address_tag(marker.address),
        *_run_tags(marker),
    ]
    return tags if owner.is_shared else [*tags, *conventional_tags(owner)]


def tool_tags(marker: Marker) -> list[str]:
    """All bookkeeping tags of a tool."""
    return [MANAGED_BY, project_tag(marker.project), address_tag(marker.address), *_run_tags(marker)]


def _run_tags(marker: Marker) -> list[str]:
    return [_RUN + marker.run] if marker.run else []


def marker_from_tags(tags: Iterable[str], project: str) -> Marker | None:
    """The marker tags hold; None when there is none of this project."""
    projects, addresses, base, run = set(), set(), {}, ""
    for tag in tags:
        if tag.startswith(_BASE):
            base.update(parse_base(tag[len(_BASE) :]))
        elif tag.startswith(_RUN):
            run = tag[len(_RUN) :]
        elif tag.startswith(PROJECT_PREFIX):
            projects.add(tag[len(PROJECT_PREFIX) :])
        elif tag.startswith(_ADDRESS):
            addresses.add(tag[len(_ADDRESS) :])
    address = _address(addresses.pop()) if projects == {project} and len(addresses) == 1 else None
    return Marker(project, address, base, run=run) if address else None


def tag_projects(tags: Iterable[str]) -> set[str]:
    """Every project that tags name, ours or not."""
    return {tag[len(PROJECT_PREFIX) :] for tag in tags if tag.startswith(PROJECT_PREFIX)}


def without_bookkeeping(tags: Iterable[str], marker: Marker | None) -> list[str]:
    """The tags people gave; a foreign resource keeps all of its tags."""
    if marker is None:
        return list(tags)
    owner = marker.address.owner
    ours = {MANAGED_BY, *(() if owner.is_shared else conventional_tags(owner))}
    return [tag for tag in tags if tag not in ours and not tag.startswith(f"{KEY}:")]


def metadata_entry(marker: Marker) -> dict[str, Any]:
    """What stands under KEY in the metadata of an agent or source; what was last applied of files alone."""
    entry: dict[str, Any] = {"v": _VERSION, "project": marker.project, "address": str(marker.address)}
    if marker.of_files:
        entry["base"] = marker.of_files
    if marker.run:
        entry["run"] = marker.run
    if marker.released:
        entry["released"] = sorted(marker.released)
    return entry


def marker_from_metadata(metadata: Mapping[str, Any], project: str) -> Marker | None:
    """The marker metadata hold; None when there is none of this project."""
    entry = metadata.get(KEY)
    if not isinstance(entry, dict) or entry.get("v") != _VERSION or entry.get("project") != project:
        return None
    address, base = entry.get("address"), entry.get("base")
    parsed = _address(address) if isinstance(address, str) else None
    released = entry.get("released")
    named = frozenset(map(str, released)) if isinstance(released, list) else frozenset[str]()
    run = str(entry.get("run") or "")
    return Marker(project, parsed, _strings(base), named, run) if parsed else None


def files_entry(files: Mapping[str, FileContent]) -> dict[str, Any]:
    """What a source's marker keeps of its files; one of unknown content is left out."""
    return {
        name: {"sha256": content.sha256, "size": content.size}
        for name, content in sorted(files.items())
        if content.sha256
    }


def files_from_metadata(metadata: Mapping[str, Any]) -> dict[str, FileContent]:
    """The files a source's marker remembers; entries that make no sense are left out."""
    entry = metadata.get(KEY)
    files = entry.get("files") if isinstance(entry, dict) else None
    found = {}
    for name, known in files.items() if isinstance(files, dict) else ():
        sha256 = known.get("sha256") if isinstance(known, dict) else None
        size = known.get("size") if isinstance(known, dict) else None
        if isinstance(sha256, str) and isinstance(size, int):
            found[name] = FileContent(sha256, size=size)
    return found


def describe(text: str, marker: Marker) -> str:
    """A group's description with its marker."""
    names = f"{_quote(marker.project)} {_quote(str(marker.address))}"
    more = _RUN_IN_LINE + _quote(marker.run) if marker.run else _NO_BASE
    line = f"[{KEY} {_VERSION} {names} {more}]"
    return f"{text}\n\n{line}" if text else line


def read_description(description: str, project: str) -> tuple[str, Marker | None]:
    """A group's own text and its marker; a foreign description is left whole."""
    found = next(reversed(list(_LINE.finditer(description))), None)
    if found is None or unquote(found[1]) != project:
        return description, None
    address = _address(unquote(found[2]))
    if address is None:
        return description, None
    text = description[: found.start()].removesuffix("\n\n") + description[found.end() :]
    run = unquote(found[3].removeprefix(_RUN_IN_LINE)) if found[3].startswith(_RUN_IN_LINE) else ""
    return text, Marker(project, address, parse_base(found[3]), run=run)


def description_project(description: str) -> str:
    """The project whose marker a description ends with; empty when it has none."""
    found = next(reversed(list(_LINE.finditer(description))), None)
    return unquote(found[1]) if found else ""


def parse_base(text: str) -> dict[str, str]:
    """Paths and digests as earlier releases wrote them into tags and descriptions: `path:digest` by commas,
    square brackets written as round ones. Entries that make no sense are left out."""
    base = {}
    for entry in text.split(","):
        path, colon, digest = entry.partition(":")
        if colon:
            base[unquote(path.translate(_TO_SQUARE), errors="surrogatepass")] = unquote(digest)
    return _without_secrets(base)


def _quote(text: str) -> str:
    return quote(text, safe="/._-@+")


def _address(text: str) -> Address | None:
    try:
        address = Address.parse(text)
    except ValueError:
        return None
    return address if str(address) == text and address.kind in KINDS else None


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return _without_secrets({path: digest for path, digest in value.items() if isinstance(digest, str)})


def _without_secrets(base: dict[str, str]) -> dict[str, str]:
    """An older release kept digests of secrets, which can be tested by guessing: only that there is one."""
    return {
        path: SECRET_DIGEST if digest and field_of(path) == "secrets" else digest
        for path, digest in base.items()
    }
