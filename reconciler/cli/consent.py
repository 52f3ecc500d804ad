"""The one door for consent: `--allow CODE[=N]`.

In: flags. Out: an Allowance passed on as `allowed`. It must not decide what is stopped: rules and guards do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.options import gathering
from reconciler.rules import Allowance, Grant, grant_of

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


def allow_option(command: F) -> F:
    """`--allow`: passed on as `allowed`."""
    return gathering(command, lambda allow: {"allowed": Allowance(allow)}, _allow)
