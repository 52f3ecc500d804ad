"""A fifth of all requests fails, at random and in every way at once: it converges all the same."""

from __future__ import annotations

import pytest

from reconciler.errors import ReconcilerError
from tests.faults.proxy import WEATHER, Fault, Proxy, no_faults, storm
from tests.faults.reference import Reference

WITH_KILLS = (*WEATHER, Fault.KILL_BEFORE, Fault.KILL_AFTER)
SHARE = 0.2
TRIES = 10


def weather_a_storm(world: Reference, proxy: Proxy, seed: int) -> None:
    """Apply again and again until it says that it is done."""
    world.timeout, world.patience = 3.0, 10.0
    proxy.rule = storm(seed, SHARE, WEATHER)
    for _ in range(TRIES):
        try:
            if world.apply(proxy.url).is_complete:
                break
        except ReconcilerError:
            continue
    else:
        pytest.fail(f"storm {seed} was never weathered")
    assert proxy.hit
    world.assert_converged()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_storm_ends_as_good_weather_would(world: Reference, proxy: Proxy, seed: int) -> None:
    weather_a_storm(world, proxy, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_storms(world: Reference, proxy: Proxy, seed: int) -> None:
    weather_a_storm(world, proxy, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200, 220))
def test_storms_that_also_kill(world: Reference, proxy: Proxy, seed: int) -> None:
    world.patience = 10.0
    proxy.rule = storm(seed, SHARE, WITH_KILLS)
    for _ in range(3 * TRIES):
        process = world.command("apply", str(world.root), "--yes", "--json", url=proxy.url)
        proxy.kill = process.kill
        process.communicate(timeout=300)
        if process.returncode == 0:
            break
    proxy.rule = no_faults
    world.assert_converged()
