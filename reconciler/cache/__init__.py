"""The SQLite cache: server ids and what was last seen, so that look-ups need no request; old block values.

It can be deleted at any time; no plan depends on it, except that `merged` texts then conflict rather than
merge. Nothing else may open its file.
"""

from reconciler.cache.history import KEPT, History, OldValue
from reconciler.cache.journal import Ending, Intent, Journal
from reconciler.cache.lease import Holder, Lease, LeaseTerms, break_lease, held, holder_of
from reconciler.cache.location import default_path
from reconciler.cache.record import CachedResource, remembered
from reconciler.cache.store import Cache
from reconciler.cache.texts import AppliedText, Texts

__all__ = [
    "KEPT",
    "AppliedText",
    "Cache",
    "CachedResource",
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
    "default_path",
    "held",
    "holder_of",
    "remembered",
]
