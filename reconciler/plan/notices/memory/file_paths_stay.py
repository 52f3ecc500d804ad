"""R242 `file-paths-stay`: a source gets another name, and its files keep the old one in their paths.

In: comparisons. Out: one warning for all sources. Pure. The server writes the path of a file (`source/file`)
once, when the file is uploaded (letta 0.16.8, measured): only another upload changes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.memory.one_or_many import listed, place_of
from reconciler.rules.notices import FILE_PATHS_STAY
from reconciler.values import UNSET, Effect, LiveResource, field_of


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """One line for all of them."""
    found = {
        address: (each.live.server_name, str(field.desired))
        for address, each in compared.comparisons.items()
        if address.kind == "source" and each.live is not None and has_files(each.live)
        for field in each.fields
        if field.path == "name" and field.effect is Effect.WRITE and field.desired is not UNSET
    }
    if not found:
        return
    first, (old, new) = min(found.items(), key=lambda item: item[0].order)
    is_one = len(found) == 1
    yield NOTICE.finds(
        address=place_of(found),
        whose="its files" if is_one else f"files of {len(found)} renamed sources",
        paths=f": {old}/… and not {new}/…" if is_one else "",
        which=listed(found),
        first=first,
        old=old,
    )


def has_files(source: LiveResource | None) -> bool:
    """Whether a source is there and has some."""
    return source is not None and any(field_of(path) == "files" for path in source.leaves)


NOTICE = Notice(
    FILE_PATHS_STAY,
    message="{whose} keep their paths{paths}",
    why="the server writes the path of a file once, when it is uploaded{which}",
    fix="prompts that name a path of {first} go on with {old}/…; a file that changes gets the new path",
    judge=judge,
)
