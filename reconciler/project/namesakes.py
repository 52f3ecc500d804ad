"""R209 `namesake`: an agent is made although one of its name is there, as after that was let go.

In: a plan, and a look at agents of nobody and of other projects. Out: the plan with a warning for each, which
offers to take the old one over. It must not write, nor decide anything: two agents of one name are allowed.
Only sets of which something is there are looked at: a fresh set costs no request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from reconciler.errors import Diagnostic
from reconciler.plan import Action, Change, Plan
from reconciler.remote import Transport
from reconciler.remote.read.server_facts import named_agents
from reconciler.rules import Check
from reconciler.rules.notices import NAMESAKE
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
    warnings = tuple(judge(Named([each for each in made if each.address not in said], found)))
    return replace(plan.saying(*warnings), reads=plan.reads + len(starts))


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


@dataclass(frozen=True, slots=True)
class Named:
    """Agents that are made, and id and project of what is called so already; '' is the project of nobody."""

    made: Sequence[Change]
    found: Mapping[str, Sequence[tuple[str, str]]]


def judge(named: Named) -> Iterator[Diagnostic]:
    """Each agent, with those of its name; those of nobody come first."""
    for change in named.made:
        agents = sorted(named.found.get(change.server_name, ()), key=lambda each: bool(each[1]))
        if agents:
            server_id, other = agents[0]
            yield NOTICE.finds(
                where=change.origin,
                address=change.address,
                several=f"{len(agents)} agents are" if len(agents) > 1 else "an agent is",
                name=change.server_name,
                which=", ".join(f"{each} of project {of!r}" if of else each for each, of in agents),
                because="another project took it over, or made it"
                if other
                else "nobody marked it as this one: it was let go, or somebody else made it",
                id=server_id,
                take_over=" --take-over" if other else "",
            )


NOTICE: Check[Named] = Check(
    NAMESAKE,
    message="{several} called {name!r} already ({which}); this makes another one",
    why="{because}",
    fix="if it is this one: reconciler adopt {address} {id}{take_over}",
    judge=judge,
)
