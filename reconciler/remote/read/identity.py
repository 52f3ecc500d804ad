"""Who is who: what lost its mark, what is a copy, and what is gone, told by what was known of it before.

In: the lists of one read, what is there and in no list, and what a record or the cache knows. Out: the lists
as they would be if every resource of ours bore its whole mark and nothing else did, and what a person has to
be told. Pure. A mark says whose a resource is; any app may take it off or copy it, so a known id decides.

    known id, no mark or a torn one     the mark is lost: the resource is ours, and marked again by an apply
    known id, mark of another project   refused
    not what was noted of that id       refused
    known id is there, others bear the  they are copies, and stay as they are
    same mark
    a mark of an address that ended,    a copy, or restored from an export, and stays as it is
    which nobody declares
    known id is gone or the address     refused: a copy, or restored from an export; a person says which
    ended, one bears the mark that was
    not known, and it is declared
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.errors import Diagnostic
from reconciler.remote.decode import decode, marker_of
from reconciler.remote.http.pages import Rows
from reconciler.remote.http.rows import Row
from reconciler.remote.marks.foreign_marks import foreign_owner
from reconciler.remote.read.assemble import Lists
from reconciler.remote.read.marked_rows import as_marked, is_whole
from reconciler.remote.read.unlisted import Found, Read
from reconciler.values import Address, HandedOver, Known, LiveResource, Marker, field_of


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a project before it is read: ids of every address, and replaces that were begun."""

    known: Mapping[Address, Known] = field(default_factory=dict)
    recorded: frozenset[Address] = frozenset()
    """Those of `known` that a record tells, which every machine sees."""
    replacing: Mapping[Address, str] = field(default_factory=dict)
    """Addresses whose resource was about to be made anew, and the run that was about to: what bears the mark
    is it, and of several the one whose mark names the run."""
    names: Mapping[Address, str] = field(default_factory=dict)
    """What the server calls everything that is declared."""
    renamed: Mapping[Address, Address] = field(default_factory=dict)
    """What the manifests call a known address by now, where that is something else."""
    ended: frozenset[Address] = frozenset()
    """Addresses whose resource was renamed or deleted, and that nobody began to make again."""

    @property
    def ids(self) -> dict[Address, str]:
        """Server id by address."""
        return {address: each.id for address, each in self.known.items()}


@dataclass(frozen=True, slots=True)
class Identified:
    """The lists with every mark in its place, and what was found out on the way."""

    lists: Lists
    unmarked: frozenset[Address] = frozenset()
    copies: Mapping[Address, tuple[LiveResource, ...]] = field(default_factory=dict)
    refused: Mapping[Address, Diagnostic] = field(default_factory=dict)
    handed_over: Mapping[Address, HandedOver] = field(default_factory=dict)
    strangers: Mapping[Address, tuple[LiveResource, ...]] = field(default_factory=dict)
    gone: Mapping[Address, str] = field(default_factory=dict)
    bases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What was last applied to those that lost their mark, by server id."""
    missed: tuple[str, ...] = ()
    """Addresses whose resource bears its whole mark and is in no list: the server contradicts itself."""


def identify(project: str, read: Read, found: Sequence[Found], knowledge: Knowledge) -> Identified:
    """See the module."""
    return _Identifying(project, read, tuple(found), knowledge).all()


class _Identifying:
    def __init__(self, project: str, read: Read, found: tuple[Found, ...], knowledge: Knowledge) -> None:
        self._project, self._read, self._found, self._knowledge = project, read, found, knowledge
        self._address_of = {
            each.id: address for address, each in knowledge.known.items() if read.part.covers(address)
        }
        listed = {str(row["id"]) for rows in read.lists.by_kind.values() for row in rows}
        self._there = listed | {str(each.row["id"]) for each in found}
        self._marks: dict[str, Marker] = {}
        self._refused: dict[Address, Diagnostic] = {}
        self._handed_over: dict[Address, HandedOver] = {}
        self._strangers: dict[Address, tuple[LiveResource, ...]] = {}
        self._missed: list[str] = []

    def all(self) -> Identified:
        for each in self._found:
            self._look_at_unlisted(each)
        for kind, rows in self._read.lists.by_kind.items():
            for row in rows:
                self._look_at_listed(kind, row)
        copies = dict(self._copies())
        self._refuse_strangers()
        dropped = {each.id for found in copies.values() for each in found}
        return Identified(
            self._with_marks(dropped),
            frozenset(each.address for server_id, each in self._marks.items() if server_id not in dropped),
            copies,
            self._refused,
            self._handed_over,
            self._strangers,
            dict(self._gone()),
            {server_id: marker.base for server_id, marker in self._marks.items()},
            tuple(sorted(self._missed)),
        )

    def _look_at_unlisted(self, found: Found) -> None:
        marker = marker_of(found.kind, found.row, self._project)
        known = self._address_of.get(str(found.row["id"]))
        if marker is not None and not self._read.part.covers(marker.address):
            return
        if marker is not None and is_whole(found.kind, found.row, marker):
            self._missed.append(str(marker.address))
        elif known is not None:
            self._mark(found.kind, found.row, known)
        elif marker is not None:
            self._marks[str(found.row["id"])] = marker
        elif found.named_by is not None:
            self._mark_by_what_names_it(found, found.named_by)

    def _mark_by_what_names_it(self, found: Found, address: Address) -> None:
        """Only its private blocks, or the agents it hangs on, tell whose it is; two cannot be told apart."""
        known = self._knowledge.known.get(address)
        if self._bearers(address) or foreign_owner(found.row, self._project):
            return
        if known is not None and known.id in self._there:
            return  # that one is it
        others = [each for each in self._found if each.named_by == address]
        ids = ", ".join(sorted(str(each.row["id"]) for each in others))
        if len(others) > 1:
            self._refused[address] = Diagnostic(
                f"its mark is gone, and it may be each of {ids}",
                address=str(address),
                why="which one is meant cannot be told; nothing of this address is touched",
                hint=f"say which one it is: reconciler adopt {address} ID",
            )
        elif differs := self._why_another(found, address):
            where = (
                f"its private block hangs on {found.row.get('name')} ({ids})"
                if found.kind == "agent"
                else f"another block ({ids}) is in its place"
            )
            self._refused[address] = Diagnostic(
                f"{where}, and {differs}",
                address=str(address),
                why=f"anybody can attach a block, so this may be the {found.kind} of somebody else",
                hint=f"if it is the one: reconciler adopt {address} {ids}; if not: detach the block there",
            )
        else:
            self._marks[str(found.row["id"])] = Marker(self._project, address)

    def _why_another(self, found: Found, address: Address) -> str:
        """What speaks against an agent being the one whose private blocks it has, or a block the one whose
        label it has; empty when nothing does."""
        if address in self._knowledge.known and address not in self._knowledge.replacing:
            return f"{self._knowledge.known[address].id}, which was applied, is gone"
        if found.kind != "agent":
            return ""
        name = self._knowledge.names.get(address)
        if name is None:
            return "nobody declares what that one is called"
        return "" if found.row.get("name") == name else f"is not called {name}"

    def _look_at_listed(self, kind: str, row: Row) -> None:
        marker = marker_of(kind, row, self._project)
        known = self._address_of.get(str(row["id"]))
        if marker is None and known is not None:
            self._mark(kind, row, known)
        elif (
            marker is not None and not is_whole(kind, row, marker) and self._read.part.covers(marker.address)
        ):
            base = self._base_of(marker.address, str(row["id"])) or marker.base
            self._marks[str(row["id"])] = replace(marker, base=base)

    def _mark(self, kind: str, row: Row, address: Address) -> None:
        """Ours by its id, where nothing speaks against it."""
        known = self._knowledge.known[address]
        other = foreign_owner(row, self._project)
        live = decode(kind, row, self._project)
        if other and address not in self._knowledge.recorded:
            return  # one cache may have served projects of several names
        if other:
            self._handed_over[address] = HandedOver(live.id, other, live.server_name)
            self._refused[address] = Diagnostic(
                f"{live.id} is marked by {other} now",
                address=str(address),
                why="somebody took it over; what belongs to others is never changed",
                hint=f"take it back: reconciler adopt {self._now(address)} {live.id} --take-over; "
                "or leave it to them: "
                f"take it, and what names it, out of the manifests{_of_one_user(address)}, then apply",
            )
        elif differs := _difference(known, live, self._knowledge.ids):
            self._refused[address] = Diagnostic(
                f"{live.id} bears no mark and is not what was noted of it: {differs}",
                address=str(address),
                why="any app may write the record of a set, so an id alone is not believed",
                hint=f"if it is the one: reconciler adopt {self._now(address)} {live.id}",
            )
        else:
            self._marks[live.id] = Marker(self._project, address, self._base_of(address, live.id))

    def _now(self, address: Address) -> Address:
        """Only what is declared can be adopted."""
        return self._knowledge.renamed.get(address, address)

    def _base_of(self, address: Address, server_id: str) -> dict[str, str]:
        known = self._knowledge.known.get(address)
        if known is None or known.id != server_id:
            return {}
        return dict(known.base)

    def _copies(self) -> Iterator[tuple[Address, tuple[LiveResource, ...]]]:
        """Everything that bears the mark of an address whose known resource is there, under that address; and
        of an address that ended: what had it bears another mark by now, or is gone."""
        for address, known in self._knowledge.known.items():
            bearers = self._bearers(address)
            is_here = known.id in {each.id for each in bearers} or known.id in self._marks
            if is_here and known.id in self._there and (others := [b for b in bearers if b.id != known.id]):
                yield address, tuple(others)
            elif run := self._knowledge.replacing.get(address):
                others = [each for each in bearers if each.marker is None or each.marker.run != run]
                if others and len(others) == len(bearers) - 1:
                    yield address, tuple(others)
        for address in sorted(self._knowledge.ended - self._knowledge.names.keys(), key=str):
            if bearers := self._strange(address):
                yield address, bearers

    def _refuse_strangers(self) -> None:
        """Of an address whose recorded id is gone, or that ended and is declared: one that bears its mark was
        not made by us."""
        for address in self._knowledge.recorded - self._knowledge.replacing.keys():
            if self._knowledge.known[address].id not in self._there:
                self._refuse_stranger(address, f"{self._knowledge.known[address].id} is gone")
        for address in self._knowledge.ended & self._knowledge.names.keys():
            self._refuse_stranger(address, "it was renamed or deleted by an apply")

    def _refuse_stranger(self, address: Address, gone: str) -> None:
        bearers = self._strange(address)
        if len(bearers) != 1:
            return
        (stranger,) = bearers
        self._strangers[address] = bearers
        self._refused[address] = Diagnostic(
            f"{gone}, and {stranger.server_name or stranger.kind} ({stranger.id}) bears its mark",
            address=str(address),
            why="it was not made by an apply: it is a copy, or restored from an export",
            hint=f"if it takes its place: reconciler adopt {self._now(address)} {stranger.id}; "
            f"if not: reconciler state disown {stranger.id}",
        )

    def _strange(self, address: Address) -> tuple[LiveResource, ...]:
        """What bears the mark of an address, but for what is being renamed to it."""
        return tuple(each for each in self._bearers(address) if self._next_address(each.id) != address)

    def _next_address(self, server_id: str) -> Address | None:
        """What the manifests call a known resource by now, where they renamed it."""
        known = self._address_of.get(server_id)
        return self._knowledge.renamed.get(known) if known is not None else None

    def _bearers(self, address: Address) -> tuple[LiveResource, ...]:
        live = self._read.live
        one = live.resources.get(address)
        return (one,) if one is not None else live.duplicates.get(address, ())

    def _gone(self) -> Iterator[tuple[Address, str]]:
        for server_id, address in self._address_of.items():
            if server_id not in self._there and not self._bearers(address):
                yield address, server_id

    def _with_marks(self, dropped: Iterable[str]) -> Lists:
        """The lists without copies, and with the rows of what lost its mark as if it bore it."""
        without, marks = set(dropped), self._marks
        if not (without or marks):
            return self._read.lists
        more: dict[str, Rows] = {}
        for each in self._found:
            if str(each.row["id"]) in marks:
                more.setdefault(each.kind, []).append(dict(each.row))

        def mended(kind: str, rows: Rows) -> Rows:
            return [
                as_marked(kind, row, marks[str(row["id"])]) if str(row["id"]) in marks else row
                for row in (*rows, *more.get(kind, ()))
                if str(row["id"]) not in without
            ]

        return self._read.lists.with_rows(
            {kind: mended(kind, rows) for kind, rows in self._read.lists.by_kind.items()}
        )


def _of_one_user(address: Address) -> str:
    """How the manifests say that a single user has none of what the template gives everybody."""
    owner = address.owner
    return "" if owner.is_shared else f" (of {owner.user!r} alone: `ownership: absent` in the overrides)"


def _difference(known: Known, live: LiveResource, ids: Mapping[Address, str]) -> str:
    """What speaks against a resource being the one that was noted; empty when nothing does."""
    if known.made and live.made and known.made != live.made:
        return f"made {live.made}, not {known.made}"
    if live.kind in ("block", "tool") and known.label and live.server_name != known.label:
        return f"called {live.server_name!r}, not {known.label!r}"
    if live.kind == "group" and known.members:
        noted = {ids.get(Address.parse(each), "") if "/" in each else each for each in known.members}
        members = {str(leaf) for path, leaf in live.leaves.items() if field_of(path) == "agents"}
        if members and noted.isdisjoint(members):
            return "none of its members is one that it had"
    return ""
