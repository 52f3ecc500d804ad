"""The embedded server: a real Letta 0.16.8 with its own PostgreSQL, for tests, demos and trying things out.

In: a name and a home directory. Out: ServerInstance, to bring it up, reset, look at and take down.
It must not import letta_client or anything of the reconciler but its errors.
"""

from reconciler.server.errors import ServerError
from reconciler.server.instance import ServerInstance
from reconciler.server.progress import Progress, Step
from reconciler.server.state import ServerStatus

__all__ = ["Progress", "ServerError", "ServerInstance", "ServerStatus", "Step"]
