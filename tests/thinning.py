"""Which server tests a run of the whole suite leaves to the soak.

In: the collected tests, and tests/thinned.yaml. Out: those that get the mark `soak`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import yaml

THINNED = Path(__file__).with_name("thinned.yaml")


def read_thinned() -> dict[str, int]:
    """How many tests stay, by file or function."""
    found: dict[str, int] = yaml.safe_load(THINNED.read_text(encoding="utf-8"))
    return found


def is_everything(config: pytest.Config) -> bool:
    """Whether the whole suite was asked for, be it of one mark."""
    option = config.option
    is_narrowed = option.keyword or option.deselect or getattr(option, "lf", False)
    asked = {Path(argument).resolve() for argument in config.args}
    return not is_narrowed and asked == {config.rootpath / "tests"}


def left_to_the_soak(names: Sequence[str], thinned: Mapping[str, int]) -> Iterator[int]:
    """Positions of the tests that do not stay.

    `names` are node ids in order; a function that has an entry of its own does not count for its file.
    pytest.UsageError for an entry that names no test, or thins nothing.
    """
    groups: dict[str, list[int]] = {entry: [] for entry in thinned}
    for position, name in enumerate(names):
        function = name.partition("[")[0]
        for entry in (function, function.partition("::")[0]):
            if entry in groups:
                groups[entry].append(position)
                break
    for entry, positions in groups.items():
        if len(positions) <= thinned[entry]:
            has = f"{entry} has {len(positions)} tests, {thinned[entry]} are to stay"
            raise pytest.UsageError(f"{THINNED.name}: {has}")
        stays = set(_spread(len(positions), thinned[entry]))
        yield from (position for number, position in enumerate(positions) if number not in stays)


def _spread(size: int, most: int) -> Iterator[int]:
    """So many numbers below `size`, the first and the last among them where there are two."""
    if most == 1:
        yield 0
        return
    yield from (round(number * (size - 1) / (most - 1)) for number in range(most))
