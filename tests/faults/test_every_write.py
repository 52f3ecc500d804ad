"""Each kind of fault at every single write of the reference apply: converged, nothing twice, no orphan.

The tests take one write of each kind: half of the kinds is cut off before, the other half after the server
did it; `test_killed` has the halves the other way round. The soak takes every write, both ways.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.proxy import WEATHER, Fault, Proxy, every_first, no_faults, once
from tests.faults.reference import Reference

ONE_BY_ONE = (Fault.RESET_BEFORE, Fault.LOST_AFTER)

LOCK = ("POST /v1/folders/ ", "DELETE /v1/folders/ID ")
"""Taken before the first resource is made, given back after the last."""
SIGN_OF_LIFE = "PATCH /v1/folders/ID "
"""What a lock that is held for long shows."""


Choice = Callable[[list[str], int], list[str]]
"""Labels of all writes, and which half; the writes to look at."""


def kind_of(label: str) -> tuple[str, str, str]:
    """Method, path, and what kind of resource is written; the lock is none."""
    method, path, subject = label.split(" ", 2)
    return method, path, subject.split("/")[-2] if "/" in subject else subject


def one_of_each_kind(writes: list[str], half: int) -> list[str]:
    """The last of its kind: by then most has happened that could go wrong again."""
    return list({kind_of(label): label for label in writes}.values())[half::2]


def every_write(writes: list[str], half: int) -> list[str]:
    """All of them."""
    del half
    return writes


WHICH_WRITES = pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(one_of_each_kind, id="one of each kind"),
        pytest.param(every_write, id="every write", marks=pytest.mark.soak),
    ],
)


def writes_of_an_apply(world: Reference, proxy: Proxy) -> list[str]:
    """Found out, not written down."""
    proxy.rule = no_faults
    proxy.sent.clear()
    assert world.apply(proxy.url).is_complete
    world.assert_converged()
    writes = proxy.writes()
    assert len(writes) == len(set(writes)) == 16 + len(LOCK) + 1  # the record of the set
    assert (writes[0], writes[-1]) == LOCK
    return writes


@WHICH_WRITES
@pytest.mark.parametrize("fault", ONE_BY_ONE, ids=lambda fault: fault.value)
def test_a_fault_at_each_single_write_of_an_apply(
    world: Reference, proxy: Proxy, fault: Fault, chosen: Choice
) -> None:
    for label in chosen(writes_of_an_apply(world, proxy), ONE_BY_ONE.index(fault)):
        world.start_over()
        proxy.hit.clear()
        proxy.rule = once(label, fault)
        outcome = world.apply(proxy.url)
        assert [met for _, met in proxy.hit] == [fault]
        assert outcome.is_complete, (label, [r.error for r in outcome.results if r.error])
        world.assert_converged()


@pytest.mark.parametrize("fault", WEATHER, ids=lambda fault: fault.value)
def test_a_fault_at_all_writes_of_an_apply(world: Reference, proxy: Proxy, fault: Fault) -> None:
    if fault in (Fault.SLOW, Fault.LATE):
        world.timeout, world.patience = 3.0, 60.0  # all of it arrives: nobody waits so long
    proxy.rule = every_first(fault)
    outcome = world.apply(proxy.url)
    assert len({sent.label for sent, _ in proxy.hit} - {SIGN_OF_LIFE}) == 16 + len(LOCK) + 1
    assert outcome.is_complete, [str(result.error) for result in outcome.results if result.error]
    world.assert_converged()
