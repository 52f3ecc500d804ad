"""Steps in which a program asks for a user's set: by the manifests of now, or by those of other times.

In: the stage, and what a step tells. Out: what is wrong.
"""

from __future__ import annotations

from pathlib import Path

from tests.histories.applying import is_locked_out
from tests.histories.history import documents
from tests.histories.stage import Stage, Told, failed

_NOT_WELCOME = ("left: an apply ended the set", "moved, but is still declared")
"""Why a program is not given a set: the user left, or has another name."""


def provision(stage: Stage, told: Told) -> list[str]:
    """With a checkout that is so many edits old."""
    age = min(told.get("age", 0), len(stage.older))
    manifests = stage.older[-age] if age else stage.manifests
    user, checkout = told["user"], stage.world.project
    if age:
        checkout = Path(stage.world.folder / "older")
        stage.world.write(checkout, documents(manifests), manifests["files"])
    ran = stage.run(told, "provision", user, "--yes", "--manifests", str(checkout))
    if is_locked_out(ran):
        return []
    wrong = stage.check(ran)
    if ran.exit and any(each in ran.stderr for each in _NOT_WELCOME):
        return wrong
    if ran.exit:
        return [*wrong, failed(ran)]
    now, then = (each["constellation"].get("moved", ()) for each in (stage.manifests, manifests))
    return wrong + stage.oracle.provisioned(ran, manifests, user, [each for each in now if each not in then])
