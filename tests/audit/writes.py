"""Each write that went through the proxy belongs to something that was announced.

In: requests, claims. Out: those that belong to none. One that is sent again belongs where the first one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tests.audit.claims import Claim
from tests.audit.commands import Write
from tests.audit.marks import records
from tests.audit.whereabouts import Whereabouts

_ID = re.compile(r"[a-z_]+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def unmatched(
    writes: Iterable[Write],
    claims: Iterable[Claim],
    addresses: frozenset[str],
    where: Whereabouts,
    *,
    is_writing: bool,
) -> Iterator[Write]:
    """Writes to no id that was announced and with the mark of no address that was; locks are bookkeeping."""
    ids = {str(value) for claim in claims for value in claim.match.values()}
    for write in writes:
        named = _ID.findall(write.path)
        if is_writing and (_is_lock(write, named, where) or _is_record(write, named, where)):
            continue
        if named and named[0] in ids:
            continue
        if write.subject not in addresses:
            yield write


def _is_record(write: Write, named: list[str], where: Whereabouts) -> bool:
    """The block that holds the record of a set, to be made or by its id."""
    ours = records(where.before) | records(where.after)
    return write.subject.startswith("record ") or bool(named and named[0] in ours)


def _is_lock(write: Write, named: list[str], where: Whereabouts) -> bool:
    """A folder without a mark that is not there before or after, or is a lock."""
    if not write.path.startswith("/v1/folders/") or write.subject:
        return False
    rows = [s.rows("sources").get(each) for each in named for s in (where.before, where.after)]
    return all(row is None or str(row["name"]).startswith("letta-reconciler lock ") for row in rows)
