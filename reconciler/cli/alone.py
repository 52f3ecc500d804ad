"""Options of commands that write: how they keep others out and how long they wait.

In: flags. Out: an Alone record passed on as `alone`, and the leases it stands for. It must not decide what is
written.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.options import gathering

if TYPE_CHECKING:
    from reconciler.cache import LeaseTerms
    from reconciler.cli.place import Place
    from reconciler.execute.idle import Patience
    from reconciler.remote.certain import Doubt
    from reconciler.remote.lock import RemoteTerms

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Alone:
    """How a run makes sure that it is the only one, and what it waits for."""

    lock_timeout: float = 0.0
    remote_lock: bool = False
    patience: float | None = None
    wait: bool = False

    def terms(self, place: Place) -> LeaseTerms:
        """The lease in the cache."""
        from reconciler.cache import LeaseTerms

        return LeaseTerms(patience=self.lock_timeout, unlock_command=unlock_command(place))

    def remote_terms(self, place: Place) -> RemoteTerms | None:
        """The lock on the server, when it is asked for."""
        if not self.remote_lock:
            return None
        from reconciler.cache.process import this_process
        from reconciler.remote.lock import RemoteTerms

        me = this_process()
        who = f"{me.who} on {me.host}, process {me.pid}"
        command = f"{unlock_command(place)} --remote-lock"
        return RemoteTerms(who, patience=self.lock_timeout, unlock_command=command)

    def patience_with_agents(self) -> Patience | None:
        """How long to wait for agents that are running; None defers what would disturb them."""
        if not self.wait:
            return None
        from reconciler.execute.idle import Patience

        return Patience()

    def doubt(self) -> Doubt:
        """How long the server is given to finish what lost its answer."""
        from reconciler.remote.certain import Doubt

        return Doubt() if self.patience is None else Doubt(patience=self.patience)


def unlock_command(place: Place) -> str:
    """What takes the lock away, wherever it is typed."""
    words = ["reconciler", "unlock", "--project", place.project, "--url", place.url]
    return shlex.join([*words, "--cache", str(place.cache)])


remote_lock_option = click.option(
    "--remote-lock",
    is_flag=True,
    envvar="RECONCILER_REMOTE_LOCK",
    help="Also lock on the server, for machines without a common cache; two more writes.",
)


def alone_options(command: F) -> F:
    """`--lock-timeout`, `--remote-lock`, `--patience`, `--wait`: passed on as `alone`."""
    return gathering(
        command,
        lambda lock_timeout, remote_lock, patience, wait: {
            "alone": Alone(lock_timeout, remote_lock, patience, wait)
        },
        click.option(
            "--lock-timeout",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            default=0.0,
            show_default=True,
            envvar="RECONCILER_LOCK_TIMEOUT",
            help="How long to wait for another apply.",
        ),
        remote_lock_option,
        click.option(
            "--patience",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            envvar="RECONCILER_PATIENCE",
            help="After a lost answer: how long the server may take to finish a create.  [default: 10]",
        ),
        click.option("--wait", is_flag=True, help="Wait for agents with a run in flight, not defer them."),
    )
