"""What a notice is shown, and what a notice is.

In: what is desired and live, and what a plan makes of it. Out: two types. A notice is a `Check` whose judge
yields what a person must know before the plan is carried out; it must not stop anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from reconciler.compare import Comparison, left_out
from reconciler.plan.changes import PlanOptions
from reconciler.plan.identity.server_names import Names
from reconciler.plan.identity.taken_over import Contested
from reconciler.plan.model import Change
from reconciler.rules import Check
from reconciler.values import Address, Desired, Live, LiveResource, Scope


@dataclass(frozen=True)
class Compared:
    """One plan while it is made."""

    declared: Desired
    """What the manifests want of the run, also of kinds that the server lacks; nothing where it destroys."""
    read: Live
    """The world as the server was read."""
    asked: Scope
    """What the run was asked to be about."""
    let_go: frozenset[Address] = frozenset()
    """What others took over and nothing declares any more."""
    desired: Desired = field(default_factory=lambda: Desired(""))
    """What is declared, and what the server will imply."""
    live: Live = field(default_factory=Live)
    """The world under the addresses the plan calls it by, without what was let go."""
    scope: Scope = field(default_factory=Scope)
    """What the run is about, without what is refused."""
    options: PlanOptions = field(default_factory=PlanOptions)
    comparisons: Mapping[Address, Comparison] = field(default_factory=dict)
    beyond: tuple[Comparison, ...] = ()
    """Of resources that the run is not about and that name something which is replaced."""
    changes: tuple[Change, ...] = ()
    names: Names = field(default_factory=Names)
    contested: tuple[Contested, ...] = ()

    @cached_property
    def unmanaged(self) -> Mapping[tuple[str, str], LiveResource]:
        """What is not of this project, by kind and name on the server."""
        return {(resource.kind, resource.server_name): resource for resource in self.live.unmanaged}

    @cached_property
    def left_out(self) -> Mapping[Address, Address]:
        """What the run would be about but for something it needs: which that is."""
        return left_out(self.desired, self.live, self.scope)


Notice: TypeAlias = Check[Compared]
