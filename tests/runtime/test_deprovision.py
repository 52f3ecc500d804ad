"""A user who leaves: the whole set ends, under the same rules as a destroy, and nobody else's is touched."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler import (
    Allowance,
    Constellations,
    Deprovisioned,
    LockHeld,
    ManifestError,
    NotThere,
    Owner,
    ReconcilerError,
    Refused,
    UnsafePlan,
    UserLeft,
)
from reconciler.lock.names import project_lock
from reconciler.lock.on_server import server_lock, server_terms
from reconciler.runtime.deprovision import Deprovisioning
from reconciler.runtime.services import parts_of
from tests.runtime import team
from tests.runtime.conftest import Open
from tests.simulated import Asked, SimulatedLetta

Simulated = tuple[str, SimulatedLetta]


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where agents are saved before they end."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def opened(offline: Open) -> Constellations:
    """Two users who have everything."""
    constellations = offline()
    for user in ("42", "43"):
        constellations.provision(user, parameters={"partner": "Ada"})
    return constellations


def rows(letta: SimulatedLetta) -> dict[str, list[str]]:
    """Ids of everything that is there, by table."""
    world = letta.world
    tables = ("agents", "blocks", "folders", "groups")
    return {name: [str(row["id"]) for row in getattr(world, name)] for name in tables}


def call(letta: SimulatedLetta, method: str, path: str, body: dict[str, Any]) -> None:
    assert letta.answer(Asked(method, path, {}, json.dumps(body).encode())).status == 200


def give_a_memory(letta: SimulatedLetta, agent_id: str) -> None:
    call(letta, "POST", f"/v1/agents/{agent_id}/archival-memory", {"text": "dear diary"})


def test_everything_of_the_user_ends_and_nothing_else(
    opened: Constellations, simulated: Simulated, offline: Open
) -> None:
    other = offline("other.db")
    theirs = {each.id for each in other.user("43").agents()}
    done = opened.deprovision("42")
    assert isinstance(done, Deprovisioned)
    assert {str(each) for each in done.deleted} >= {
        *(f"team/42/agent/{name}" for name in ("lead", "left", "right")),
        *(f"team/42/block/{name}" for name in ("human", "state")),
        *(f"team/42/group/{name}" for name in ("board", "circle", "dream", "talk")),
        "team/42/source/notes",
    }
    assert all(str(each).startswith("team/42/") for each in done.deleted)
    assert theirs == set(rows(simulated[1])["agents"])
    assert "team/42" not in str([*simulated[1].world.blocks])


def test_a_user_of_whom_nothing_is_there_is_fine(opened: Constellations, simulated: Simulated) -> None:
    opened.deprovision("42")
    before = rows(simulated[1])
    again = opened.deprovision("42")
    assert (again.deleted, again.writes, again.warnings) == ((), 0, ())
    assert rows(simulated[1]) == before


@pytest.mark.parametrize("user", ["*", "4?", "[4]2", "4*"])
def test_an_id_is_never_taken_for_a_pattern(opened: Constellations, simulated: Simulated, user: str) -> None:
    before = rows(simulated[1])
    assert opened.deprovision(user).deleted == ()
    assert rows(simulated[1]) == before


@pytest.mark.parametrize("user", ["", " "])
def test_nobody_is_an_error(opened: Constellations, user: str) -> None:
    with pytest.raises(ReconcilerError, match="which user"):
        opened.deprovision(user)


def test_a_constellation_nobody_knows_is_a_typo(opened: Constellations) -> None:
    with pytest.raises(ManifestError, match="'taem'"):
        opened.deprovision("42", constellation="taem")


def test_what_would_be_lost_has_to_be_allowed_and_is_saved_first(
    opened: Constellations, simulated: Simulated, state_home: Path
) -> None:
    give_a_memory(simulated[1], opened.user("42").agent("left").id)
    before = rows(simulated[1])
    with pytest.raises(UnsafePlan, match="R103 data-loss: team/42/agent/left"):
        opened.deprovision("42")
    assert rows(simulated[1]) == before
    done = opened.deprovision("42", allow=["data-loss"])
    (saved,) = done.saved
    assert saved.is_relative_to(state_home)
    assert "dear diary" in saved.with_suffix(".messages.json").read_text()


@pytest.mark.parametrize("allow", ["data-loss", ["R103"], Allowance.of()])
def test_consent_is_said_in_the_words_of_the_command_line(
    opened: Constellations, simulated: Simulated, allow: Any
) -> None:
    give_a_memory(simulated[1], opened.user("42").agent("left").id)
    if isinstance(allow, Allowance):
        with pytest.raises(UnsafePlan):
            opened.deprovision("42", allow=allow)
    else:
        assert opened.deprovision("42", allow=allow).deleted


def test_a_rule_nobody_knows_is_said_before_anything_is_sent(opened: Constellations) -> None:
    asked = opened.requests
    with pytest.raises(ReconcilerError, match="did you mean 'data-loss'"):
        opened.deprovision("42", allow=["dataloss"])
    assert opened.requests == asked


def test_what_is_protected_stays(offline: Open, folder: Path, simulated: Simulated) -> None:
    text = (folder / "all.yaml").read_text()
    (folder / "all.yaml").write_text(text.replace("\n  lead:\n", "\n  lead:\n    protect: true\n", 1))
    constellations = offline()
    constellations.provision("42")
    before = rows(simulated[1])
    with pytest.raises(UnsafePlan, match="R102 protected"):
        constellations.deprovision("42", allow=["data-loss"])
    assert rows(simulated[1]) == before


def test_who_left_is_not_brought_back_by_accident(opened: Constellations) -> None:
    opened.deprovision("42")
    with pytest.raises(NotThere):
        opened.user("42").block("state").read()
    with pytest.raises(UserLeft):
        opened.provision("42", parameters={"partner": "Ada"})
    again = opened.provision("42", parameters={"partner": "Ada"}, rejoin=True)
    assert again.block("state").read() == "calm"


def test_a_document_that_still_names_the_user_is_told(offline: Open, folder: Path) -> None:
    team.write(folder, {"kind": "Users", "constellation": "team", "users": [{"id": "42"}]})
    constellations = offline()
    constellations.provision("42")
    done = constellations.deprovision("42")
    assert done.warnings == ("a document still declares user '42': the next apply makes the set again",)


def test_two_at_once_delete_once(opened: Constellations, offline: Open) -> None:
    others, found, errors = offline("other.db"), list[Deprovisioned](), list[BaseException]()

    def end(constellations: Constellations) -> None:
        try:
            found.append(constellations.deprovision("42"))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=end, args=(each,)) for each in (opened, opened, others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(len(each.deleted) for each in found)[:2] == [0, 0]
    assert max(len(each.deleted) for each in found) > 0


def impatient(opened: Constellations) -> Deprovisioning:
    """Who waits for nobody."""
    return Deprovisioning(parts_of(opened.session), opened.manifests, patience=0.0)


def test_an_apply_that_is_at_work_keeps_it_out(opened: Constellations, simulated: Simulated) -> None:
    before = rows(simulated[1])["agents"]
    transport, name = opened.session.transport, project_lock("demo")
    with server_lock(transport, name, server_terms(), ("team/42",)), pytest.raises(LockHeld):
        impatient(opened).deprovision(Owner("team", "42"), Allowance())
    assert rows(simulated[1])["agents"] == before


def test_an_agent_in_the_middle_of_a_run_keeps_the_whole_set(
    opened: Constellations, simulated: Simulated
) -> None:
    now = datetime.now(UTC).isoformat()
    agent = opened.user("42").agent("left").id
    simulated[1].world.runs.append({"id": "run-1", "agent_id": agent, "status": "running", "created_at": now})
    before = rows(simulated[1])
    with pytest.raises(Refused, match="in use; nothing was deleted") as caught:
        impatient(opened).deprovision(Owner("team", "42"), Allowance())
    assert "team/42/agent/left" in caught.value.why
    assert rows(simulated[1]) == before
    simulated[1].world.runs.clear()
    assert opened.deprovision("42").deleted
