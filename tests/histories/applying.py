"""Steps that apply or show what the manifests declare.

In: the stage, and what a step tells. Out: what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from tests.audit.marks import records
from tests.histories.checks import check_after_apply, check_quiet
from tests.histories.locks import expire, is_as_before, locks
from tests.histories.stage import BEYOND_LIMITS, Stage, Told, failed
from tests.histories.world import Ran

IN_USE = "R105 in-use"
"""Why something is not deleted: agents that stay have it."""
_TRIED = {("POST", "/v1/folders/")}
"""Writes of a run that met a lock."""


def apply(stage: Stage, told: Told) -> list[str]:
    """Of everything, or of one user."""
    users = [told["user"]] if "user" in told else None
    if users is not None and told["user"] not in stage.manifests["users"]:
        return []
    options = [*BEYOND_LIMITS, *(["--prune"] if told.get("prune") else [])]
    options += ["--user", told["user"]] if users is not None else []
    options += ["--allow", "rebuilt"] if told.get("rebuilt") else []
    ran = stage.run(told, "apply", str(stage.world.project), *options)
    if is_locked_out(ran):
        return wait_for_lock(stage, ran) or apply(stage, without_fault(told))
    wrong = stage.check(ran)
    if asked_about(stage, ran):
        return wrong + disown(stage, told, ran) + apply(stage, without_fault(told))
    if lost_by_first_apply(stage, ran):
        return wrong + take_back(stage, told, ran) + apply(stage, without_fault(told))
    if is_rebuilt(ran) and not told.get("rebuilt"):
        return wrong + apply(stage, {**without_fault(told), "rebuilt": True})
    if ran.exit != 0:
        return wrong + not_done(stage, ran)
    wrong += stage.oracle.applied(ran, stage.manifests, users, prune=bool(told.get("prune")))
    wrong = wrong or check_after_apply(ran)
    if wrong or not told.get("again"):
        return wrong
    return check_quiet(stage.run(without_fault(told), "apply", str(stage.world.project), *options))


def plan(stage: Stage, told: Told) -> list[str]:
    """Only shown."""
    return _shown(stage, stage.run(told, "plan", str(stage.world.project), "--detailed-exitcode"))


def drift(stage: Stage, told: Told) -> list[str]:
    """Only shown."""
    return _shown(stage, stage.run(told, "drift", str(stage.world.project)))


def is_locked_out(ran: Ran) -> bool:
    """Whether a machine died and left its lock, which keeps others out until it expires; who is refused for
    another reason does not ask for the lock."""
    return ran.exit == 4 and bool(locks(ran.after)) and bool(ran.writes)


def wait_for_lock(stage: Stage, ran: Ran) -> list[str]:
    """Who was locked out wrote nothing; afterwards nobody is."""
    if ran.before.texts != ran.after.texts or {*ran.writes} != _TRIED:
        return [f"{ran}: refused, and yet it wrote {ran.writes}"]
    expire(stage.world.server, locks(ran.after))
    return []


def asked_about(stage: Stage, ran: Ran) -> list[str]:
    """Copies that bear the mark of what ended and is declared again: a person has to say what they are."""
    asked = (each for each in stage.others.foreign if f"reconciler state disown {each}" in ran.stdout)
    return sorted(asked) if ran.exit == 4 else []


def disown(stage: Stage, told: Told, ran: Ran) -> list[str]:
    """What the person says, as the refusal printed it: the copies are somebody else's."""
    return _typed(stage, told, (("state", "disown", each) for each in asked_about(stage, ran)))


def lost_by_first_apply(stage: Stage, ran: Ran) -> list[tuple[str, str]]:
    """What a person has to say is the one: sources of an apply that was cut off, before any record, whose
    mark somebody took off since, as their name is taken; groups without mark of which no member is left."""
    offered = {
        1: re.findall(r"or take it over: reconciler adopt (\S+) (\S+)", ran.stdout),
        4: re.findall(r"if it is the one: reconciler adopt (\S+/group/\S+) (\S+)", ran.stdout),
    }
    found = offered.get(ran.exit if ran.exit is not None else 0, [])
    return [(address, each) for address, each in found if each not in stage.others.foreign]


def take_back(stage: Stage, told: Told, ran: Ran) -> list[str]:
    """What the person says, as the error printed it."""
    return _typed(stage, told, (("adopt", *each) for each in lost_by_first_apply(stage, ran)))


def _typed(stage: Stage, told: Told, commands: Iterable[tuple[str, ...]]) -> list[str]:
    """What a refusal printed to type, after a run that may have done a part."""
    stage.oracle.interrupted(stage.manifests)
    there = ("--manifests", str(stage.world.project), "--yes")
    done = [stage.run(without_fault(told), *each, *there) for each in commands]
    return [failed(each) for each in done if each.exit != 0]


def without_fault(told: Told) -> Told:
    """The same step with nothing going wrong."""
    return {key: value for key, value in told.items() if key != "fault"}


def is_rebuilt(ran: Ran) -> bool:
    """Whether something was to end in sets whose record nobody wrote, or that was made anew from the marks: a
    person has to allow it."""
    owners = re.findall(r"R115 rebuilt: the record of (\S+) was lost", ran.stderr)
    values = [ran.before.row("block", each)["value"] for each in records(ran.before)]
    by_owner = {each["set"]: each for each in map(json.loads, values)}
    is_right = all(each not in by_owner or by_owner[each].get("rebuilt") for each in owners)
    return ran.exit == 4 and bool(owners) and is_right and is_as_before(ran.before, ran.after)


def is_held_by_others(stage: Stage, ran: Ran) -> bool:
    """Whether it was refused, with nothing done, because something of ours hangs on an agent of others."""
    is_refused = ran.exit == 4 and IN_USE in ran.stderr and is_as_before(ran.before, ran.after)
    edges = (*ran.before.rows("blocks_agents").values(), *ran.before.rows("sources_agents").values())
    return is_refused and any(row["agent_id"] in stage.others.foreign for row in edges)


def not_done(stage: Stage, ran: Ran) -> list[str]:
    """Only a fault is a reason; then any of its changes may have been done."""
    if is_held_by_others(stage, ran):
        return []
    stage.oracle.interrupted(stage.manifests)
    if ran.fault is not None and ran.exit in (None, 1, 3):
        return []
    return [failed(ran)]


def _shown(stage: Stage, ran: Ran) -> list[str]:
    wrong = stage.check(ran)
    if ran.exit not in (0, 2) and not asked_about(stage, ran):
        return [*wrong, failed(ran)]
    return wrong + stage.oracle.planned(ran, stage.manifests)
