"""What an agent made of one message: everything it said, did and thought, typed.

In: rows as the server sends them, whole or in pieces. Out: frozen messages and exchanges. Pure. A row of an
unknown type is kept as OTHER, so that nothing is lost when the server learns something new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any


class Kind(Enum):
    """What a message is."""

    ASSISTANT = "assistant"
    REASONING = "reasoning"
    TOOL_CALL = "tool_call"
    TOOL_RETURN = "tool_return"
    APPROVAL = "approval"
    """The agent wants a tool call approved and waits."""
    ERROR = "error"
    USER = "user"
    SYSTEM = "system"
    OTHER = "other"


_KINDS = {
    "assistant_message": Kind.ASSISTANT,
    "reasoning_message": Kind.REASONING,
    "hidden_reasoning_message": Kind.REASONING,
    "tool_call_message": Kind.TOOL_CALL,
    "tool_return_message": Kind.TOOL_RETURN,
    "approval_request_message": Kind.APPROVAL,
    "approval_response_message": Kind.APPROVAL,
    "error_message": Kind.ERROR,
    "user_message": Kind.USER,
    "system_message": Kind.SYSTEM,
}
_SILENT = ("ping", "usage_statistics", "stop_reason")
_DONE = ("end_turn", "tool_rule", "")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, or one piece of it when it was streamed."""

    kind: Kind
    text: str
    """What was said; of a tool call its arguments as JSON, of a tool return what came back."""
    speaker: str = ""
    """The agent, as the manifests call it."""
    tool: str = ""
    is_error: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message sent and everything that followed."""

    messages: tuple[Message, ...] = ()
    stop_reason: str = ""
    otid: str = ""
    """The name this message went by; the server keeps it."""
    tokens: int = 0
    was_recovered: bool = False
    """The answer was lost on its way and read from the agent's messages afterwards."""

    @property
    def text(self) -> str:
        """What the assistant said, without what it thought and did."""
        return "\n".join(m.text for m in self.messages if m.kind is Kind.ASSISTANT and m.text)

    @property
    def has_answer(self) -> bool:
        """Whether the agent came to an end of its own, or at least said something."""
        return bool(self.text) or self.stop_reason in _DONE


def message_of(row: Mapping[str, Any], speaker: str = "") -> Message | None:
    """One row; None for what is not a message."""
    kind_name = str(row.get("message_type") or "")
    if not kind_name or kind_name in _SILENT:
        return None
    kind = _KINDS.get(kind_name, Kind.OTHER)
    call = _call(row) if kind in (Kind.TOOL_CALL, Kind.APPROVAL) else {}
    tool = str(call.get("name") or (row.get("name") if kind is Kind.TOOL_RETURN else "") or "")
    is_error = kind is Kind.ERROR or (kind is Kind.TOOL_RETURN and row.get("status") == "error")
    return Message(kind, _text(row, kind, call), speaker, tool, is_error, str(row.get("id") or ""))


def exchange_of(
    answer: Mapping[str, Any], speaker: str, otid: str, *, was_recovered: bool = False
) -> Exchange:
    """A whole answer."""
    rows = [row for row in answer.get("messages") or () if isinstance(row, dict)]
    found = [message for row in rows if (message := message_of(row, speaker))]
    return Exchange(
        tuple(found), _stop(answer), otid, _tokens(answer.get("usage")), was_recovered=was_recovered
    )


def stop_reason_of(row: Mapping[str, Any]) -> str | None:
    """Why the agent stopped, when this row says so."""
    return str(row.get("stop_reason") or "") if row.get("message_type") == "stop_reason" else None


def tokens_of(row: Mapping[str, Any]) -> int:
    """The tokens a row of statistics counts."""
    return _tokens(row) if row.get("message_type") == "usage_statistics" else 0


def joined(pieces: Iterable[Message]) -> tuple[Message, ...]:
    """Streamed pieces of one message put together."""
    whole: list[Message] = []
    for piece in pieces:
        last = whole[-1] if whole else None
        if last and piece.id and (last.id, last.kind) == (piece.id, piece.kind):
            whole[-1] = replace(last, text=last.text + piece.text, tool=last.tool or piece.tool)
        else:
            whole.append(piece)
    return tuple(whole)


def _stop(answer: Mapping[str, Any]) -> str:
    stop = answer.get("stop_reason")
    return str(stop.get("stop_reason") or "") if isinstance(stop, dict) else ""


def _tokens(usage: object) -> int:
    found = usage.get("total_tokens") if isinstance(usage, dict | Mapping) else 0
    return found if isinstance(found, int) else 0


def _call(row: Mapping[str, Any]) -> Mapping[str, Any]:
    calls = row.get("tool_calls")
    call = row.get("tool_call") or (calls[0] if isinstance(calls, list) and calls else None)
    return call if isinstance(call, dict) else {}


def _text(row: Mapping[str, Any], kind: Kind, call: Mapping[str, Any]) -> str:
    if call:
        return str(call.get("arguments") or "")
    keys = {
        Kind.REASONING: ("reasoning", "hidden_reasoning"),
        Kind.TOOL_RETURN: ("tool_return",),
        Kind.ERROR: ("message", "detail", "content"),
    }.get(kind, ("content",))
    found = next((row[key] for key in keys if row.get(key) is not None), "")
    if isinstance(found, list):
        return "".join(str(part.get("text", "")) for part in found if isinstance(part, dict))
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
