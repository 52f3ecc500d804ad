"""Steps with saved plans: one is made, other things happen, it is applied: whole, or not at all.

In: the stage, and what a step tells. Out: what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.audit.marks import records
from tests.audit.snapshot import Snapshot
from tests.histories.applying import is_locked_out, is_rebuilt, wait_for_lock, without_fault
from tests.histories.declared import pin
from tests.histories.live import contents
from tests.histories.locks import is_as_before, locks
from tests.histories.stage import BEYOND_LIMITS, Saved, Stage, Told, failed
from tests.histories.world import Ran


def save_plan(stage: Stage, told: Told) -> list[str]:
    """A plan goes to a file; moves that nobody applied yet are left to other steps."""
    if stage.oracle.moves:
        return []
    prune = ["--prune"] if told.get("prune") else []
    file = stage.world.folder / "plan.json"
    ran = stage.run(told, "plan", str(stage.world.project), "-o", str(file), *prune)
    stage.saved = Saved(stage.manifests, ran.after, bool(prune))
    return stage.check(ran) + ([] if ran.exit == 0 else [failed(ran)])


def apply_plan(stage: Stage, told: Told) -> list[str]:
    """The saved one; it may have been applied before."""
    saved = stage.saved
    if saved is None or stage.oracle.moves:
        return []
    file = str(stage.world.folder / "plan.json")
    ran = stage.run(told, "apply", file, "--root", str(stage.world.project), *BEYOND_LIMITS)
    if is_locked_out(ran):
        return wait_for_lock(stage, ran) or apply_plan(stage, without_fault(told))
    wrong = stage.check(ran)
    if ran.exit == 0:
        return wrong + _applied(stage, saved, ran)
    if ran.fault is not None and ran.exit in (None, 1, 3):
        stage.oracle.interrupted(saved.manifests)
        return wrong
    return [*wrong, *_refused(stage, saved, ran)]


def _refused(stage: Stage, saved: Saved, ran: Ran) -> Iterator[str]:
    """With nothing done, and only when something moved."""
    has_other_files = saved.manifests["files"] != stage.manifests["files"]
    if ran.exit != 4 and not has_other_files:
        yield failed(ran)
    if not is_as_before(ran.before, ran.after):
        yield f"{ran}: refused, and yet something is another"
    if ran.before.texts == saved.there.texts and not has_other_files and not is_rebuilt(ran):
        yield f"{ran}: refused, though nothing moved: {ran.stderr[-1500:]}"


def _applied(stage: Stage, saved: Saved, ran: Ran) -> list[str]:
    if ran.before.texts == saved.there.texts and pin(saved.manifests) == pin(stage.manifests):
        return stage.oracle.applied(ran, saved.manifests, None, prune=saved.prune)
    wrong = [*_overwritten(saved.there, ran)]
    manifests = {**saved.manifests, "pin": pin(stage.manifests)}  # what is written is what the secret is now
    stage.oracle.partly_applied(ran, manifests)
    return wrong


def _overwritten(planned: Snapshot, ran: Ran) -> Iterator[str]:
    """What a plan writes is as it was when the plan was made, or the plan is stale."""
    then, was, now = (_contents(each) for each in (planned, ran.before, ran.after))
    for server_id, fields in was.items():
        known, after = then.get(server_id, {}), now.get(server_id)
        if after is None:
            moved = sorted(
                path for path in fields.keys() | known.keys() if fields.get(path) != known.get(path)
            )
            if moved:
                yield f"{ran}: {server_id} ended, though {moved} moved after the plan was made"
            continue
        for path in sorted(fields.keys() | after.keys()):
            if fields.get(path) not in (known.get(path), after.get(path)):
                yield (
                    f"{ran}: {server_id} {path} was {known.get(path)!r} when the plan was made, then "
                    f"{fields.get(path)!r}, and is {after.get(path)!r}"
                )


def _contents(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    ours = records(snapshot) | {row["id"] for row in locks(snapshot)}
    return {server_id: each for server_id, each in contents(snapshot).items() if server_id not in ours}
