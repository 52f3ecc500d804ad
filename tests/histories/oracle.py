"""What the contract says is right after each command, and what of it is not so.

In: manifests, and what came of a command. Out: sentences about what is wrong. It remembers what was last
applied where, under which id, and what others made; it must not ask the product about any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.audit.marks import records
from tests.histories.declared import IMMUTABLE, IMPLIED, Thing, expand, field_of, is_member, owner_of
from tests.histories.history import Manifests
from tests.histories.live import Found, Live, contents, live
from tests.histories.locks import locks
from tests.histories.verdicts import NOTHING, after, called
from tests.histories.world import Ran

Bases = dict[str, frozenset[Any]]


@dataclass
class Oracle:
    """Remembers one project."""

    base: dict[str, Bases] = field(default_factory=dict)
    """By address and path, what may have been applied last."""
    ids: dict[str, str] = field(default_factory=dict)
    """By address, what was there last."""
    moves: dict[str, str] = field(default_factory=dict)
    """Old to new address, where no apply has carried the move out yet."""
    foreign: set[str] = field(default_factory=set)
    """Ids of what is not ours, copies with our marks among it."""
    doubtful: set[str] = field(default_factory=set)
    """Addresses at which a command was cut off: what it came to is known only by looking."""

    applied_to: set[str] = field(default_factory=set)
    """Sets that an apply wrote, as a record says."""
    given: dict[str, list[Mapping[str, Thing]]] = field(default_factory=dict)
    """By set, what programs were given it by, the oldest first."""
    of_server: dict[tuple[str, str], Any] = field(default_factory=dict)
    """By id and path, what the server gave what was made without it: its text for a type of agent."""

    # ---- what happens between commands ------------------------------------------------------------------

    def moved(self, before: Manifests, now: Manifests, kind: str, old: str, new: str) -> None:
        """A person wrote that something has another name."""
        del now
        name = before["constellation"]["name"]
        known = {owner_of(address).partition("/")[2] for address in self.base} - {""}
        owners = {old} if kind == "user" else {*before["users"], *known}
        if kind == "user" and f"{name}/{old}" in self.applied_to:
            self.applied_to.add(f"{name}/{new}")
        for user in sorted(owners):
            start = f"{name}/{user}/" if kind == "user" else f"{name}/{user}/{kind}/{old}"
            target = f"{name}/{new}/" if kind == "user" else f"{name}/{user}/{kind}/{new}"
            self._rename(start, target, is_prefix=kind == "user")
            if kind != "user":
                self._rename_members(f"{name}/{user}", kind, old, new)

    def _rename(self, start: str, target: str, *, is_prefix: bool) -> None:
        for known in (self.base, self.ids):
            for address in [
                a for a in known if a == start or a.startswith(start if is_prefix else f"{start}/")
            ]:
                known[target + address[len(start) :]] = known.pop(address)  # type: ignore[attr-defined]
        for first, last in list(self.moves.items()):
            if last == start or last.startswith(start if is_prefix else f"{start}/"):
                self.moves[first] = target + last[len(start) :]
        self.moves.setdefault(start, target)
        self.doubtful = {_renamed(each, start, target, is_prefix) for each in self.doubtful}
        for bases in self.base.values():
            for path, values in bases.items():
                bases[path] = frozenset(_renamed(each, start, target, is_prefix) for each in values)

    def _rename_members(self, owner: str, kind: str, old: str, new: str) -> None:
        key = {"agent": "agents", "block": "blocks", "source": "sources"}.get(kind)
        for address, bases in self.base.items():
            if address.startswith(f"{owner}/") and f"{key}[{old}]" in bases:
                bases[f"{key}[{new}]"] = bases.pop(f"{key}[{old}]")
            if kind == "block" and address == f"{owner}/block/{new}" and "label" in bases:
                bases["label"] = frozenset({old})

    def forgot(self, owner: str) -> None:
        """What was last applied to a set is written nowhere any more, or perhaps somewhere."""
        self.applied_to.discard(owner)
        self.given.pop(owner, None)
        for address, bases in self.base.items():
            if owner_of(address) == owner:
                for path, values in bases.items():
                    bases[path] = values | {NOTHING}
        self.doubtful |= {address for address in self.base if owner_of(address) == owner}

    def lost_digests(self, start: str) -> None:
        """What was last uploaded to these sources is written nowhere any more: it stood in their metadata."""
        for address, bases in self.base.items():
            for path, values in bases.items() if address.startswith(start) else ():
                if field_of(path) == "files":
                    bases[path] = values | {NOTHING}

    def ended(self, selector: str) -> None:
        """What a selector chooses was deleted, or let go of."""
        for address in [a for a in self.base if a == selector or a.startswith(f"{selector}/")]:
            del self.base[address]
            self.ids.pop(address, None)
            self.doubtful.discard(address)
        self.applied_to.discard(selector)
        self.given.pop(selector, None)

    def adopted(self, ran: Ran, manifests: Manifests, ids: Mapping[str, str]) -> None:
        """What was there is ours now. Nobody knows what was applied to it; what is as declared may count as
        that."""
        now, things = live(ran.after, foreign=self.foreign), expand(manifests)
        for address, server_id in ids.items():
            fields = things[address].fields if address in things else {}
            same = {path: value for path, value in fields.items() if _of(now.one(address), path) == value}
            self.base[address] = {path: frozenset({NOTHING, value}) for path, value in same.items()}
            self.ids[address] = server_id
            self.doubtful.add(address)

    # ---- looking ------------------------------------------------------------------------------------------

    def before(self, ran: Ran) -> Live:
        """What was there before a command, under the names of now where a move is written down."""
        former = {self._former(address): server_id for address, server_id in self.ids.items()}
        ran_live = live(ran.before, former, self.foreign)
        found = {self._now(address): each for address, each in ran_live.found.items()}
        rows = {
            address: tuple(Found(f.id, f.kind, self._fields(f.fields, owner_of(address))) for f in each)
            for address, each in found.items()
        }
        return Live(rows, ran_live.snapshot)

    def _former(self, address: str) -> str:
        """The name a thing has on the server as long as no apply carried its move out."""
        for start, target in reversed(self.moves.items()):
            if address == target or address.startswith(target if target.endswith("/") else f"{target}/"):
                address = start + address[len(target) :]
        return address

    def _now(self, address: str) -> str:
        for start, target in self.moves.items():
            if address == start or address.startswith(start if start.endswith("/") else f"{start}/"):
                address = target + address[len(start) :]
        return address

    def _fields(self, fields: Mapping[str, Any], owner: str) -> dict[str, Any]:
        del owner
        made = {}
        for path, value in fields.items():
            new = self._now(value) if isinstance(value, str) and "/" in value else value
            if new != value and is_member(path):
                path = f"{field_of(path)}[{new.rpartition('/')[2]}]"
            made[path] = new
        return made

    # ---- an apply ---------------------------------------------------------------------------------------

    def applied(
        self, ran: Ran, manifests: Manifests, users: Iterable[str] | None, *, prune: bool
    ) -> list[str]:
        """What is wrong after an apply that says it did everything."""
        things = expand(manifests)
        chosen = [each for each in things.values() if users is None or _is_in(each, users)]
        scope = [each for each in chosen if not each.is_absent]
        was, now = self.before(ran), live(ran.after, foreign=self.foreign)
        wrong = [*self._absent((each.address for each in chosen if each.is_absent), now)]
        wrong += [*self._identity(things, scope, was, now)]
        for thing in scope:
            found = now.one(thing.address)
            if found is not None:
                before = was.one(thing.address) or _taken_over(ran, thing.address, found.id)
                wrong += self._fields_after(thing, before, found)
        if not ran.fault:
            wrong += [*self._verdicts(ran, scope, was), *self._needless(ran, scope, was)]
        if users is None:
            wrong += self._ended(manifests, was, now, prune=prune)
        self._settle(scope, was, now)
        self.applied_to |= {each.owner for each in scope}
        if users is None:
            self.moves.clear()
            for address in [each for each in self.base if each not in things and not now.found.get(each)]:
                self.base.pop(address)
                self.ids.pop(address, None)
            self.applied_to &= {owner_of(address) for address in self.base}
        return wrong

    def partly_applied(self, ran: Ran, manifests: Manifests) -> None:
        """A plan of other times went through: whatever it did not write is as it was."""
        self.interrupted(manifests)
        now = live(ran.after, foreign=self.foreign)
        for address in expand(manifests):
            found = now.one(address)
            if found is not None:
                self.ids[address] = found.id

    def interrupted(self, manifests: Manifests) -> None:
        """A command was cut off, or failed in part: any of its changes may have been done."""
        self._may_be(expand(manifests))

    def _may_be(self, things: Mapping[str, Thing]) -> None:
        for address, thing in things.items():
            bases = self.base.setdefault(address, {})
            for path in {*thing.fields, *bases}:
                bases[path] = bases.get(path, frozenset({NOTHING})) | {thing.fields.get(path, NOTHING)}
            self.doubtful.add(address)

    def provisioned(
        self, ran: Ran, manifests: Manifests, user: str, moved_since: Iterable[Mapping[str, str]]
    ) -> list[str]:
        """A program asked for a set. What an apply wrote waits for an apply, and so does what was given by
        newer manifests: what is missing is made again, and nothing else is written. Other sets may be brought
        up to date; what these manifests call by a name of before is renamed by the next apply."""
        owner = f"{manifests['constellation']['name']}/{user}"
        things = expand({**manifests, "users": [user]})
        mine = {address: each for address, each in things.items() if each.owner == owner}
        given = self.given.setdefault(owner, [])
        is_settled = owner in self.applied_to or mine in given[:-1]
        wrong = [*self._left_alone(ran, owner)] if is_settled else []
        if not is_settled:
            given += [mine] if mine not in given[-1:] else []
            self._may_be(mine)
            for link in moved_since:
                if not link["from"].startswith("user/"):
                    self._rename(f"{owner}/{link['from']}", f"{owner}/{link['to']}", is_prefix=False)
        self.doubtful |= {address for address in self.base if owner_of(address) == owner}
        return wrong

    def _left_alone(self, ran: Ran, owner: str) -> Iterator[str]:
        """Nothing of what was there is another, and what came bears an address that was applied once."""
        was, now = contents(ran.before), contents(ran.after)
        for server_id in was.keys() - records(ran.before) - {row["id"] for row in locks(ran.before)}:
            before, after_ = was[server_id], now.get(server_id, {})
            for path in sorted(before.keys() | after_.keys()):
                value = after_.get(path)
                is_made_again = path not in before and (
                    _is_implied(path) or (value in now and value not in was)
                )
                if before.get(path) != value and not is_made_again:
                    yield f"{ran}: {server_id} {path} was {before.get(path)!r}, is {value!r}"
        known = self.base.keys() | {self._former(address) for address in self.base}
        for address, found in live(ran.after, foreign=self.foreign).found.items():
            is_new = all(each.id not in was for each in found)
            if is_new and address not in known and owner_of(address) == owner:
                yield f"{ran}: made {address}, which no apply declared"

    def _absent(self, addresses: Iterable[str], now: Live) -> Iterator[str]:
        """What must not exist is not there; what was applied to it does not count any more."""
        for address in addresses:
            if now.found.get(address):
                yield f"{address}: must not exist, and is {now.found[address][0].id}"
            self.base.pop(address, None)
            self.ids.pop(address, None)

    def _identity(
        self, things: Mapping[str, Thing], scope: Iterable[Thing], was: Live, now: Live
    ) -> Iterator[str]:
        """One resource for each address, and the same as before."""
        for thing in scope:
            several = now.found.get(thing.address, ())
            before = was.found.get(thing.address, ())
            if len(several) != 1 and len(before) < 2:
                yield f"{thing.address}: {len(several)} resources bear it: {[each.id for each in several]}"
                continue
            is_another = len(before) == len(several) == 1 and before[0].id != several[0].id
            if is_another and not self._is_replaced(thing, before[0]):
                yield f"{thing.address}: was {before[0].id}, is {several[0].id}"

    def _is_replaced(self, thing: Thing, was: Found) -> bool:
        fields = IMMUTABLE.get(thing.kind, ())
        return any(path in thing.fields and thing.fields[path] != was.fields.get(path) for path in fields)

    def _fields_after(self, thing: Thing, was: Found | None, now: Found) -> Iterator[str]:
        base = self.base.get(thing.address, {})
        for path in self._paths(thing, was, base):
            desired, before = thing.fields.get(path, NOTHING), _of(was, path)
            bases = base.get(path, frozenset({NOTHING}))
            right = (desired,) if was is None else after(thing, path, bases, before, desired)
            is_of_server = desired is NOTHING and not is_member(path)  # what it gives to what is made
            if was is None and (is_of_server or thing.word(path) in _ONLY_LOOKED_AT):
                self.of_server[now.id, path] = _of(now, path)
                continue
            if was is not None and was.id != now.id and self._is_of_server(thing, path, was):
                self.of_server[now.id, path] = _of(now, path)
                continue  # another type of agent has another text of the server
            if _of(now, path) not in right:
                yield (
                    f"{thing.address}: {path} ({thing.word(path)}) is {_of(now, path)!r}, must be "
                    f"{' or '.join(map(repr, right))} (base {sorted(map(repr, bases))}, live {before!r}, "
                    f"desired {desired!r})"
                )

    def _is_of_server(self, thing: Thing, path: str, was: Found) -> bool:
        """Whether what is there is what the server gave by itself, and nobody wrote since."""
        is_given = (was.id, path) in self.of_server and self.of_server[was.id, path] == _of(was, path)
        return is_given and thing.word(path) in _ONLY_LOOKED_AT

    def _paths(self, thing: Thing, was: Found | None, base: Bases) -> list[str]:
        live_fields = was.fields if was else {}
        members = {path for path in live_fields if is_member(path)}
        paths = {*thing.fields, *base, *members}
        return sorted(each for each in paths if not _is_implied(each))

    def _ended(self, manifests: Manifests, was: Live, now: Live, *, prune: bool) -> Iterator[str]:
        """What is declared no more goes with `--prune`, and only with it; what must not exist goes anyway."""
        things, of_programs = expand(manifests), self._of_programs(manifests)
        for address in was.found:
            if address in things or "~" in address:
                continue
            is_there = bool(now.found.get(address) or now.found.get(self._former(address)))
            if is_there and prune and address in self.ids and not self._lives_on(address, things):
                yield f"{address}: declared no more, and still there after --prune"
            if not is_there and not prune and address not in of_programs:
                yield f"{address}: ended without --prune"

    def _of_programs(self, manifests: Manifests) -> dict[str, Thing]:
        """What the template declares for users that only programs know."""
        name = manifests["constellation"]["name"]
        users = [owner.removeprefix(f"{name}/") for owner in self.given]
        return expand({**manifests, "users": users})

    def _lives_on(self, address: str, things: Mapping[str, Thing]) -> bool:
        """Private blocks of an agent that stays are taken off it, and stay."""
        return "/block/" in address and "/agent/" in address and address.partition("/block/")[0] in things

    def _settle(self, scope: Iterable[Thing], was: Live, now: Live) -> None:
        """What counts as last applied from now on."""
        for thing in scope:
            found = now.one(thing.address)
            if found is None:
                continue
            before, old = was.one(thing.address), self.base.get(thing.address, {})
            self.ids[thing.address] = found.id
            made: Bases = {}
            for path in thing.fields:
                bases = old.get(path, frozenset({NOTHING}))
                made[path] = self._base_after(thing, path, bases, before, found)
            self.base[thing.address] = made
            self.doubtful.discard(thing.address)

    def _base_after(
        self, thing: Thing, path: str, bases: frozenset[Any], was: Found | None, now: Found
    ) -> frozenset[Any]:
        """What is declared, once it is there; where another value was kept it may be what it was before,
        too."""
        desired, there = thing.fields[path], _of(now, path)
        if thing.word(path) in _ONLY_LOOKED_AT:
            return frozenset({desired, there, NOTHING, *bases})
        if was is None or there == desired or thing.word(path) == "enforced" or bases == {desired}:
            return frozenset({desired})
        return frozenset({desired, *bases})

    # ---- verdicts ---------------------------------------------------------------------------------------

    def _verdicts(self, ran: Ran, scope: Iterable[Thing], was: Live) -> Iterator[str]:
        """No false and no missed drift, no false and no missed learning."""
        if not ran.plan:
            return
        said = _said(ran.plan)
        for thing in scope:
            found = was.one(thing.address)
            if found is None or thing.is_absent or thing.address in self.doubtful:
                continue
            if self._is_replaced(thing, found):
                continue
            base = self.base.get(thing.address)
            if base is None or thing.address in self.moves.values():
                continue
            for path in self._paths(thing, found, base):
                bases = base.get(path, frozenset({NOTHING}))
                is_told = field_of(path) not in _SEEN_OTHERWISE and thing.word(path) not in _ONLY_LOOKED_AT
                if len(bases) > 1 or not is_told:
                    continue
                (known,) = bases
                right = called(thing, path, known, _of(found, path), thing.fields.get(path, NOTHING))
                told = said.get((thing.address, path), "")
                if self._is_renamed(known) and {right, told} == {"drift", "conflict"}:
                    continue  # what nobody has renamed on the server counts as applied under its old name
                if {right, told} & {"drift", "learned"} and right != told and not _is_same(right, told):
                    yield (
                        f"{thing.address}: {path} is called {told or 'nothing'!r}, is {right or 'nothing'!r} "
                        f"(base {known!r}, live {_of(found, path)!r}, "
                        f"desired {thing.fields.get(path, NOTHING)!r})"
                    )

    def _needless(self, ran: Ran, scope: Iterable[Thing], was: Live) -> Iterator[str]:
        """Nothing is to be written that is there already."""
        said = _said({"changes": ran.plan.get("changes", ())})
        for thing in scope:
            found = was.one(thing.address)
            if found is None or thing.is_absent or self._is_replaced(thing, found):
                continue
            for path, desired in thing.fields.items():
                if said.get((thing.address, path)) == "intended" and _of(found, path) == desired:
                    yield f"{thing.address}: {path} is {desired!r} already, and planned"

    def _is_renamed(self, value: Any) -> bool:
        """Whether this names what has another name by a move that nobody carried out yet."""
        return any(
            value == target or (target.endswith("/") and str(value).startswith(target))
            for target in self.moves.values()
        )

    def planned(self, ran: Ran, manifests: Manifests) -> list[str]:
        """What is wrong with a plan that was only shown."""
        was, things = self.before(ran), expand(manifests).values()
        return [*self._verdicts(ran, things, was), *self._needless(ran, things, was)]


_ONLY_LOOKED_AT = ("observed", "absent")
_SEEN_OTHERWISE = ("files", "secrets")
"""Fields whose moves a plan tells in other words."""


def _taken_over(ran: Ran, address: str, server_id: str) -> Found | None:
    """A block that an agent made, under a label that is declared now."""
    if server_id not in ran.before.texts.get("block", {}):
        return None
    return live(ran.before, {address: server_id}).one(address)


def _is_same(right: str, told: str) -> bool:
    """A merge that a plan carries out is called intended; a conflict is nobody's drift."""
    return {right, told} <= {"conflict", "intended", ""}


def _said(plan: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    found = {}
    for name in ("changes", "kept", "drift", "learned", "conflicts"):
        for entry in plan.get(name, ()):
            for each in entry.get("fields", ()):
                found[entry["address"], each["path"]] = each["verdict"]
            if "path" in entry:
                found[entry["address"], entry["path"]] = entry["verdict"]
    return found


def _is_in(thing: Thing, users: Iterable[str]) -> bool:
    return any(thing.owner.endswith(f"/{user}") for user in users)


def _is_implied(path: str) -> bool:
    return any(path == f"tools[{each}]" for each in IMPLIED)


def _of(found: Found | None, path: str) -> Any:
    if found is None:
        return NOTHING
    return found.fields.get(path, NOTHING)


def _renamed(value: Any, start: str, target: str, is_prefix: bool) -> Any:
    if not isinstance(value, str):
        return value
    if value == start or value.startswith(start if is_prefix else f"{start}/"):
        return target + value[len(start) :]
    return value
