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
    """The agent wants tool calls approved and waits."""
    APPROVAL_ANSWER = "approval_answer"
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
    "approval_response_message": Kind.APPROVAL_ANSWER,
    "error_message": Kind.ERROR,
    "user_message": Kind.USER,
    "system_message": Kind.SYSTEM,
}
_SILENT = ("ping", "usage_statistics", "stop_reason")
_ANSWERED = (Kind.APPROVAL, Kind.ASSISTANT, Kind.TOOL_RETURN)
"""What comes after a request for approval that was answered, beside the request itself."""
_DONE = ("end_turn", "tool_rule", "")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool that an agent made, or wants to make."""

    id: str
    name: str
    arguments: str
    """As JSON."""


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
    date: str = ""
    """When it was said, ISO 8601; empty where the server does not tell."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Those of a tool call or of a request for approval."""


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
    def approval(self) -> Message | None:
        """The request for approval the agent waits with; None when it waits for nothing."""
        last = next((each for each in reversed(self.messages) if each.kind in _ANSWERED), None)
        return last if last is not None and last.kind is Kind.APPROVAL else None

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
    calls = _calls(row) if kind in (Kind.TOOL_CALL, Kind.APPROVAL) else ()
    returned = str(row.get("name") or "") if kind is Kind.TOOL_RETURN else ""
    return Message(
        kind,
        calls[0].arguments if calls else _text(row, kind),
        "" if kind in (Kind.USER, Kind.SYSTEM) else speaker,
        calls[0].name if calls else returned,
        kind is Kind.ERROR or (kind is Kind.TOOL_RETURN and row.get("status") == "error"),
        str(row.get("id") or ""),
        str(row.get("date") or ""),
        calls,
    )


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
            calls = _joined_calls(last.tool_calls, piece.tool_calls)
            whole[-1] = replace(
                last, text=last.text + piece.text, tool=last.tool or piece.tool, tool_calls=calls
            )
        else:
            whole.append(piece)
    return tuple(whole)


def _stop(answer: Mapping[str, Any]) -> str:
    stop = answer.get("stop_reason")
    return str(stop.get("stop_reason") or "") if isinstance(stop, dict) else ""


def _tokens(usage: object) -> int:
    found = usage.get("total_tokens") if isinstance(usage, dict | Mapping) else 0
    return found if isinstance(found, int) else 0


def _calls(row: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """A list where there may be several; one where an old server, or a piece of a stream, names one."""
    found = row.get("tool_calls") or row.get("tool_call")
    rows = found if isinstance(found, list) else [found]
    return tuple(
        ToolCall(*(str(call.get(key) or "") for key in ("tool_call_id", "name", "arguments")))
        for call in rows
        if isinstance(call, dict)
    )


def _joined_calls(whole: tuple[ToolCall, ...], piece: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    """Pieces of one call put together: later ones may lack its id and name."""
    calls = list(whole)
    for call in piece:
        if calls and call.id in ("", calls[-1].id):
            last = calls[-1]
            calls[-1] = ToolCall(last.id, last.name or call.name, last.arguments + call.arguments)
        else:
            calls.append(call)
    return tuple(calls)


def _text(row: Mapping[str, Any], kind: Kind) -> str:
    keys = {
        Kind.REASONING: ("reasoning", "hidden_reasoning"),
        Kind.TOOL_RETURN: ("tool_return",),
        Kind.ERROR: ("message", "detail", "content"),
    }.get(kind, ("content",))
    found = next((row[key] for key in keys if row.get(key) is not None), "")
    if isinstance(found, list):
        return "".join(str(part.get("text", "")) for part in found if isinstance(part, dict))
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
