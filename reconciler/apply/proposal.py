"""A plan, and the live state it was made from.

In: both. Out: what can be asked of them together: whether the guards object, and whose set ends. It must not
read or write.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.guard import Allowance, check
from reconciler.plan import Plan, Reason
from reconciler.plan.records.next_record import trusted
from reconciler.values import Desired, Live, Owner, serials_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done, and what that was worked out from."""

    plan: Plan
    live: Live
    desired: Desired = field(default_factory=lambda: Desired(""))
    """What is declared, users whom programs provisioned among them; nothing for a plan made by hand."""

    def check(self, allowance: Allowance) -> None:
        """UnsafePlan when the guards object."""
        check(self.plan, self.live, allowance)

    def trusted(self) -> Proposal:
        """The same with records that are believed again, though they were made anew from marks."""
        return replace(self, plan=trusted(self.plan, self.live))

    def pruned_sets(self) -> dict[Owner, int]:
        """Users of whom nothing is declared any more and everything goes, with the number of the last write
        of their record, 0 where there is none."""
        going = {change.address for change in self.plan.changes if change.reason is Reason.NOT_DECLARED}
        staying = {address.owner for address in self.live.resources.keys() - going}
        pruned = {address.owner for address in going} - staying - {Owner()}
        return serials_of(self.live.records, sorted(pruned, key=str))

    @property
    def written_sets(self) -> frozenset[Owner]:
        """Sets whose record is written, without those that end."""
        return frozenset(each.after.owner for each in self.plan.records) - self.pruned_sets().keys()
