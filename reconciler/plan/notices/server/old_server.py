"""R231 `old-server`: a server older than the oldest this is tested with.

In: the version of the server. Out: one warning. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import OLD_SERVER

OLDEST = (0, 16)
"""The oldest server this is tested with."""


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """One; of a version that cannot be read nothing is said."""
    found = re.match(r"(\d+)\.(\d+)", compared.read.version)
    if found and (int(found[1]), int(found[2])) < OLDEST:
        yield NOTICE.finds(version=compared.read.version, oldest=".".join(map(str, OLDEST)))


NOTICE = Notice(
    OLD_SERVER,
    message="the server is Letta {version}; {oldest} is the oldest this is tested with",
    why="older ones treat tags, limits and groups differently",
    fix="",
    judge=judge,
)
