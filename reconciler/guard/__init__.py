"""Guards: what stops a plan that would do more harm than its author may have meant."""

from reconciler.guard.check import check
from reconciler.guard.counted_losses import Losses, losses_of
from reconciler.rules import Allowance

__all__ = ["Allowance", "Losses", "check", "losses_of"]
