"""Fleet statistics: one row for each field of a template, however many users have it.

In: findings and the declared resources that are there. Out: rows, the worst first. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reconciler.drift.model import Deleted, Row
from reconciler.plan.model import Finding
from reconciler.values import Address, field_of

Key = tuple[str, str]


def statistics(
    drift: Iterable[Finding],
    deleted: Iterable[Deleted],
    conflicts: Iterable[Finding],
    learned: Iterable[Finding],
    declared: Iterable[Address],
) -> tuple[Row, ...]:
    """`declared` are all resources that are, or should be, on the server."""
    drifted = _users(drift)
    drifted.update((template_of(each.address), "") for each in deleted)
    both, grown = _users(conflicts), _users(learned)
    have = Counter(map(template_of, declared))
    rows = (
        Row(what, field, drifted[what, field], grown[what, field], both[what, field], have[what])
        for what, field in {*drifted, *both, *grown}
    )
    return tuple(sorted(rows, key=_worst_first))


def template_of(address: Address) -> str:
    """The address for every user: `pattern/*/agent/entropy`."""
    if address.owner.is_shared:
        return str(address)
    return f"{address.owner.constellation}/*/{str(address).removeprefix(f'{address.owner}/')}"


def _users(findings: Iterable[Finding]) -> Counter[Key]:
    """How many resources of a template moved in a field; members of one field count once."""
    moved = {(finding.address, _field(finding.field.path)) for finding in findings}
    return Counter((template_of(address), field) for address, field in moved)


def _field(path: str) -> str:
    return field_of(path) if path.endswith("]") else path


def _worst_first(row: Row) -> tuple[int, int, int, str, str]:
    return (-row.drifted, -row.conflicts, -row.learned, row.what, row.field)
