"""Takes one live resource, named by its server id, for one declared address.

In: an address, an id, what is declared and everything on the server. Out: what is adopted: the resource and,
with an agent, the private blocks that hang on it. It must not choose anything by itself.
"""

from __future__ import annotations

from reconciler.adopt.candidates import said
from reconciler.adopt.matching import Matching, World, private_blocks
from reconciler.errors import ForeignOwner, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.values import Address, Desired, LiveResource


def match_id(desired: Desired, world: World, address: Address, server_id: str, take_over: bool) -> Matching:
    """The resource of this id for this address; refused when it cannot be or belongs to somebody else."""
    _check_declared(desired, address)
    live = world.resources.get(server_id)
    if live is None:
        raise ReconcilerError(
            f"the server has no {address.kind} {server_id}",
            why="it is neither an agent, block, group, source nor a custom tool there",
            hint="reconciler export --all shows what is there",
        )
    _check_free(world, address, live)
    owner = world.owners.get(server_id)
    if owner and not take_over:
        raise ForeignOwner(
            f"{said(live)} belongs to {owner}",
            why="it carries their mark, and foreign resources are never changed",
            hint="have them forget it, or take it from them: --take-over",
        )
    if address.kind == "agent":
        return private_blocks(desired, world, address, server_id, take_over)
    return Matching({address: live})


def _check_declared(desired: Desired, address: Address) -> None:
    if address.kind not in KINDS:
        raise ReconcilerError(f"there is no kind {address.kind!r}", hint=f"one of: {', '.join(KINDS)}")
    if address not in desired.resources:
        raise ReconcilerError(
            f"{address} is not declared in the manifests",
            why="only what is declared can be adopted",
            hint="declare it first; reconciler render shows every declared address",
        )


def _check_free(world: World, address: Address, live: LiveResource) -> None:
    if live.kind != address.kind:
        raise ReconcilerError(f"{live.id} is a {live.kind}, {address} is a {address.kind}")
    if live.marker is not None and live.marker.address == address:
        raise ReconcilerError(f"{address} is {live.id} already: there is nothing to adopt")
    if live.marker is not None:
        raise ForeignOwner(
            f"{said(live)} is {live.marker.address} of this project already",
            hint=f"rename it by `moved`, or: reconciler state forget {live.marker.address}",
        )
    ours = world.live.resources.get(address)
    if ours is not None:
        raise ForeignOwner(
            f"{address} is another resource already: {said(ours)}",
            hint=f"reconciler state forget {address}, then adopt again",
        )
