"""One apply at a time: what keeps two runs from making the same thing twice.

Start at `lock`. `in_state_file` and `on_server` are the two places where a lock can lie, `names` says which
locks on a server exclude each other.
"""

from reconciler.lock.holder import Holder, Signature
from reconciler.lock.lock import Lock, LockTerms, held

__all__ = ["Holder", "Lock", "LockTerms", "Signature", "held"]
