"""Commands that take no empty value: what is left of `--user "$USER"` when nothing is in the variable.

In: the words of a command line and the environment. Out: a usage error, or the command as click runs it. It
must not know what any option means.

An option or argument given as nothing (or blanks) never means "the default" or "everybody". The same holds
for a variable of the environment that an option reads: unset it, or put something in. Switches are told apart
by their being there, and secrets (LETTA_API_KEY) may be empty: there is no key then.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from typing import Any

import click


class StrictCommand(click.Command):
    """A command that refuses empty values before anything reads them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's own, after a look at the bare words: as a path `''` would be the current folder."""
        args = list(self._with_numbers(ctx, args))
        if not ctx.resilient_parsing:
            given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
            for parameter in self.get_params(ctx):
                _refuse_blank(parameter, given.get(parameter.name or ""), ctx)
        return super().parse_args(ctx, args)

    def _with_numbers(self, ctx: click.Context, args: list[str]) -> Iterator[str]:
        """The words, where an option without its number has the usual one: click would take what follows."""
        usual = {
            name: option.flag_value
            for option in self.get_params(ctx)
            if isinstance(option, OptionalNumber)
            for name in option.opts
        }
        for word, following in zip(args, [*args[1:], ""], strict=False):
            is_bare = word in usual and not _is_number(following)
            yield f"{word}={usual[word]}" if is_bare else word


class OptionalNumber(click.Option):
    """An option whose number may be left out; `flag_value` is the usual one."""


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


command = functools.partial(click.command, cls=StrictCommand)
"""Declares a command; `@command(epilog=...)`."""


def _refuse_blank(parameter: click.Parameter, given: Any, ctx: click.Context) -> None:
    words = list(_words(given))
    if any(not word.strip() for word in words):
        raise click.BadParameter(
            "nothing is given; is a variable not set? Give a value, or leave it out", ctx, parameter
        )
    if words or _is_switch(parameter):
        return
    for name in _variables(parameter):
        if not os.environ.get(name, "set").strip():
            raise click.UsageError(
                f"the environment variable {name} is set to nothing; put a value in, or type: unset {name}",
                ctx,
            )


def _words(given: Any) -> Iterator[str]:
    """The texts somebody typed for one parameter; click marks what is absent with objects of its own."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, list | tuple):
        for each in given:
            yield from _words(each)


def _is_switch(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and parameter.is_flag


def _variables(parameter: click.Parameter) -> Iterable[str]:
    named = parameter.envvar
    return [named] if isinstance(named, str) else named or ()
