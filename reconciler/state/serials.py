"""The highest number of a write that this machine saw in the record of each set.

In: records as they were read or written. Out: those sets whose record is behind what was seen before, as
after the restore of a backup of the server. A record in another block is another one: its numbers begin anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.state.store import State
from reconciler.values import Owner, SetRecord


@dataclass(frozen=True, slots=True)
class _Seen:
    record: str
    serial: int

    def is_of(self, record: SetRecord) -> bool:
        """Whether both are about one block; what was just made has no id yet."""
        return not self.record or not record.id or self.record == record.id


class Serials:
    """The numbers of one project."""

    def __init__(self, state: State) -> None:
        self._state = state

    def learn(self, records: Mapping[Owner, SetRecord], *, is_everything: bool = False) -> dict[Owner, int]:
        """Note what is newer, and tell which sets are behind: the number that was seen before.

        Where the records are those of everything, sets without one are forgotten.
        """
        known = self._known() if is_everything else self._known_of(records)
        behind = {
            owner: known[owner].serial
            for owner, record in records.items()
            if owner in known and known[owner].is_of(record) and record.serial < known[owner].serial
        }
        new = (record for owner, record in records.items() if owner not in behind)
        ended = known.keys() - records.keys() if is_everything else ()
        self._write((each for each in new if known.get(each.owner) != _seen(each)), ended)
        return behind

    def believe(self, records: Iterable[SetRecord]) -> None:
        """Note these as they are, also where a higher number was seen before."""
        self._write(records, ())

    def _known_of(self, owners: Iterable[Owner]) -> dict[Owner, _Seen]:
        """Of these sets alone: there may be a hundred thousand others."""
        sql = "SELECT record, serial FROM serials WHERE owner = ?"
        found = ((owner, row) for owner in owners for row in self._state.rows(sql, str(owner)))
        return {owner: _Seen(str(record), int(serial)) for owner, (record, serial) in found}

    def _known(self) -> dict[Owner, _Seen]:
        rows = self._state.rows("SELECT owner, record, serial FROM serials")
        return {Owner.parse(str(owner)): _Seen(str(record), int(serial)) for owner, record, serial in rows}

    def _write(self, records: Iterable[SetRecord], ended: Iterable[Owner]) -> None:
        rows = [(str(each.owner), each.id, each.serial) for each in records]
        gone = [(str(owner),) for owner in ended]
        if rows or gone:
            with self._state.transaction() as connection:
                connection.executemany("DELETE FROM serials WHERE owner = ?", gone)
                connection.executemany("INSERT OR REPLACE INTO serials VALUES (?, ?, ?)", rows)


def _seen(record: SetRecord) -> _Seen:
    return _Seen(record.id, record.serial)
