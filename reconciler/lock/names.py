"""Which locks there are on a server, what they are called, and which of them exclude each other.

In: a transport and names. Out: holders by name, or LockHeld. It must not take a lock.

    a whole project     excludes itself and every shard
    a shard, as 2/5     excludes itself, and shards of another number of parts
    one user's set      excludes itself, and runs that write this set: their lock says which sets those are
    a block in use      excludes itself: programs that read its value and then write it

Whoever takes one looks for the others after that, so of two that start at once at least one sees the other. A
program that provisions gives way: it leaves the lock of the set and waits for that of the project.
"""

from __future__ import annotations

from collections.abc import Collection

from reconciler.errors import LockHeld
from reconciler.lock.holder import Holder
from reconciler.lock.lock import LockTerms
from reconciler.lock.on_server import PREFIX, holder_of
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, list_rows
from reconciler.values import Owner


def project_lock(project: str) -> str:
    """Name of the lock of everything a project has."""
    return PREFIX + project


def shard_lock(project: str, shard: str) -> str:
    """Name of the lock of the users of one shard, such as `2/5`; other shards of as many work beside it."""
    return f"{PREFIX}{project} shard {shard}"


def are_rivals(project: str, one: str, other: str) -> bool:
    """Whether two locks of one project must not be held at once: whole runs and shards, or shards cut
    differently."""
    whole, shards = project_lock(project), shard_lock(project, "")
    cuts = [None if name == whole else name.rpartition("/")[2] for name in (one, other)]
    known = all(name == whole or name.startswith(shards) for name in (one, other))
    return known and one != other and (None in cuts or cuts[0] != cuts[1])


def set_lock(project: str, owner: Owner) -> str:
    """Name of the lock of one user's set."""
    return f"{PREFIX}{project}/{owner}"


def block_lock(project: str, block_id: str) -> str:
    """Name of the lock of one block, for programs that append to its value or write it on a condition."""
    return f"{PREFIX}{project} block {block_id}"


def holders(transport: Gets) -> dict[str, Holder]:
    """Every lock on the server, of all projects, by name, with whoever holds it, dead or alive."""
    rows = list_rows(transport, "/v1/folders/", "list the locks", (OLDEST_FIRST,))
    return {str(row["name"]): holder_of(row) for row in rows if str(row.get("name")).startswith(PREFIX)}


def wait_for_rivals(
    transport: Gets, project: str, name: str, terms: LockTerms, sets: Collection[Owner] = ()
) -> None:
    """Under the lock of this name: wait until nobody holds one that excludes it, or that of one of the `sets`
    the run writes; LockHeld when that lasts."""
    written = {set_lock(project, owner) for owner in sets}

    def rival() -> Holder | None:
        for other, holder in holders(transport).items():
            if (are_rivals(project, name, other) or other in written) and not terms.is_over(holder):
                return holder
        return None

    with terms.waits.waiting("look whose locks there are on the server") as waiting:
        deadline, pause = terms.clock() + terms.patience, terms.pause
        while (holder := rival()) is not None:
            if terms.clock() >= deadline:
                raise _rivalled(holder, terms)
            waiting.turns_to(f"wait for somebody else's lock on the server: {holder}")
            waiting.pause(pause, terms.sleep)
            pause = terms.longer(pause)


def _rivalled(holder: Holder, terms: LockTerms) -> LockHeld:
    return LockHeld(
        f"somebody else is making resources: {holder}",
        why="whole runs exclude each other, runs of shards (shards that are cut differently, too), "
        "and whoever provisions a set they write",
        hint="run this again when that is done; if it is gone: " + terms.unlock_command,
    )


def is_being_applied(transport: Gets, project: str, owner: Owner, terms: LockTerms) -> bool:
    """Whether a run of the whole project or of a shard is at work that may write this set."""
    return any(
        holder.may_write(str(owner)) and not terms.is_over(holder)
        for holder in project_locks(transport, project).values()
    )


def project_locks(transport: Gets, project: str) -> dict[str, Holder]:
    """The lock of a whole project and those of its shards, by name; not those of single sets."""
    whole = project_lock(project)
    return {
        name: holder
        for name, holder in holders(transport).items()
        if name == whole or are_rivals(project, whole, name)
    }
