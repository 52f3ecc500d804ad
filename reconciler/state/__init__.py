"""What this machine alone knows: old values of blocks, the journal of writes, the lease, texts of merges."""

from reconciler.state.history import KEPT, History, OldValue
from reconciler.state.journal import Ending, Intent, Journal
from reconciler.state.lease import Holder, Lease, LeaseTerms, break_lease, held, holder_of
from reconciler.state.texts import AppliedText, Texts

__all__ = [
    "KEPT",
    "AppliedText",
    "Ending",
    "History",
    "Holder",
    "Intent",
    "Journal",
    "Lease",
    "LeaseTerms",
    "OldValue",
    "Texts",
    "break_lease",
    "held",
    "holder_of",
]
