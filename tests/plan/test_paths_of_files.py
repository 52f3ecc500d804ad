"""What agents go on seeing of files, or see no more, is said in one line, however many sources there are."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan import PlanOptions, make_plan
from reconciler.values import Address, Desired, FileContent, Live, Owner, Scope

from .worlds import AGENT, NOTES, applied, edited, team

FILE = FileContent("0" * 64, path="notes/a.md", size=1)


def with_files(desired: Desired, *owners: str) -> Desired:
    """The source of the team with a file, for these users."""
    notes = desired.resources[NOTES]
    found = dict(desired.resources)
    for owner in (NOTES.owner, *(Owner("team", each) for each in owners)):
        address = Address(owner, "source", "notes")
        leaves = {**notes.leaves, "name": f"{owner.user} notes", "files[a.md]": FILE}
        found[address] = replace(
            notes, address=address, leaves=leaves, server_name=str(leaves["name"]), named=frozenset({"files"})
        )
    return replace(desired, resources=found)


def renamed(desired: Desired) -> Desired:
    found = dict(desired.resources)
    for address, each in desired.resources.items():
        if address.kind == "source":
            name = f"new {each.leaves['name']}"
            found[address] = replace(each, leaves={**each.leaves, "name": name}, server_name=name)
    return replace(desired, resources=found)


def said(desired: Desired, live: Live) -> list[tuple[str, str]]:
    made = make_plan(desired, live, Scope(), PlanOptions())
    return [(each.address, each.summary) for each in made.diagnostics]


def test_a_renamed_source_with_files_is_said() -> None:
    live = applied(with_files(team()))
    (line,) = said(renamed(with_files(team())), live)
    assert line == (str(NOTES), "its files keep their paths: ada notes/… and not new ada notes/…")


def test_many_renamed_sources_are_one_line() -> None:
    users = [f"user{number}" for number in range(30)]
    live = applied(with_files(team(), *users))
    assert said(renamed(with_files(team(), *users)), live) == [
        ("", "files of 31 renamed sources keep their paths")
    ]


def test_one_without_files_has_no_paths() -> None:
    wanted = team()
    notes = wanted.resources[NOTES]
    other = replace(notes, leaves={**notes.leaves, "name": "other"})
    assert said(replace(wanted, resources={**wanted.resources, NOTES: other}), applied(team())) == []


def test_a_source_that_was_taken_off_is_said_to_come_back_closed() -> None:
    desired = with_files(team())
    live = applied(desired)
    agent = live.resources[AGENT]
    leaves = {path: leaf for path, leaf in agent.leaves.items() if path != "sources[notes]"}
    taken_off = replace(live, resources={**live.resources, AGENT: replace(agent, leaves=leaves)})
    assert said(desired, taken_off) == [(str(AGENT), f"gets {NOTES} back, and its files stay closed to it")]
    assert said(desired, edited(live, AGENT, system="changed")) == []
