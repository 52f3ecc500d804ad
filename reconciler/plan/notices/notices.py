"""All notices of a plan, in the order in which they are said; a new one is one module and one line here.

In: what was compared. Out: everything a person must know, each with the code of its rule. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity import (
    block_elsewhere,
    copied_mark,
    duplicates,
    handed_over,
    in_doubt,
    let_go,
    other_constellation,
    rename,
    run_time_block,
    same_group,
    second_copy,
    stranger,
    unreadable_record,
)
from reconciler.plan.notices.memory import file_paths_stay, files_stay_closed, limit_below_value
from reconciler.plan.notices.needs import (
    crossing,
    names_replaced,
    needs_absent,
    needs_excluded,
    needs_missing,
    needs_refused,
    unknown_tool,
)
from reconciler.plan.notices.server import (
    cannot_be_made,
    git_memory,
    name_circle,
    name_in_use,
    name_taken,
    not_kept,
    old_server,
    skipped,
    unsupported,
)

OF_IDENTITY: tuple[Notice, ...] = (
    unreadable_record.NOTICE,
    in_doubt.NOTICE,
    stranger.NOTICE,
    handed_over.NOTICE,
    copied_mark.NOTICE,
    let_go.NOTICE,
    duplicates.NOTICE,
)
"""What can be said of the world alone."""
NOTICES: tuple[Notice, ...] = (
    old_server.NOTICE,
    git_memory.NOTICE,
    unsupported.NOTICE,
    skipped.NOTICE,
    run_time_block.NOTICE,
    *OF_IDENTITY,
    needs_excluded.NOTICE,
    needs_refused.NOTICE,
    name_taken.NOTICE,
    same_group.NOTICE,
    cannot_be_made.NOTICE,
    unknown_tool.NOTICE,
    needs_absent.NOTICE,
    crossing.NOTICE,
    needs_missing.NOTICE,
    limit_below_value.NOTICE,
    not_kept.NOTICE,
    name_in_use.NOTICE,
    name_circle.NOTICE,
    names_replaced.NOTICE,
    file_paths_stay.NOTICE,
    files_stay_closed.NOTICE,
    second_copy.NOTICE,
    rename.NOTICE,
    other_constellation.NOTICE,
    block_elsewhere.NOTICE,
)


def noticed(compared: Compared, notices: Iterable[Notice] = NOTICES) -> Iterator[Diagnostic]:
    """Every finding of these notices."""
    for notice in notices:
        yield from notice.judge(compared)
