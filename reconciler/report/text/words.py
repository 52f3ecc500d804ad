"""The words of a plan in English: signs, reasons, verdicts, counts.

In: the enums of plan and values. Out: short phrases. One place, so that text, markdown and progress say
the same; a new enum member fails the type check here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from reconciler.compare import FieldChange
from reconciler.plan.model import Action, Change, Reason
from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.printable import ELLIPSIS, safe
from reconciler.values import UNSET, Carry, Effect, Verdict

SIGNS: dict[Action, Span] = {
    Action.CREATE: Span("+", Tone.ADD),
    Action.UPDATE: Span("~", Tone.CHANGE),
    Action.REPLACE: Span("-/+", Tone.REPLACE),
    Action.DELETE: Span("-", Tone.REMOVE),
    Action.ADOPT: Span("+", Tone.ADD),
    Action.FORGET: Span("-", Tone.DIM),
    Action.ATTACH: Span("+", Tone.ADD),
    Action.DETACH: Span("-", Tone.REMOVE),
    Action.KEEP: Span("=", Tone.KEEP),
    Action.DEFER: Span("=", Tone.KEEP),
}

PAST: dict[Action, str] = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.REPLACE: "replaced",
    Action.DELETE: "deleted",
    Action.ADOPT: "adopted",
    Action.FORGET: "forgotten",
    Action.ATTACH: "attached",
    Action.DETACH: "detached",
    Action.KEEP: "kept",
    Action.DEFER: "deferred",
}


def reason_of(change: Change) -> str:
    """Why a change is in the plan."""
    phrase = _REASONS[change.reason]
    if change.action is Action.KEEP and change.reason is Reason.NOT_DECLARED:
        phrase += "; it stays, only --prune deletes"
    if change.action is Action.DEFER and change.reason not in LEFT_OUT:
        phrase = f"not now, the agent has a run in flight; {phrase}"
    held = {"message": change.messages, "archival passage": change.passages}
    lost = [count(number, what) for what, number in held.items() if number and change.destroys]
    return "; ".join([phrase, *(f"{each} will be lost" for each in lost), *_handed_on(change)])


def _handed_on(change: Change) -> Iterator[str]:
    """Who else gets the new one, and what goes to it before an old one ends."""
    if change.used_by and change.action is Action.REPLACE:
        yield f"others that use it get it, too: {safe(', '.join(change.used_by))}"
    if change.takes_along and change.destroys:
        yield f"what the server made for it goes along: {safe(', '.join(change.takes_along))}"
    for operation in change.operations if change.action is Action.DELETE else ():
        if isinstance(operation, Carry):
            yield f"what came to it at run time goes to {safe(str(operation.address))} first"


LEFT_OUT = (Reason.OUTDATED, Reason.NEEDS_OUTDATED)
"""Why a change of a saved plan was left out."""

_REASONS: dict[Reason, str] = {
    Reason.NOT_FOUND: "not on the server yet",
    Reason.FIELD_CHANGED: "changed in the manifest",
    Reason.DRIFTED: "drifted: changed on the server since the last apply",
    Reason.IMMUTABLE_CHANGED: "a field changed which the server can only set at creation",
    Reason.MOVED: "renamed in the manifest; the resource and its memory stay",
    Reason.DEPENDENCY_REPLACED: "something it needs is replaced",
    Reason.MARKER_OUTDATED: "already as declared; only the note of the last apply is renewed",
    Reason.NOT_DECLARED: "no longer declared",
    Reason.MUST_NOT_EXIST: "declared as absent",
    Reason.DESTROY: "asked to be destroyed",
    Reason.LEARNED: "learned since the last apply; the live value stays",
    Reason.SEED_CHANGED: "its seed changed, but it has learned since; live stays (--reseed writes the seed)",
    Reason.ADOPTED: "taken over as it is; only the marker is written",
    Reason.TAKEN_OVER: "made at run time and declared now; what stands in it stays",
    Reason.RELEASED: "let go as it is; only the marker is taken off",
    Reason.MERGE_CONFLICT: "both the manifest and the agent changed it; nothing is written",
    Reason.RESEEDED: "its seed is written again, as asked",
    Reason.RESTORED: "an old value is put back, as asked",
    Reason.OUTDATED: "left out: the server moved since the plan was made",
    Reason.NEEDS_OUTDATED: "left out: it needs something that moved since the plan was made",
    Reason.MARK_LOST: "its mark was taken off on the server; known by its id, it is marked again",
    Reason.CROSSING: "tied to another user or project on the server; nothing says whose it is, so it stays",
    Reason.CANNOT_UNSET: "no longer declared, but the server cannot un-set it; the live value stays",
}


def verdict_of(field: FieldChange) -> Span:
    """What is worth saying about a field beyond its old and new value; often nothing."""
    said = _verdict(field)
    text = "; ".join(part for part in (said.text, field.note) if part)
    return Span(text, said.tone if said.text else Tone.DIM)


def _verdict(field: FieldChange) -> Span:
    match field.verdict:
        case Verdict.UNCHANGED | Verdict.INTENDED:
            return Span("")
        case Verdict.DRIFT:
            return Span(f"drift: {_moved(field)} on the server since the last apply", Tone.WARNING)
        case Verdict.LEARNED:
            return Span("learned: the live value stays", Tone.KEEP)
        case Verdict.CONVERGED:
            return Span("already so on the server", Tone.DIM)
        case Verdict.CONFLICT:
            return Span(f"conflict: changed here and on the server; {_resolution(field)}", Tone.WARNING)
        case _:
            assert_never(field.verdict)


def _moved(field: FieldChange) -> str:
    if field.live is UNSET:
        return "removed"
    return "added" if field.base is UNSET and field.desired is UNSET else "changed"


def _resolution(field: FieldChange) -> str:
    match field.effect:
        case Effect.WRITE:
            return "the manifest wins"
        case Effect.KEEP:
            return "the live value stays"
        case Effect.MERGE:
            return "nothing is written"
        case Effect.NOTHING | Effect.RECORD:
            return "nothing is written"
        case _:
            assert_never(field.effect)


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 change`, `1,234 changes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def left_out(number: int, noun: str) -> Line:
    """The line below what a cap cut: `… 3 more places`."""
    return line(Span(f"{ELLIPSIS} {count(number, f'more {noun}')}", Tone.DIM))


def size(octets: int) -> str:
    """A number of bytes for people."""
    if octets < 1000:
        return f"{octets} B"
    amount = float(octets)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 1000:
            return f"{amount:.1f} {unit}"
    return f"{amount:.0f} GB"
