"""Asks before something is changed.

In: a question. Out: nothing, or NotConfirmed. Where nobody can be asked, nothing is done.
"""

from __future__ import annotations

import sys

import click

from reconciler.errors import NotConfirmed


def can_ask() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, command: str) -> None:
    """NotConfirmed unless a person types yes; `command` is what to type where nobody can be asked."""
    if not can_ask():
        raise NotConfirmed(
            "nothing was applied: nobody confirmed it", why="there is no terminal to ask on", hint=command
        )
    if not click.confirm(question, default=False, err=True):
        raise NotConfirmed("nothing was applied")
