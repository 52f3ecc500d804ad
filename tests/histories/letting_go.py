"""Steps that end what is ours or let go of it, and those that bring it back.

In: the stage, and what a step tells. Out: what is wrong. A step whose resource is not there is idle, and so
is one beside moves that nobody applied yet: addresses would mean two things.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.audit.marks import addresses, records
from tests.audit.snapshot import Snapshot
from tests.histories.applying import IN_USE, is_locked_out, is_rebuilt, wait_for_lock, without_fault
from tests.histories.live import contents, live
from tests.histories.locks import is_as_before, locks
from tests.histories.losing import lose
from tests.histories.stage import Stage, Told, failed
from tests.histories.world import Ran

CASCADE = "R104 cascade"
"""Why an agent is not deleted: the server would delete its sleeptime group and all its members."""
_MARKS_ONLY = ("--yes", "--manifests")


def destroy(stage: Stage, told: Told) -> list[str]:
    """A whole set, or one resource of it."""
    selector = f"{stage.constellation}/{told['user']}" + (f"/{told['what']}" if "what" in told else "")
    if not _chosen(stage, stage.world.server.look(), selector) or stage.oracle.moves:
        return []
    allowed = ["--yes", "--allow", "data-loss", "--allow", "deletes=99"]
    allowed += ["--allow", "rebuilt"] if told.get("rebuilt") else []
    ran = stage.run(told, "destroy", selector, *allowed, "--manifests", str(stage.world.project))
    if is_locked_out(ran):
        return wait_for_lock(stage, ran) or destroy(stage, without_fault(told))
    wrong = stage.check(ran)
    if is_rebuilt(ran) and not told.get("rebuilt"):
        return wrong + destroy(stage, {**without_fault(told), "rebuilt": True})
    is_refused = ran.exit == 4 and is_as_before(ran.before, ran.after)
    if is_refused and (IN_USE in ran.stderr or (CASCADE in ran.stderr and _leads_in_background(ran))):
        return wrong
    if ran.exit != 0:
        stage.oracle.interrupted(stage.manifests)
        return wrong + ([] if ran.fault is not None and ran.exit in (None, 1, 3) else [failed(ran)])
    for address in _chosen(stage, ran.after, selector):
        wrong.append(f"{ran}: {address} is still there")
    stage.oracle.ended(selector)
    return wrong


def _leads_in_background(ran: Ran) -> bool:
    """Whether what was chosen manages a sleeptime group."""
    groups = ran.before.rows("groups").values()
    managers = {row["manager_agent_id"] for row in groups if row["manager_type"] == "sleeptime"}
    return any({*ids} & managers for ids in _in(ran.before, ran.argv[1]).values())


def forget(stage: Stage, told: Told) -> list[str]:
    """One agent, with its private blocks: it stays as it is, and is nobody's."""
    address = f"{stage.constellation}/{told['user']}/agent/{told['agent']}"
    chosen = _chosen(stage, stage.world.server.look(), address)
    if address not in chosen or stage.oracle.moves:
        return []
    ran = stage.run(told, "state", "forget", address, *_MARKS_ONLY, str(stage.world.project))
    if is_locked_out(ran):
        return wait_for_lock(stage, ran) or forget(stage, told)
    copies = stage.others.foreign & {*addresses(ran.before).get(address, ())}
    stage.others.foreign -= copies  # our mark comes off these as well
    wrong = [*stage.check(ran), *_untouched(ran)]
    stage.others.foreign |= copies
    if ran.exit != 0:
        return [*wrong, failed(ran)]
    wrong += [f"{ran}: {each} still bears our mark" for each in _chosen(stage, ran.after, address)]
    _forget_elsewhere(stage, told)
    stage.forgotten[address] = chosen
    stage.others.foreign |= _ids(chosen)
    stage.oracle.ended(address)
    return wrong


def _forget_elsewhere(stage: Stage, told: Told) -> None:
    """A machine whose cache knows what was let go of takes it for what lost its mark, once the record of the
    set went with its last resource: nothing else could tell."""
    owners = {each.split("/")[1] for each in addresses(stage.world.server.look())}
    for home in stage.world.machines() if told["user"] not in owners else ():
        if home.name != told["by"]:
            lose(stage, {"by": home.name, "what": "cache"})


def adopt(stage: Stage, told: Told) -> list[str]:
    """What was let go of before, by its id or by its name."""
    address = f"{stage.constellation}/{told['user']}/agent/{told['agent']}"
    before, released = stage.world.server.look(), stage.forgotten.get(address, {})
    ids = released.get(address, [])
    if len(ids) != 1 or not {*ids} <= before.texts["agents"].keys() or not _is_wanted(stage, told):
        return []
    is_second = bool(_chosen(stage, before, address).get(address))
    stage.others.foreign -= set() if is_second else _ids(released)
    what = ("--match-names", "--target", address) if told.get("by-name") else (address, ids[0])
    ran = stage.run(told, "adopt", *what, *_MARKS_ONLY, str(stage.world.project))
    if is_locked_out(ran):
        stage.others.foreign |= _ids(released)
        return wait_for_lock(stage, ran) or adopt(stage, told)
    wrong = [*stage.check(ran), *_untouched(ran)]
    bearers = _chosen(stage, ran.after, address)
    if is_second or (ran.exit == 1 and "by-name" in told and _namesakes(before, ids[0])):
        return wrong
    if ran.exit != 0:
        return [*wrong, failed(ran)]
    if bearers.get(address) != ids:
        return [*wrong, f"{ran}: {address} is borne by {bearers.get(address)}, not by {ids[0]}"]
    del stage.forgotten[address]
    stage.others.foreign |= _ids(released) - _ids(bearers)
    stage.oracle.adopted(ran, stage.manifests, {key: each[0] for key, each in bearers.items()})
    return wrong


def _namesakes(snapshot: Snapshot, server_id: str) -> bool:
    """Whether another agent has the name of this one: then a name tells nothing."""
    agents = snapshot.rows("agents")
    return sum(row["name"] == agents[server_id]["name"] for row in agents.values()) > 1


def _is_wanted(stage: Stage, told: Told) -> bool:
    """Whether what was let go of is declared, under no other name."""
    is_declared = told["agent"] in stage.manifests["constellation"]["agents"]
    return is_declared and told["user"] in stage.manifests["users"] and not stage.oracle.moves


def _ids(by_address: Mapping[str, list[str]]) -> set[str]:
    return {server_id for ids in by_address.values() for server_id in ids}


def restore(stage: Stage, told: Told) -> list[str]:
    """An old value of a block, as the history has it on this machine."""
    address = _address_of_block(stage, told)
    if not address or stage.oracle.moves:
        return []
    where = ("--manifests", str(stage.world.project))
    listed = stage.run(told, "history", address, "--json", *where)
    values = json.loads(listed.stdout)["history"] if listed.exit == 0 and listed.stdout else []
    if not values:
        return []
    old = values[told["number"] % len(values)]
    ran = stage.run(told, "restore", f"{address}@{old['n']}", "--yes", *where)
    if is_locked_out(ran):
        return wait_for_lock(stage, ran) or restore(stage, told)
    wrong = stage.check(ran)
    if ran.exit != 0:
        return [*wrong, failed(ran)]
    ids = _chosen(stage, ran.after, address)[address]
    found = ran.after.row("block", ids[0])["value"]
    return (
        wrong
        if found == old["value"]
        else [*wrong, f"{ran}: {address} holds {found!r}, was to hold {old['value']!r}"]
    )


def _address_of_block(stage: Stage, told: Told) -> str:
    owner = f"{stage.constellation}/{told['user']}"
    found = live(stage.world.server.look(), foreign=stage.others.foreign).found
    for address in (f"{owner}/agent/{told['agent']}/block/{told['block']}", f"{owner}/block/{told['block']}"):
        if len(found.get(address, ())) == 1:
            return address
    return ""


def _in(snapshot: Snapshot, selector: str) -> dict[str, list[str]]:
    """Ids by address of what bears a mark below a selector."""
    return {
        address: [*ids]
        for address, ids in addresses(snapshot).items()
        if address == selector or address.startswith(f"{selector}/")
    }


def _chosen(stage: Stage, snapshot: Snapshot, selector: str) -> dict[str, list[str]]:
    """Ids by address of what bears our marks below a selector."""
    return {
        address: [each.id for each in found]
        for address, found in live(snapshot, foreign=stage.others.foreign).found.items()
        if address == selector or address.startswith(f"{selector}/")
    }


def _untouched(ran: Ran) -> Iterator[str]:
    """Marks move, and nothing else."""
    was, now = contents(ran.before), contents(ran.after)
    for server_id in (was.keys() | now.keys()) - _bookkeeping(ran):
        if was.get(server_id) != now.get(server_id):
            yield f"{ran}: {server_id} was {was.get(server_id)}, is {now.get(server_id)}"


def _bookkeeping(ran: Ran) -> set[Any]:
    both = (ran.before, ran.after)
    return {each for s in both for each in (*records(s), *(row["id"] for row in locks(s)))}
