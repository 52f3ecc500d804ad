"""A small project on the simulated server: the command line and bots, without a server of Letta's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler import Constellations
from reconciler.record import decode_record
from reconciler.values import SetRecord
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.simulated import SimulatedLetta
from tests.simulated.letta import Answer, Asked
from tests.simulated.serve import served

MODEL = {"model": "openai-proxy/gpt-4o-mini", "embedding": "openai/text-embedding-3-small"}
TEMPLATE: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "parameters": {"partner": {"type": "string", "default": "nobody"}},
    "defaults": MODEL,
    "blocks": {"human": {"value": "${{ parameters.partner }}"}},
    "agents": {
        "lead": {"system": "s", "shared_blocks": ["human"], "memory_blocks": {"self": {"value": "kind"}}},
        "critic": {"system": "s"},
    },
}
SIZE = 4
"""Resources of one user's set."""
Provision = Callable[..., int]


def users(*names: str) -> dict[str, Any]:
    """A roster."""
    return {"kind": "Users", "constellation": "team", "users": [{"id": name} for name in names]}


class Refusing(SimulatedLetta):
    """A server that refuses what it is told to refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: Callable[[Asked], bool] = lambda asked: False

    def answer(self, asked: Asked) -> Answer:
        """What it says."""
        return Answer(400, {"detail": "not now"}) if self.refuses(asked) else super().answer(asked)


@contextmanager
def opened(
    folder: Path, *names: str, template: dict[str, Any] = TEMPLATE, letta: SimulatedLetta | None = None
) -> Iterator[Project]:
    """The project of these users on a server of its own; nothing is applied."""
    (folder / "project").mkdir()
    with served(letta or SimulatedLetta()) as url:
        made = Project(folder / "project", url, folder / "cache.db")
        made.write("all.yaml", {"kind": "Project", "name": "demo"}, template)
        if names:
            made.write("users.yaml", users(*names))
        yield made


def provisioning(project: Project) -> Provision:
    """What a bot with an empty cache makes; the number of resources it made."""
    folder = project.root.parent

    def provision(user: str, **more: Any) -> int:
        cache = folder / f"bot{len(list(folder.glob('bot*.db')))}.db"
        with Constellations(project.root, base_url=project.url, cache=cache) as bot:
            return bot.provision_report(user, **more).changes

    return provision


def records(server: RawServer) -> dict[str, SetRecord]:
    """Every record, by its set."""
    found = [decode_record(row["value"]) for row in server.records()]
    return {str(record.owner): record for record in found}


def rows(server: RawServer) -> Any:
    """Everything there is, records too."""
    return {kind: server.list(kind) for kind in ("agents", "blocks", "folders", "groups")}, server.records()
