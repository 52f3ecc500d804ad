"""Guards: what stops a plan that would do more harm than its author may have meant.

`judged` (what a guard is shown) first, then `guards` (all of them), `check`; one guard is one module.
"""

from reconciler.guard.check import check
from reconciler.guard.guards import GUARDS
from reconciler.guard.judged import Guard, Judged
from reconciler.guard.limits.counted_losses import Losses, losses_of
from reconciler.rules import Allowance

__all__ = ["GUARDS", "Allowance", "Guard", "Judged", "Losses", "check", "losses_of"]
