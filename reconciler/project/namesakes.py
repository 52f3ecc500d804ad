"""Says where an apply would make a second agent of a name that is there already, as after it was let go.

In: a plan, and a look at agents of nobody and of other projects. Out: the plan with a warning for each, which
offers to take the old one over. It must not write, nor decide anything: two agents of one name are allowed.
Only sets of which something is there are looked at: a fresh set costs no request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from reconciler.errors import Diagnostic, Severity
from reconciler.plan import Action, Change, Plan
from reconciler.remote import Transport
from reconciler.remote.read.server_facts import named_agents
from reconciler.values import Address

_MOST_SETS = 8
"""One request for each set that gets agents; a run that makes more sets than this asks nothing."""
_SHORTEST = 4
"""Characters of a beginning that is worth looking for."""


def with_namesakes(plan: Plan, transport: Transport, said: Collection[Address]) -> Plan:
    """The plan, and what is there under the names it would give; of the addresses that were `said` the plan
    tells already."""
    begun = {Address.parse(text).owner for text in plan.ids}
    made = [
        change
        for change in plan.changes
        if change.action is Action.CREATE and change.address.kind == "agent" and change.address.owner in begun
    ]
    starts = _starts(made)
    if not starts or len(starts) > _MOST_SETS:
        return plan
    found: dict[str, list[tuple[str, str]]] = {}
    for start in starts:
        for name, server_id, projects in named_agents(transport, start):
            if plan.project not in projects:
                found.setdefault(name, []).append((server_id, next(iter(projects), "")))
    warnings = tuple(_warnings([each for each in made if each.address not in said], found))
    return replace(plan, diagnostics=(*plan.diagnostics, *warnings), reads=plan.reads + len(starts))


def _starts(made: list[Change]) -> list[str]:
    """What the names of each set begin with."""
    names: dict[object, list[str]] = {}
    for change in made:
        names.setdefault(change.address.owner, []).append(change.server_name)
    starts = map(_common_start, names.values())
    return sorted({start for start in starts if len(start) >= _SHORTEST})


def _common_start(names: list[str]) -> str:
    pairs = zip(min(names), max(names), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _warnings(made: list[Change], found: Mapping[str, list[tuple[str, str]]]) -> Iterator[Diagnostic]:
    """`found` holds id and project of each; those of nobody come first."""
    for change in made:
        agents = sorted(found.get(change.server_name, []), key=lambda each: bool(each[1]))
        if agents:
            several = f"{len(agents)} agents are" if len(agents) > 1 else "an agent is"
            named = ", ".join(f"{each} of project {other!r}" if other else each for each, other in agents)
            server_id, other = agents[0]
            yield Diagnostic(
                f"{several} called {change.server_name!r} already ({named}); this makes another one",
                where=change.origin,
                address=str(change.address),
                why="another project took it over, or made it"
                if other
                else "nobody marked it as this one: it was let go, or somebody else made it",
                hint=f"if it is this one: reconciler adopt {change.address} {server_id}"
                + (" --take-over" if other else ""),
                severity=Severity.WARNING,
            )
