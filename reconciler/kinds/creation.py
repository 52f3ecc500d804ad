"""What the server wants before it makes a resource (letta 0.16.8).

In: leaves of a resource. Out: what stands in the way of a create, whatever is there already. Pure.
"""

from __future__ import annotations

NEEDED = {
    "agent": frozenset({"model"}),
    "source": frozenset({"embedding"}),
    "group": frozenset({"manager_agent"}),
}
"""By kind: declared fields without which it makes nothing; what is only observed is not sent."""

MADE_WITH_BACKGROUND = frozenset({"voice_convo_agent"})
"""Types of agents that it makes only with `enable_sleeptime`, and then with a background agent and a group of
its own, unless the agent has no embedding yet."""
