"""Options that let something be lost on purpose.

In: flags. Out: a Loss record passed on as `loss`. It must not decide what is lost: guards and Executor do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from reconciler.cli.options import gathering

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Loss:
    """What a person allows to be lost in this one run."""

    data: bool = False
    """Agents that have messages; these are saved to files first."""
    history: bool = False
    """Old values of blocks, where the cache cannot take them."""


def loss_options(command: F) -> F:
    """`--allow-data-loss`, `--without-history`: passed on as `loss`."""
    return gathering(
        command,
        lambda allow_data_loss, without_history: {"loss": Loss(allow_data_loss, without_history)},
        click.option(
            "--allow-data-loss",
            is_flag=True,
            help="Delete agents although they have messages; these are saved to files first.",
        ),
        click.option(
            "--without-history",
            is_flag=True,
            help="Go on also where an old block value cannot be stored first.",
        ),
    )
