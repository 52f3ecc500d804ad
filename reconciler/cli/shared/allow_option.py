"""The one door for consent: `--allow CODE[=N]`.

In: flags. Out: an Allowance passed on as `allowed`. It must not decide what is stopped: rules and guards do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.shared.options import gathering
from reconciler.rules import DATA_LOSS, HISTORY_LOSS, Allowance, Grant, grant_of

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # generic only from click 8.5 on


class _GrantType(_ParamType):
    name = "RULE[=N]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Grant:
        if isinstance(value, Grant):
            return value
        try:
            return grant_of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_allow = click.option(
    "--allow",
    type=_GrantType(),
    multiple=True,
    help="Let a rule give way this once, by its name or code: deletes=12, data-loss. Repeatable.",
)


def consent_options(command: F) -> F:
    """`--allow` with the flags that were there before it; passed on as `allowed`."""
    return gathering(
        command,
        lambda allow, allow_data_loss, without_history: {
            "allowed": Allowance(
                (
                    *allow,
                    *([Grant(DATA_LOSS.name)] if allow_data_loss else []),
                    *([Grant(HISTORY_LOSS.name)] if without_history else []),
                )
            )
        },
        _allow,
        click.option("--allow-data-loss", is_flag=True, help="The same as --allow data-loss."),
        click.option("--without-history", is_flag=True, help="The same as --allow history-loss."),
    )


def allow_option(command: F) -> F:
    """`--allow`: passed on as `allowed`."""
    return gathering(command, lambda allow: {"allowed": Allowance(allow)}, _allow)
