"""Everything that talks to a Letta server; the only package that may import letta_client, and lazily.

In: Desired and Scope to read by, Operations to write. Out: Live, server ids, and errors of this project.
It must not decide what is written: that is in the plan.
"""

from reconciler.remote.http.connection import Connection
from reconciler.remote.http.retry import RetryPolicy
from reconciler.remote.http.transport import Counts, Transport, connect
from reconciler.remote.read.reader import Capabilities, Reader
from reconciler.remote.read.survey import Survey
from reconciler.remote.write.writer import Writer

__all__ = [
    "Capabilities",
    "Connection",
    "Counts",
    "Reader",
    "RetryPolicy",
    "Survey",
    "Transport",
    "Writer",
    "connect",
]
