"""Checks of single commands that need no memory of the project.

In: what came of a command, and what others made. Out: sentences about what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

from tests.audit.commands import commands_of
from tests.audit.consequences import read_consequences
from tests.audit.fields import read_fields
from tests.audit.judge import Judge, Stretch
from tests.audit.marks import addresses, records
from tests.histories.live import foreign_rows
from tests.histories.others import Others
from tests.histories.world import Ran

_EXITS = {
    "apply": (0, 1, 3, 4),
    "plan": (0, 2, 4),
    "drift": (0, 2, 4),
    "provision": (0, 1, 4),
    "destroy": (0, 1, 3, 4),
    "adopt": (0, 1, 4),
}
_EXITS |= {"state": (0, 4), "restore": (0, 4), "history": (0, 1)}


def check_any(ran: Ran, others: Others, home: Path) -> list[str]:
    """What holds for every command."""
    always = [*_expected_exit(ran), *_secrets(ran, ran.pin)]
    if ran.before is ran.after:
        return always
    return [
        *always,
        *_announced(ran),
        *_foreign(ran, others),
        *_own_blocks(ran, others),
        *_passages(ran, others),
        *_exported(ran, others, home.parents[1]),
        *_in_history(ran, home),
        *_recompiled(ran),
    ]


def check_after_apply(ran: Ran) -> list[str]:
    """What holds for an apply that went through."""
    return [
        f"{ran}: the plan has errors"
        for each in ran.plan.get("diagnostics", ())
        if each["severity"] == "error"
    ]


def check_quiet(again: Ran) -> list[str]:
    """An apply after an apply: an empty plan, and not one write."""
    wrong = [] if again.exit == 0 else [f"{again}: {again.stderr[-1500:]}"]
    for change in again.plan.get("changes", ()):
        paths = [(each["path"], each["verdict"], each["effect"]) for each in change["fields"]]
        wrong.append(
            f"not settled after an apply: {change['address']} {change['action']} {change['reason']} {paths}"
        )
    return wrong or [f"not silent after an apply: {method} {path}" for method, path in again.writes]


def _secrets(ran: Ran, pin: str) -> Iterator[str]:
    """Nothing says one."""
    if any(pin in text for text in (ran.stdout, ran.stderr, *map(str, ran.plans))):
        yield f"{ran}: it says the secret {pin!r}"


def _expected_exit(ran: Ran) -> Iterator[str]:
    if "unexpected" in ran.stderr:
        yield f"{ran}: {ran.stderr[-1500:]}"
    if ran.exit is not None and ran.exit not in _EXITS.get(ran.verb, (0,)):
        yield f"{ran}: no such exit status"
    if ran.exit is None and (ran.fault is None or not ran.fault.kind.startswith("kill")):
        yield f"{ran}: it died"


@cache
def _judge() -> Judge:
    return Judge(read_fields(), read_consequences())


def _announced(ran: Ran) -> Iterator[str]:
    """Double entry: every difference of the server's rows was announced."""
    if not ran.entries:
        return  # on the real server the auditor of the tests looks on
    stretch = Stretch(ran.before, ran.after, commands_of(ran.entries))
    for finding in _judge().findings(stretch):
        yield f"{ran}: {finding.text}"


def _foreign(ran: Ran, others: Others) -> Iterator[str]:
    """What is not ours is as it was."""
    was = foreign_rows(ran.before, others.foreign, ran.after)
    now = foreign_rows(ran.after, others.foreign, ran.before)
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            yield f"{ran}: of others: {key} was {was.get(key)}, is {now.get(key)}"


def _own_blocks(ran: Ran, others: Others) -> Iterator[str]:
    """What an agent made at run time is there, with its value."""
    was, now = ran.before.rows("block"), ran.after.rows("block")
    for block, value in others.own_blocks.items():
        if block in was and (block not in now or now[block]["value"] != was[block]["value"]):
            text = now[block]["value"] if block in now else "gone"
            yield f"{ran}: block {block} that an agent made held {value!r}, is {text!r}"


def _passages(ran: Ran, others: Others) -> Iterator[str]:
    """What an agent put aside is there, and with the agent or its successor."""
    if not others.passages:
        return
    archives = {row["text"]: row["archive_id"] for row in ran.after.rows("archival_passages").values()}
    holders = {row["archive_id"]: row["agent_id"] for row in ran.after.rows("archives_agents").values()}
    there = addresses(ran.after)
    for text, agent in others.passages.items():
        if text not in archives:
            yield f"{ran}: passage {text!r} is gone"
            continue
        named = [address for address, ids in addresses(ran.before).items() if agent in ids]
        forks = ran.before.texts["agents"]  # bear the same mark, and take no agent's place
        successors = [each for address in named for each in there.get(address, ()) if each not in forks]
        has_ended = agent in ran.before.texts["agents"] and agent not in ran.after.texts["agents"]
        if has_ended and ran.exit == 0 and successors:
            others.passages[text] = successors[0]
            if holders.get(archives[text]) not in successors:
                yield f"{ran}: passage {text!r} was not carried from {agent} to {successors}"


def _exported(ran: Ran, others: Others, folder: Path) -> Iterator[str]:
    """What ended with an agent was put into a file first."""
    was, now = ran.before.texts.get("conversations", {}), ran.after.texts.get("conversations", {})
    ended = [text for each, text in others.conversations.items() if each in was and each not in now]
    exports = (folder / "letta-reconciler").rglob("*") if ended else ()
    saved = [file.read_text(encoding="utf-8") for file in exports if file.is_file()]
    for text in ended:
        if not any(text in each for each in saved):
            yield f"{ran}: what was said in a conversation, {text!r}, ended and is in no export"


def _in_history(ran: Ran, home: Path) -> Iterator[str]:
    """Every value that was overwritten or deleted."""
    was, now, ours = ran.before.rows("block"), ran.after.rows("block"), records(ran.before)
    ended = [
        row["value"]
        for key, row in was.items()
        if key not in ours and row["value"] and (key not in now or now[key]["value"] != row["value"])
    ]
    kept = _kept(home) if ended else set()
    for value in ended:
        if value not in kept:
            yield f"{ran}: {value!r} ended, and is not in the history"


def _recompiled(ran: Ran) -> Iterator[str]:
    """Every agent was told to make its prompt anew of which that was announced."""
    if (
        ran.exit != 0 or ran.verb != "apply" or not ran.entries
    ):  # on the real server writes are not noted here
        return
    there = addresses(ran.after)
    for change in ran.plan.get("changes", ()):
        for operation in (*change.get("operations", ()), *change.get("afterwards", ())):
            ids = (
                change.get("id"),
                *there.get(operation.get("address", ""), ()),
            )  # an app may take marks off
            sent = [("POST", f"/v1/agents/{each}/recompile") in ran.writes for each in ids]
            if operation["op"] == "recompile" and not any(sent):
                yield f"{ran}: {operation['address']} was to make its prompt anew, and was never told"


def _kept(home: Path) -> set[str]:
    found: set[str] = set()
    for file in home.glob("*.state.db"):
        with closing(sqlite3.connect(file)) as connection:
            found |= {value for (value,) in connection.execute("SELECT value FROM history")}
    return found
