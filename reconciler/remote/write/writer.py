"""Sends single writes, and makes sure the server did what it says it did.

In: operations and the server ids known so far. Out: ids of what was made. One operation is one request,
except where an answer cannot be trusted or a field cannot be sent alone; those reads are counted too.
It must not decide what is written, and reads nothing of the disk itself.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.errors import Conflict, NotFound, RemoteError
from reconciler.kinds import KINDS
from reconciler.remote.decode import INCLUDE, agent_marker, decode, decode_group
from reconciler.remote.encode import (
    agent_create,
    agent_update,
    block_create,
    block_update,
    group_create,
    group_update,
    source_create,
    source_update,
    tool_create,
    tool_update,
)
from reconciler.remote.encode.agent import (
    compaction_again,
    needs_live_members,
    needs_live_model,
    rules_between,
    with_live_members,
)
from reconciler.remote.encode.common import Ids, fields_of, secret_values, sends
from reconciler.remote.encode.tool import tool_rewrite
from reconciler.remote.http.pages import OLDEST_FIRST, list_rows
from reconciler.remote.http.paths import PATHS, TRACES
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.rows import entries, mapping, members, texts
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.losses.what_agents_hold import Said
from reconciler.remote.marks.foreign_marks import unmarked
from reconciler.remote.write import answer_checks, attachments, background
from reconciler.remote.write.carry_over import carry
from reconciler.remote.write.folder_files import FolderFiles, Sending
from reconciler.remote.write.kept import not_kept
from reconciler.remote.write.live_model import with_live_model
from reconciler.values import (
    Address,
    Attach,
    Carry,
    Complete,
    Create,
    Delete,
    Detach,
    Erase,
    FileContent,
    Operation,
    Recompile,
    RemoveFile,
    Update,
    Upload,
    field_of,
    item_of,
)

_SLOW = 600.0
"""Seconds for a block update: each agent it hangs on is rewritten, in 90 ms (letta 0.16.8, measured)."""

Files = Callable[[FileContent], bytes]
"""The bytes of a file of the project."""


class Writer:
    """Writes the resources of one project; thread-safe."""

    def __init__(self, transport: Sends, project: str, files: Files | None = None) -> None:
        self._transport = transport
        self._project = project
        self._files = files
        self._lock = threading.Lock()
        self._made_at: dict[str, str] = {}
        self._closed: set[tuple[Address, Address]] = set()
        self._not_kept: dict[Address, frozenset[str]] = {}
        self._sent_files: dict[Address, dict[str, FileContent | None]] = {}
        self._tools = attachments.BuiltinTools(transport)
        self._folder_files = FolderFiles(transport)

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        """Send one write; `ids` are server ids by address text. Returns the ids of what it made."""
        known = Ids(ids)
        match operation:
            case Create():
                return self._create(operation, known)
            case Update():
                self._update(operation, known)
            case Attach() | Detach():
                if not attachments.change(self._transport, self._tools, operation, known):
                    self._note_closed(operation)
            case Upload():
                self._upload(operation, known)
            case RemoveFile():
                self._remove_file(operation, known)
            case Complete():
                background.complete(self._transport, operation, known)
            case Carry():
                carry(self._transport, operation, known, self._folder_files.put)
            case Recompile():
                path = f"/v1/agents/{known.of(operation.address)}/recompile"
                self._transport.send(Request("POST", path, f"recompile {operation.address}"))
            case Erase():
                path = f"/v1/{TRACES[operation.kind]}/{operation.id}"
                self._delete_path(path, f"erase {operation.kind} {operation.id} of {operation.address}")
            case Delete():
                self._delete(operation)
        return {}

    def closed(self) -> tuple[tuple[Address, Address], ...]:
        """Agents, each with a source this writer attached whose files the server keeps closed to it."""
        with self._lock:
            return tuple(sorted(self._closed))

    def _note_closed(self, operation: Attach | Detach) -> None:
        with self._lock:
            self._closed.add((operation.address, Address.parse(operation.target)))

    def not_kept(self) -> Mapping[Address, frozenset[str]]:
        """Paths of JSON fields that this writer wrote and the server did not keep, by resource."""
        with self._lock:
            return {address: paths for address, paths in sorted(self._not_kept.items()) if paths}

    def _note_kept(self, operation: Create | Update, answer: object) -> None:
        lost = not_kept(operation, answer, self._project) if isinstance(answer, dict) else frozenset()
        with self._lock:
            self._not_kept[operation.address] = lost

    def made_at(self, server_id: str) -> str:
        """When the server says it made a resource of this writer; empty for all others."""
        with self._lock:
            return self._made_at.get(server_id, "")

    def _create(self, create: Create, ids: Ids) -> Mapping[Address, str]:
        kind = create.address.kind
        before: Callable[[], None] | None = None
        match kind:
            case "agent":
                body = agent_create(create, ids)
            case "block":
                body = block_create(create.leaves, create.marker)
            case "group":
                body = group_create(create, ids)
            case "source":
                body = source_create(create)
            case _:
                answer_checks.names_its_tool(create)
                body, before = tool_create(create), lambda: self._look_for_the_name(create)
        request = Request(
            "POST",
            f"/v1/{PATHS[kind]}/",
            f"create {create.address}",
            Safety.CREATE if kind != "tool" else Safety.REPEATABLE,
            body=body,
            secrets=secret_values(create.leaves),
            before=before,
        )
        answer = answer_checks.made(self._transport.send(request), create.address)
        with self._lock:
            self._made_at[str(answer["id"])] = str(answer.get("created_at") or "")
        self._note_kept(create, answer)
        if kind == "agent":
            background.take_off(self._transport, answer, create.address)
            return answer_checks.agent_made(answer, create, body)
        if kind == "tool":
            answer_checks.tool_made(answer, create)
        return {create.address: answer["id"]}

    def _look_for_the_name(self, create: Create) -> None:
        """A list by name would make the server write all of its own tools anew (letta 0.16.8, measured)."""
        task = f"look for a tool {create.server_name}"
        rows = list_rows(self._transport, "/v1/tools/", task, (OLDEST_FIRST,))
        answer_checks.name_is_free(create, rows, self._project)

    def _update(self, update: Update, ids: Ids) -> None:
        kind = update.address.kind
        path, task = f"/v1/{PATHS[kind]}/{update.id}", f"update {update.address}"
        if kind == "group":
            update = self._with_late_members(update, path, ids)
        else:
            update = self._with_what_apps_added(update, path)
        before = (lambda: self._expect(update)) if update.expect else None
        request = Request("PATCH", path, task, secrets=secret_values(update.after), before=before)
        match kind:
            case "agent":
                self._update_agent(update, request)
            case "block":
                self._transport.send(replace(request, body=block_update(update), timeout=_SLOW))
            case "group":
                self._transport.send(replace(request, body=group_update(update, ids)))
            case "source":
                with self._lock:
                    sent = dict(self._sent_files.get(update.address, {}))
                self._transport.send(replace(request, body=source_update(update, sent)))
            case _:
                self._update_tool(update, request)

    def _with_what_apps_added(self, update: Update, path: str) -> Update:
        """Tags and metadata are sent whole: what came there since the plan was made is sent along. There is
        no compare-and-swap; what comes between this read and the write is lost."""
        fields = {field for field in KINDS[update.address.kind].marker_fields if sends(update, field)}
        if not fields or update.marker is None or update.address.kind not in ("agent", "block", "source"):
            return update
        query = (("include", "agent.tags"),) if update.address.kind == "agent" else ()
        row = self._transport.get(path, f"read what apps added to {update.address}", query)
        bare = unmarked(answer_checks.made(row, update.address))
        now = {
            **members("tags", texts(bare, "tags", update.address.kind)),
            **entries("metadata", mapping(bare, "metadata", update.address.kind)),
        }
        added = {p: leaf for p, leaf in now.items() if field_of(p) in fields and p not in update.changed}
        return replace(update, after={**update.after, **added})

    def _with_late_members(self, update: Update, path: str, ids: Ids) -> Update:
        """Members are sent whole: agents of others that came since the plan was made are sent along. An old
        agent of ours, which is replaced, is not."""
        if not fields_of(update.changed) & {"agents", "order"}:
            return update
        task = f"read who came to {update.address}"
        row = answer_checks.made(self._transport.get(path, task), update.address)
        known = {server_id: Address.parse(text) for text, server_id in ids.known.items()}
        members = decode_group(row, self._project, known).leaves
        late = {
            path: leaf
            for path, leaf in members.items()
            if field_of(path) == "agents" and item_of(path) == leaf and str(leaf) not in ids.known
            if path not in update.after and path not in update.changed and not self._is_ours(str(leaf))
        }
        return replace(update, after={**update.after, **late}) if late else update

    def _is_ours(self, agent_id: str) -> bool:
        """Whether an agent bears the mark of this project, or is no more."""
        query = (("include", "agent.tags"),)
        try:
            row = self._transport.get(f"/v1/agents/{agent_id}", f"look whose {agent_id} is", query)
        except NotFound:
            return True
        return isinstance(row, dict) and agent_marker(row, self._project) is not None

    def _update_agent(self, update: Update, request: Request) -> None:
        answer: Any = None
        for body in self._agent_bodies(update):
            secrets = tuple(map(str, body.get("secrets", {}).values()))  # those of apps, too
            answer = self._transport.send(replace(request, body=body, secrets=secrets))
        lost = compaction_again(update, answer_checks.made(answer, update.address))
        if lost:
            answer = self._transport.send(replace(request, body=lost))
        self._note_kept(update, answer)

    def _agent_bodies(self, update: Update) -> Iterator[dict[str, Any]]:
        """What to send, one after the other; mostly one."""
        if not needs_live_model(update) and not needs_live_members(update):
            yield agent_update(update)
            return
        live = self._transport.get(
            f"/v1/agents/{update.id}", f"read {update.address}", (("include", "agent.secrets"),)
        )
        if needs_live_members(update):
            update = with_live_members(update, live)
        provider = ""
        if needs_live_model(update):
            update, provider = with_live_model(update, live)
        body = agent_update(update, provider)
        if between := rules_between(body, live):
            yield between
        yield body

    def _expect(self, operation: Update | Delete) -> None:
        """Nothing is written over, or deleted with, what an agent learned since the plan was made."""
        kind, task = operation.address.kind, f"look at {operation.address} before it is changed"
        if kind == "agent" and isinstance(operation, Delete):
            answer_checks.still_silent(operation, Said(self._transport).messages(operation.id))
            return
        query = tuple(("include", name) for name in INCLUDE) if kind == "agent" else ()
        row = self._transport.get(f"/v1/{PATHS[kind]}/{operation.id}", task, query)
        found = decode(kind, answer_checks.made(row, operation.address), self._project)
        answer_checks.unmoved(operation, found)

    def _update_tool(self, update: Update, request: Request) -> None:
        live = answer_checks.made(self._transport.get(request.path, f"read {update.address}"), update.address)
        if "source_code" not in update.changed:
            self._note_kept(update, self._transport.send(replace(request, body=tool_update(update, live))))
            return
        answer_checks.keeps_its_name(update, live)
        body = tool_rewrite(update, live)
        answer = self._transport.send(replace(request, method="PUT", path="/v1/tools/", body=body))
        answer_checks.same_tool(answer, update)
        self._note_kept(update, answer)

    def _upload(self, upload: Upload, ids: Ids) -> None:
        if self._files is None:
            raise RemoteError(f"{upload.address}: no way to read {upload.content.path} was given")
        content = self._files(upload.content)
        if hashlib.sha256(content).hexdigest() != upload.content.sha256:
            raise Conflict(
                f"{upload.address}: {upload.content.path or upload.name} changed while it was applied",
                why="its content is not the one the plan was made for",
                hint="make a new plan",
            )
        task = f"upload {upload.name} to {upload.address}"
        self._folder_files.put(Sending(ids.of(upload.address), upload.name, content, task), upload.replaces)
        self.uploaded(upload)

    def uploaded(self, upload: Upload) -> None:
        """Take note that a file is there, whoever found that out."""
        self._remember(upload.address, upload.name, upload.content)

    def _remove_file(self, removal: RemoveFile, ids: Ids) -> None:
        folder, task = ids.of(removal.address), f"remove {removal.name} from {removal.address}"
        self._folder_files.remove(folder, removal.name, removal.ids, task)
        self._remember(removal.address, removal.name, None)

    def _remember(self, source: Address, name: str, content: FileContent | None) -> None:
        """The update that follows writes it into the marker, whatever the plan knew."""
        with self._lock:
            self._sent_files.setdefault(source, {})[name] = content

    def _delete(self, delete: Delete) -> None:
        kind = delete.address.kind
        before = (lambda: self._expect(delete)) if delete.expect else None
        try:
            self._delete_path(f"/v1/{PATHS[kind]}/{delete.id}", f"delete {delete.address}", before)
        except RemoteError as error:
            if not (kind == "tool" and error.status == 400 and "not found" in error.why.lower()):
                raise

    def _delete_path(self, path: str, task: str, before: Callable[[], None] | None = None) -> None:
        """What is gone already counts as deleted."""
        try:
            self._transport.send(Request("DELETE", path, task, before=before))
        except NotFound:
            return
