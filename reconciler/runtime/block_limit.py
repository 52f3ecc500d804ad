"""Characters, counted: what the server says it limits and does not.

In: a text and a limit. Out: nothing, or OverLimit.
"""

from __future__ import annotations

from reconciler.runtime.errors import OverLimit


def check_limit(value: str, limit: int | None, what: str) -> None:
    """OverLimit when the text has more characters than allowed; the server takes any (letta 0.16.8,
    measured).
    """
    if limit is not None and len(value) > limit:
        raise OverLimit(
            f"{what} would hold {len(value):,} characters, its limit is {limit:,}",
            why="nothing was written: the server does not enforce the limit",
            hint="shorten the text, or raise the limit in the manifest",
        )
