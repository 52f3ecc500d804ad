"""Reads a project from the server in as few requests as there are kinds.

In: what is desired (it says what to look for) and the scope. Out: Live. There is no write method here and no
way to reach one; a test holds that. Requests do not depend on each other where they need not.

    version   agents   blocks   groups   folders -> files of each   tools
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from reconciler.errors import MalformedAnswer, NotFound
from reconciler.remote.decode import (
    INCLUDE,
    agent_marker,
    decode,
    decode_source,
    is_upload_of,
    marker_of,
    may_have_files,
)
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, Query, Rows, first_page, list_rows
from reconciler.remote.http.paths import PATHS
from reconciler.remote.http.threads import side_by_side
from reconciler.remote.marks.applied_values import Bases
from reconciler.remote.marks.markers import address_tag, project_tag
from reconciler.remote.marks.record_blocks import Records, is_record, read_records, records_of
from reconciler.remote.read.assemble import NO_NAMES, Lists, assemble
from reconciler.remote.read.contradiction import contradiction
from reconciler.remote.read.identity import Identified, Knowledge, identify
from reconciler.remote.read.known_ids import knowledge_of
from reconciler.remote.read.other_projects import asked, namesakes
from reconciler.remote.read.scope import Part, part_of
from reconciler.remote.read.survey import Survey
from reconciler.remote.read.unlisted import Read, unlisted
from reconciler.remote.read.unmarked_blocks import marked_strangers
from reconciler.values import (
    Address,
    Desired,
    FileContent,
    Live,
    LiveResource,
    Scope,
    Secret,
    field_of,
)

_SHOW_HIDDEN = {
    "/v1/agents/": ("show_hidden_agents", "true"),
    "/v1/blocks/": ("show_hidden_blocks", "true"),
    "/v1/groups/": ("show_hidden_groups", "true"),
}
_WORKERS = 4
_MOST_READS = 5
"""How often everything is read while another apply goes on making what lists did not hold yet."""
NOTHING: Mapping[Address, str] = MappingProxyType({})
_TESTED = "0.16."


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this server is and can do."""

    version: str
    groups: bool
    warnings: tuple[str, ...] = ()


class Reader:
    """Reads the resources of one project; thread-safe."""

    def __init__(self, transport: Gets, project: str) -> None:
        self._transport = transport
        self._project = project
        self._lock = threading.Lock()
        self._version: str | None = None
        self._groups: bool | None = None

    def capabilities(self) -> Capabilities:
        """Asks only for what no earlier call has found out."""
        version = self._known_version()
        if self._groups is None:
            self._ask_for_groups()
        warnings = []
        if not version.startswith(_TESTED):
            warnings.append(f"the server is Letta {version or 'of unknown version'}; {_TESTED}x is tested")
        if not self._groups:
            warnings.append("the server has no groups")
        return Capabilities(version, bool(self._groups), tuple(warnings))

    def read(self, desired: Desired, scope: Scope, known: Mapping[Address, str] = NOTHING) -> Live:
        """Everything of ours within the scope, and the shared set.

        `known` are ids from before, which count where no record tells. Lists that are none are asked for once
        more, then MalformedAnswer; so are lists that leave something out, while they hold by then what they
        left out before: another apply is at work. Else Refused.
        """
        part = part_of(desired, scope)
        missed: frozenset[str] = frozenset()
        for _ in range(_MOST_READS):
            try:
                read = self._read(desired, part)
            except MalformedAnswer:
                read = self._read(desired, part)
            knowledge = knowledge_of(read.lists.records, known, desired, read.live)
            identified = self._identified(read, knowledge)
            if not identified.missed:
                return self._with_identity(read, identified, desired)
            if missed & {*identified.missed}:
                break
            missed = frozenset(identified.missed)
        raise contradiction(identified.missed)

    def _read(self, desired: Desired, part: Part) -> Read:
        lists = self._lists(desired, part)
        return Read(lists, self._assembled(lists, part, desired, Bases(lists.records.records)), part)

    def _assembled(
        self,
        lists: Lists,
        part: Part,
        desired: Desired,
        bases: Bases,
        called: Mapping[str, Address] = NO_NAMES,
    ) -> Live:
        return bases.in_live(assemble(lists, self._project, part, _folder_names(desired), called))

    def _identified(self, read: Read, knowledge: Knowledge) -> Identified:
        return identify(self._project, read, unlisted(self._transport, read, knowledge.ids), knowledge)

    def _with_identity(self, read: Read, identified: Identified, desired: Desired) -> Live:
        """What was read, with every mark in its place."""
        live, part, records = read.live, read.part, read.lists.records
        called = {each.id: address for address, each in identified.handed_over.items()}
        if identified.lists is not read.lists or called:
            bases = Bases(records.records, identified.bases)
            whole = self._with_files_left_out(identified.lists, part, desired)
            live = self._assembled(whole, part, desired, bases, called)
        return replace(
            live,
            resources={a: r for a, r in live.resources.items() if a not in identified.refused},
            lacks=frozenset({"group"}) if self._groups is False else live.lacks,
            records={o: record for o, record in records.records.items() if part.covers_set(o)},
            unreadable=records.unreadable,
            unmarked=identified.unmarked & live.resources.keys(),
            copies=identified.copies,
            refused=identified.refused,
            handed_over=identified.handed_over,
            strangers=identified.strangers,
            namesakes=namesakes(read.lists, self._project, desired),
            gone={desired.renames.after(a): each for a, each in identified.gone.items()},
        )

    def _lists(self, desired: Desired, part: Part) -> Lists:
        along = asked(desired, part)
        with side_by_side(_WORKERS, "read") as pool:
            folders = pool.submit(self._list, "/v1/folders/", "list the sources", (OLDEST_FIRST,))
            agents = pool.submit(self._agents, (*part.tags, *along.agents), desired)
            tags = (*part.tags, *along.blocks)
            blocks = pool.submit(self._list, "/v1/blocks/", "list the blocks", _tagged(tags))
            groups = pool.submit(self._list_groups)
            tools = pool.submit(self._list, "/v1/tools/", "list the tools", (OLDEST_FIRST,))
            version = pool.submit(self._known_version)
            files = self._files(pool, folders, desired, part)
            held, others = self._without_records(blocks.result())
            records = self._with_records_left_out(read_records(held, self._project), others, agents, part)
            listed = self._with_secrets(agents.result(), records, (*part.tags, *along.agents), desired)
            ours, of_others = self._by_owner(listed)
            return Lists(
                version.result(),
                ours,
                others,
                groups.result(),
                folders.result(),
                tools.result(),
                {folder_id: rows.result() for folder_id, rows in files.items()},
                records,
                marked_strangers(self._transport, ours, others, self._project, part),
                of_others,
            )

    def _with_records_left_out(
        self, found: Records, blocks: Rows, agents: Future[Rows], part: Part
    ) -> Records:
        """With those of users no document names: their resources are listed by the user, records are not."""
        if not part.users:
            return found
        rows = (*(("block", row) for row in blocks), *(("agent", row) for row in agents.result()))
        marks = (marker_of(kind, row, self._project) for kind, row in rows)
        owners = {mark.address.owner for mark in marks if mark is not None}
        missing = {each for each in owners if each.user in part.users and str(each) not in (part.sets or ())}
        if not missing:
            return found
        more = records_of(self._transport, self._project, missing)
        return Records({**found.records, **more.records}, {**found.unreadable, **more.unreadable})

    def survey(self) -> Survey:
        """Everything on the server, ours or not, with the names of secrets and the text of files."""
        folders = self._list("/v1/folders/", "list the sources", (OLDEST_FIRST,))
        query: Query = (OLDEST_FIRST, ("include_content", "true"))
        with side_by_side(_WORKERS, "survey") as pool:
            agents = pool.submit(
                self._list, "/v1/agents/", "list the agents", (*_tagged(()), *_including(True))
            )
            blocks = pool.submit(self._list, "/v1/blocks/", "list the blocks", _tagged(()))
            groups = pool.submit(self._list_groups)
            tools = pool.submit(self._list, "/v1/tools/", "list the tools", (OLDEST_FIRST,))
            files = {
                row["id"]: pool.submit(
                    self._list, f"/v1/folders/{row['id']}/files", f"list the files of {row['id']}", query
                )
                for row in folders
            }
            held, others = self._without_records(blocks.result())
            lists = Lists(
                self._known_version(),
                agents.result(),
                others,
                groups.result(),
                folders,
                tools.result(),
                {folder_id: rows.result() for folder_id, rows in files.items()},
                read_records(held, self._project),
            )
        return Survey(lists, self._project)

    def _without_records(self, blocks: Rows) -> tuple[Rows, Rows]:
        """Blocks that hold a record, and all others."""
        records: Rows = []
        others: Rows = []
        for row in blocks:
            (records if is_record(row, self._project) else others).append(row)
        return records, others

    def _by_owner(self, agents: Rows) -> tuple[Rows, Rows]:
        """Agents that bear our mark, and all others that were listed along."""
        ours: Rows = []
        others: Rows = []
        for row in agents:
            (others if agent_marker(row, self._project) is None else ours).append(row)
        return ours, others

    def blocks(self, ids: Iterable[str]) -> dict[str, LiveResource]:
        """These blocks with their tags, which no list of agents shows; one request each. What is gone by
        now is left out."""
        return {each: decode("block", row, self._project) for each, row in self._one_by_one("block", ids)}

    def agents(self, ids: Iterable[str]) -> dict[str, LiveResource]:
        """These agents, whoever's they are, with their tags; one request each. What is gone is left out."""
        rows = self._one_by_one("agent", ids, _including(False))
        return {each: decode("agent", row, self._project) for each, row in rows}

    def sources(self, ids: Iterable[str]) -> dict[str, LiveResource]:
        """These sources, with files told by the text the server keeps of them and not only by their size; two
        requests each. What is gone by now is left out."""
        found = {}
        for folder_id, row in self._one_by_one("source", ids):
            with suppress(NotFound):
                found[folder_id] = decode_source(row, self._project, self._texts(folder_id))
        return found

    def _one_by_one(
        self, kind: str, ids: Iterable[str], query: Query = ()
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Ids and rows of those that are still there; one request each."""
        for server_id in sorted(ids):
            task = f"read {server_id}"
            try:
                row = self._transport.get(f"/v1/{PATHS[kind]}/{server_id}", task, query)
            except NotFound:
                continue
            if not isinstance(row, dict):
                raise MalformedAnswer(f"the answer is not an object: {task}")
            yield server_id, row

    def _texts(self, folder_id: str) -> Rows:
        query: Query = (OLDEST_FIRST, ("include_content", "true"))
        return self._list(f"/v1/folders/{folder_id}/files", f"read the files of {folder_id}", query)

    def lookup(self, address: Address) -> tuple[LiveResource, ...]:
        """Whatever carries this address, in one request; edges are shown as server ids."""
        query: Query = (
            ("tags", project_tag(self._project)),
            ("tags", address_tag(address)),
            ("match_all_tags", "true"),
        )
        task = f"look for {address}"
        match address.kind:
            case "agent":
                rows = self._list("/v1/agents/", task, (*query, OLDEST_FIRST, *_including(False)))
            case "block":
                rows = self._list("/v1/blocks/", task, (*query, OLDEST_FIRST))
            case "group":
                rows = self._list_groups()
            case "source":
                rows = self._list("/v1/folders/", task, (OLDEST_FIRST,))
            case _:
                rows = self._list("/v1/tools/", task, (OLDEST_FIRST,))
        found = [decode(address.kind, row, self._project) for row in rows]
        return tuple(live for live in found if live.marker is not None and live.marker.address == address)

    def has_file(self, folder_id: str, name: str, content: FileContent) -> bool:
        """Whether a source holds this file; of one that is not processed yet the size has to do."""
        return any(is_upload_of(row, name, content) for row in self._texts(folder_id))

    def _agents(self, tags: Iterable[str], desired: Desired) -> Rows:
        """With their secrets, where some are declared. Others may be among them."""
        query = (*_tagged(tags), *_including(_wants_secrets(desired)))
        return self._list("/v1/agents/", "list the agents", query)

    def _with_secrets(self, agents: Rows, records: Records, tags: Iterable[str], desired: Desired) -> Rows:
        """The same agents with their secrets, where the manifests may have dropped some: nothing is said of
        what was not read."""
        bases = Bases(records.records)
        marks = ((row, agent_marker(row, self._project)) for row in agents)
        if _wants_secrets(desired) or not any(
            _had_secrets(marker.address, bases.applied(str(row["id"]), marker), desired)
            for row, marker in marks
            if marker
        ):
            return agents
        return self._list("/v1/agents/", "list the agents", (*_tagged(tags), *_including(True)))

    def _files(
        self, pool: ThreadPoolExecutor, folders: Future[Rows], desired: Desired, part: Part
    ) -> dict[str, Future[Rows]]:
        """One request for each source of ours that has or wants files."""
        asked = self._with_files(folders.result(), part, desired)
        return {folder_id: pool.submit(self._list, *request) for folder_id, request in asked.items()}

    def _with_files_left_out(self, lists: Lists, part: Part, desired: Desired) -> Lists:
        """With the files of sources that lost their mark: only now it is known that they are ours."""
        asked = self._with_files(lists.folders, part, desired)
        more = {each: self._list(*request) for each, request in asked.items() if each not in lists.files}
        return replace(lists, files={**lists.files, **more}) if more else lists

    def _with_files(self, folders: Rows, part: Part, desired: Desired) -> dict[str, tuple[str, str, Query]]:
        """By id, what asks for the files of each source of ours that has or wants some."""
        wanted = {
            name
            for resource in desired
            if resource.address.kind == "source"
            and any(field_of(path) == "files" for path in resource.leaves)
            for name in (resource.address, *desired.renames.before(resource.address))
        }
        found: dict[str, tuple[str, str, Query]] = {}
        for row in folders:
            marker = decode_source(row, self._project).marker
            if marker is None or not part.covers(marker.address):
                continue
            if marker.address in wanted or may_have_files(row, self._project):
                task = f"list the files of {marker.address}"
                found[str(row["id"])] = (f"/v1/folders/{row['id']}/files", task, (OLDEST_FIRST,))
        return found

    def _list_groups(self) -> Rows:
        """All of them, as groups cannot be filtered; none on a server without groups."""
        try:
            rows = self._list("/v1/groups/", "list the groups", (OLDEST_FIRST,))
        except NotFound:
            self._groups = False
            return []
        self._groups = True
        return rows

    def _ask_for_groups(self) -> None:
        try:
            first_page(self._transport, "/v1/groups/", "look whether there are groups", most=1)
        except NotFound:
            self._groups = False
        else:
            self._groups = True

    def _known_version(self) -> str:
        """Letta Cloud need not say; what is no Letta server at all has no agents either."""
        with self._lock:
            if self._version is None:
                try:
                    answer = self._transport.get("/v1/health/", "ask for the version")
                except NotFound:
                    answer = {"version": ""}
                if not isinstance(answer, dict) or not isinstance(answer.get("version"), str):
                    raise MalformedAnswer(
                        "the server does not say its version",
                        hint="check that the URL is that of a Letta server",
                    )
                self._version = str(answer["version"])
            return self._version

    def _list(self, path: str, task: str, query: Query) -> Rows:
        hidden = (_SHOW_HIDDEN[path],) if path in _SHOW_HIDDEN else ()
        return list_rows(self._transport, path, task, (*query, *hidden))


def _tagged(tags: Iterable[str]) -> Query:
    """Several tags are alternatives; oldest first, so that new rows come last."""
    return (*(("tags", tag) for tag in tags), OLDEST_FIRST)


def _including(with_secrets: bool) -> Query:
    names = (*INCLUDE, "agent.secrets") if with_secrets else INCLUDE
    return tuple(("include", name) for name in names)


def _wants_secrets(desired: Desired) -> bool:
    return any(isinstance(leaf, Secret) for resource in desired for leaf in resource.leaves.values())


def _had_secrets(address: Address, applied: Mapping[str, str], desired: Desired) -> bool:
    """Whether a declared agent was given secrets that the manifests may have dropped."""
    is_declared = desired.renames.after(address) in desired.resources
    return is_declared and any(field_of(path) == "secrets" for path in applied)


def _folder_names(desired: Desired) -> set[str]:
    return {resource.server_name for resource in desired if resource.address.kind == "source"}
