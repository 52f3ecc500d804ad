"""Steps in which a machine loses its files, or the server the record of a set.

In: the stage, and what a step tells. Out: nothing is ever wrong with that.
"""

from __future__ import annotations

import shutil

from tests.audit.marks import records
from tests.histories.stage import Stage, Told


def lose(stage: Stage, told: Told) -> list[str]:
    """Cache, state or record."""
    home = stage.world.machine(told["by"])
    if told["what"] == "record":
        _lose_record(stage, told["user"])
        return []
    for file in home.glob("*") if home.exists() else ():
        if (".state." in file.name) == (told["what"] == "state"):
            file.unlink() if file.is_file() else shutil.rmtree(file)
    return []


def _lose_record(stage: Stage, user: str) -> None:
    """Somebody deletes the record of a set."""
    snapshot, owner = stage.world.server.look(), f"{stage.constellation}/{user}"
    for row in snapshot.rows("blocks_tags").values():
        if row["block_id"] in records(snapshot) and row["tag"].endswith(f"record={owner}"):
            stage.world.server.call("DELETE", f"/v1/blocks/{row['block_id']}")
            stage.oracle.forgot(owner)
