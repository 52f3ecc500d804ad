"""Which things belong together.

In: things and the links between them. Out: groups of things that are linked, also through others. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable


def components(things: Collection[str], links: Iterable[Collection[str]]) -> list[list[str]]:
    """Each group sorted, the groups in the order of their first members."""
    leader = {thing: thing for thing in things}

    def find(thing: str) -> str:
        while leader[thing] != thing:
            leader[thing] = thing = leader[leader[thing]]
        return thing

    for link in links:
        known = [thing for thing in link if thing in leader]
        for thing in known[1:]:
            leader[find(thing)] = find(known[0])
    found: dict[str, list[str]] = {}
    for thing in sorted(things):
        found.setdefault(find(thing), []).append(thing)
    return sorted(found.values())
