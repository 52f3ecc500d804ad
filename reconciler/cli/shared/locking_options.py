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

from reconciler.cli.shared.options import gathering
from reconciler.cli.shared.strict import OptionalNumber

if TYPE_CHECKING:
    from reconciler.apply.apply_lock import Terms
    from reconciler.apply.wait_for_idle import Patience
    from reconciler.cli.shared.place import Place
    from reconciler.remote.write.safe_create import Doubt
    from reconciler.waits import Waits

LONGEST_WAIT = 600.0
"""Seconds `--wait` waits when nobody says how many."""
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Alone:
    """How a run makes sure that it is the only one, and what it waits for."""

    lock_timeout: float = 0.0
    remote_lock: bool = True
    patience: float | None = None
    wait: float | None = None
    """Seconds to wait for agents that are running; None does not."""
    shard: str = ""
    """Such as `2/5`: runs of other shards are no rivals on the server."""

    def terms(self, place: Place, waits: Waits) -> Terms:
        """The lease in the state file, and the lock on the server unless it is not wanted."""
        from reconciler.apply.apply_lock import Terms
        from reconciler.lock.in_state_file import lease_terms
        from reconciler.lock.on_server import server_terms

        command = unlock_command(place)
        lease = lease_terms(self.lock_timeout, command, waits)
        if not self.remote_lock:
            return Terms(lease)
        settle = self.doubt().patience
        server = server_terms(self.lock_timeout, f"{command} --remote-lock", settle, waits)
        return Terms(lease, server, self.shard)

    def patience_with_agents(self, waits: Waits) -> Patience | None:
        """How long to wait for agents that are running; None defers what would disturb them."""
        if self.wait is None:
            return None
        from reconciler.apply.wait_for_idle import Patience

        return Patience(self.wait, waits=waits)

    def doubt(self) -> Doubt:
        """How long the server is given to finish what lost its answer."""
        from reconciler.remote.write.safe_create import Doubt

        return Doubt() if self.patience is None else Doubt(patience=self.patience)


def unlock_command(place: Place) -> str:
    """What takes the lock away, wherever it is typed."""
    words = ["reconciler", "unlock", "--project", place.project, "--url", place.url]
    return shlex.join([*words, *place.options_of_state])


def alone_options(command: F) -> F:
    """`--lock-timeout`, `--no-remote-lock`, `--patience`, `--wait`: passed on as `alone`."""
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
        click.option(
            "--remote-lock/--no-remote-lock",
            default=True,
            envvar="RECONCILER_REMOTE_LOCK",
            help="Lock on the server too while something is made or deleted, for machines without a common "
            "state file; two reads and two writes.  [default: remote-lock]",
        ),
        click.option(
            "--patience",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            envvar="RECONCILER_PATIENCE",
            help="After a lost answer: how long the server may take to finish a create.  [default: 10]",
        ),
        click.option(
            "--wait",
            cls=OptionalNumber,
            is_flag=False,
            flag_value=LONGEST_WAIT,
            type=click.FloatRange(min=0),
            metavar="[SECONDS]",
            help="Wait for agents with a run in flight, at most so long, not defer them; and until files are "
            f"processed.  [without SECONDS: {LONGEST_WAIT:g}]",
        ),
    )
