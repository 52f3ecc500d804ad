"""Commands that a sentence tells a person to type, held against the command line.

In: the text of a hint. Out: the commands in it, each parsed as the shell and `reconciler` would.
"""

from __future__ import annotations

import re
import shlex

import click

from reconciler.cli.main import cli as main

_COMMAND = re.compile(r"reconciler ([a-z][a-z-]*(?: [^;,]*)?)")


def commands(text: str) -> list[list[str]]:
    """Words of every command, without `reconciler` itself; a sentence goes on after a comma or semicolon."""
    return [shlex.split(found) for found in _COMMAND.findall(text)]


def parse(words: list[str]) -> str:
    """The command as it is understood; click.UsageError where nothing understands it."""
    group: click.Command = main
    context = click.Context(main, info_name="reconciler")
    while isinstance(group, click.Group):
        name, command, words = group.resolve_command(context, words)
        assert command is not None
        group, context = command, click.Context(command, parent=context, info_name=name)
    group.make_context(context.info_name, list(words), parent=context.parent)
    return context.command_path
