"""The rules of what is said with a plan or a drift report, R2xx: their codes, their names and their levels.

In: nothing. Out: the table. It must not know how a rule is judged: the notices of `plan`, `apply`, `adopt`
and `drift` do that.

    R20x, R21x   who is who: records, marks, copies, renames
    R22x         what a declared resource needs
    R23x         what the server has, and has not
    R24x         values and files
"""

from __future__ import annotations

from reconciler.rules.rule import Level, Rule

UNREADABLE_RECORD = Rule(
    "R201",
    "unreadable-record",
    Level.ERROR,
    "a set whose record on the server cannot be read, or is there twice",
)
DUPLICATES = Rule(
    "R202",
    "duplicates",
    Level.ERROR,
    "resources that bear the mark of one address, none of which is known to be it",
)
IN_DOUBT = Rule(
    "R203",
    "in-doubt",
    Level.REFUSED,
    "an address whose resource lost its mark, where its id or place does not tell",
)
STRANGER = Rule(
    "R204",
    "stranger",
    Level.REFUSED,
    "a resource that bears the mark of an address, but was not made by an apply",
)
HANDED_OVER = Rule(
    "R205",
    "handed-over",
    Level.REFUSED,
    "a declared resource that another project, or somebody else, took over",
)
LET_GO = Rule("R206", "let-go", Level.WARNING, "what others took over and is declared here no more")
COPIED_MARK = Rule("R207", "copied-mark", Level.WARNING, "a copy that bears the mark of a known resource")
SECOND_COPY = Rule(
    "R208",
    "second-copy",
    Level.WARNING,
    "what is made although another project has it, as after a project was renamed",
)
NAMESAKE = Rule("R209", "namesake", Level.WARNING, "an agent that is made although one of its name is there")
SAME_GROUP = Rule(
    "R210", "same-group", Level.WARNING, "a group that is made although one of the same agents is there"
)
RUN_TIME_BLOCK = Rule(
    "R211",
    "run-time-block",
    Level.ERROR,
    "a declared block that was made at run time and cannot be taken over in place",
)
RENAME = Rule("R212", "rename", Level.WARNING, "what looks like a rename that no `moved` says")
OTHER_CONSTELLATION = Rule(
    "R213", "other-constellation", Level.WARNING, "a user who gets another constellation than before"
)
BLOCK_ELSEWHERE = Rule(
    "R214",
    "block-elsewhere",
    Level.WARNING,
    "a block that is declared at another place of its set, with no `moved`",
)
LOST_MARK = Rule(
    "R215", "lost-mark", Level.WARNING, "marks that an app took off; the next apply restores them"
)

NEEDS_EXCLUDED = Rule(
    "R221", "needs-excluded", Level.WARNING, "what is left out as it needs what --exclude leaves out"
)
NEEDS_REFUSED = Rule("R222", "needs-refused", Level.WARNING, "what is left out as it needs what is refused")
NEEDS_ABSENT = Rule("R223", "needs-absent", Level.ERROR, "what names a resource that must not exist")
NEEDS_MISSING = Rule(
    "R224", "needs-missing", Level.ERROR, "what needs a resource that is not there and outside the run"
)
NAMES_REPLACED = Rule(
    "R225", "names-replaced", Level.ERROR, "what names a resource that is replaced, but is excluded itself"
)
UNKNOWN_TOOL = Rule("R226", "unknown-tool", Level.ERROR, "an agent with a tool that the server does not have")

OLD_SERVER = Rule("R231", "old-server", Level.WARNING, "a server older than the oldest this is tested with")
GIT_MEMORY = Rule("R232", "git-memory", Level.ERROR, "an agent that keeps its memory in git")
UNSUPPORTED = Rule(
    "R233", "unsupported", Level.ERROR, "declared resources of a kind that the server does not have"
)
SKIPPED = Rule("R234", "skipped", Level.WARNING, "the same, where --skip-unsupported leaves them out")
NAME_TAKEN = Rule(
    "R235",
    "name-taken",
    Level.ERROR,
    "a source or tool to be made whose name something not of this project has",
)
NAME_IN_USE = Rule(
    "R236", "name-in-use", Level.ERROR, "a source that takes a name which another one does not give up"
)
NAME_CIRCLE = Rule("R237", "name-circle", Level.ERROR, "sources that take each other's names")
HANGING_RUN = Rule(
    "R238", "hanging-run", Level.WARNING, "a run that the server forgot; it does not count as running"
)

LIMIT_BELOW_VALUE = Rule(
    "R241", "limit-below-value", Level.WARNING, "a limit that becomes smaller than the value that was learned"
)
FILE_PATHS_STAY = Rule(
    "R242", "file-paths-stay", Level.WARNING, "a renamed source whose files keep their old paths"
)
FILES_STAY_CLOSED = Rule(
    "R243",
    "files-stay-closed",
    Level.WARNING,
    "an agent that gets a source back, whose files stay closed to it",
)
OVER_LIMIT = Rule("R244", "over-limit", Level.WARNING, "a block that holds more than its limit (drift)")
NOT_KEPT = Rule(
    "R245",
    "not-kept",
    Level.WARNING,
    "a value that was applied as declared and is not kept by the server",
)
CANNOT_BE_MADE = Rule(
    "R246", "cannot-be-made", Level.ERROR, "a resource that the server would refuse to make as it is declared"
)

NOTICES = (
    UNREADABLE_RECORD,
    DUPLICATES,
    IN_DOUBT,
    STRANGER,
    HANDED_OVER,
    LET_GO,
    COPIED_MARK,
    SECOND_COPY,
    NAMESAKE,
    SAME_GROUP,
    RUN_TIME_BLOCK,
    RENAME,
    OTHER_CONSTELLATION,
    BLOCK_ELSEWHERE,
    LOST_MARK,
    NEEDS_EXCLUDED,
    NEEDS_REFUSED,
    NEEDS_ABSENT,
    NEEDS_MISSING,
    NAMES_REPLACED,
    UNKNOWN_TOOL,
    OLD_SERVER,
    GIT_MEMORY,
    UNSUPPORTED,
    SKIPPED,
    NAME_TAKEN,
    NAME_IN_USE,
    NAME_CIRCLE,
    HANGING_RUN,
    LIMIT_BELOW_VALUE,
    FILE_PATHS_STAY,
    FILES_STAY_CLOSED,
    OVER_LIMIT,
    NOT_KEPT,
    CANNOT_BE_MADE,
)
"""In the order of their codes."""
