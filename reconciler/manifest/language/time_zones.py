"""Time zones the server can know: the names of IANA.

In: a name. Out: whether there is such a zone, and which one may have been meant. It must not refuse anything
on a machine that has no table of zones at all.
"""

from __future__ import annotations

import difflib
import functools
import zoneinfo
from pathlib import Path

_NAMES_FILE = "time_zones.txt"
"""Names of 2026: some systems leave out the older ones, which servers take all the same."""
_NO_ZONES = frozenset(("localtime", "Factory"))


@functools.cache
def known_zones() -> frozenset[str]:
    """Every name there is; nothing where this machine has no table."""
    here = frozenset(zoneinfo.available_timezones() - _NO_ZONES)
    if not here:
        return frozenset()
    return here.union(Path(__file__).with_name(_NAMES_FILE).read_text(encoding="utf-8").split())


def is_zone(name: str) -> bool:
    """Whether a name can be a time zone, as far as this machine can tell."""
    known = known_zones()
    return not known or name in known


def similar_zone(name: str) -> str:
    """A hint naming the zone that may have been meant."""
    spelled = name.strip().replace(" ", "_").lower()
    by_spelling = {zone.lower(): zone for zone in sorted(known_zones())}
    by_city = {spelling.rpartition("/")[2]: spelling for spelling in by_spelling}
    near = difflib.get_close_matches(spelled, by_spelling, n=1)
    near = near or [by_city[city] for city in difflib.get_close_matches(spelled, by_city, n=1)]
    return f"did you mean {by_spelling[near[0]]!r}?" if near else "write a name of IANA, as Europe/Berlin"
