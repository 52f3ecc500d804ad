"""All guards that judge a plan, in the order in which they object; a new one is one module and one line here.

In: nothing. Out: the guards. It must not judge anything.
"""

from __future__ import annotations

from reconciler.guard import errors, restored
from reconciler.guard.endings import background_agent, cascade, data_loss, in_use, protected, rebuilt
from reconciler.guard.judged import Guard
from reconciler.guard.limits import change_percent, deletes, overwrites, prune_all

GUARDS: tuple[Guard, ...] = (
    errors.GUARD,
    protected.GUARD,
    data_loss.GUARD,
    cascade.GUARD,
    background_agent.GUARD,
    in_use.GUARD,
    deletes.GUARD,
    overwrites.GUARD,
    change_percent.GUARD,
    prune_all.GUARD,
    rebuilt.GUARD,
    restored.GUARD,
)
