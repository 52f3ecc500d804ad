"""What can go wrong with the embedded server that a person can cause or mend.

In: what, why and what to type next. Out: one exception the command line prints as it is.
It must not wrap bugs of ours: those keep their traceback.
"""

from __future__ import annotations

from reconciler.errors import ReconcilerError


class ServerError(ReconcilerError):
    """The embedded server cannot be installed, started, reset or stopped."""


class EnvironmentBroken(ServerError):
    """The server's own Python environment could not be made."""


class DatabaseFailed(ServerError):
    """PostgreSQL did not start, or refused a statement."""


class PortTaken(ServerError):
    """Something else listens where the server should."""


class ServerDied(ServerError):
    """The server process ended, or never answered, while we waited for it."""


def from_os_error(error: OSError, doing: str) -> ServerError:
    """An operating system error, such as a full disk or a missing permission, in one message."""
    where = f" {error.filename}" if error.filename else ""
    return ServerError(
        f"{doing} failed{where and ' at' + where}",
        why=error.strerror or str(error),
        hint="free space, fix the permissions, or set LETTA_RECONCILER_HOME to a directory you can write",
    )
