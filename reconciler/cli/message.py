"""`reconciler message`: say something to an agent or a group and watch the answer come.

In: an address and a text. Out: what the assistant says on stdout, what else happens on stderr. Every message
is sent once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.options import DURATION, Target, output_options, server_options
from reconciler.cli.shared.output import say
from reconciler.cli.shared.place import place_of
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import ReconcilerError
from reconciler.values import Address

if TYPE_CHECKING:
    from reconciler.runtime import AgentHandle, Exchange, GroupHandle, Message

EPILOG = """\b
Examples:
  reconciler message pattern/42/agent/pattern "Where were we?"
  reconciler message pattern/42/group/main "I am stuck" --json
  echo "a long text" | reconciler message pattern/42/agent/archive -
"""


@command(epilog=EPILOG)
@click.argument("address")
@click.argument("text")
@click.option(
    "--answer-timeout",
    type=DURATION,
    default="120s",
    show_default=True,
    help="For one answer of one agent.",
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared; not needed with --project and --url.",
)
@server_options
@output_options
def message(
    address: str, text: str, answer_timeout: float, manifests: Path, target: Target, screen: Screen
) -> None:
    """Say something to an agent or a group."""
    from reconciler.runtime.services import parts_of

    named = _parsed(address)
    said = sys.stdin.read() if text == "-" else text
    known = target.project and target.url
    place = place_of(target, None if known else project.open_manifests((manifests,)))
    with project.open_session(place, target, screen.warn) as session:
        handle = _handle(parts_of(session), named)
        if screen.wants_json:
            exchange = handle.exchange(said, timeout=answer_timeout)
            screen.document(lambda: _document(named, exchange))
        if not screen.as_json:
            pieces = exchange.messages if screen.wants_json else handle.stream(said, timeout=answer_timeout)
            if not _show(pieces, screen, is_group=named.kind == "group"):
                raise ReconcilerError(f"{named} gave no answer", hint="-v shows what it did")


def _handle(parts: Any, address: Address) -> AgentHandle | GroupHandle:
    from reconciler.runtime import UserSet

    user = UserSet(parts, address.owner)
    return user.agent(address.name) if address.kind == "agent" else user.group(address.name)


def _show(pieces: Iterable[Message], screen: Screen, *, is_group: bool) -> bool:
    """What is said on stdout, piece by piece; a name before it where several speak. Whether it went well."""
    from reconciler.runtime import Kind

    speaking, wrote, failed = "", False, False
    for piece in pieces:
        screen.display.answers()
        if piece.kind is Kind.ASSISTANT:
            if wrote and speaking != piece.id:
                say()
            if is_group and speaking != piece.id:
                say(f"{piece.speaker}: ", nl=False)
            say(piece.text, nl=False)
            sys.stdout.flush()
            speaking, wrote = piece.id, True
        elif piece.text:
            _aside(piece, screen)
            failed |= piece.kind is Kind.ERROR
    if wrote:
        say()
    return wrote or not failed


def _aside(piece: Message, screen: Screen) -> None:
    """Thoughts and deeds, for whoever wants them; an error is always said."""
    line = " ".join(f"{piece.kind.value} {piece.tool}".split())
    if piece.is_error:
        say(f"{line}: {piece.text}", err=True)
    elif screen.verbose:
        screen.note(f"{line}: {piece.text}")


def _document(address: Address, exchange: Exchange) -> str:
    from reconciler.report.json_documents import FORMAT_VERSION, to_text

    return to_text(
        {
            "format_version": FORMAT_VERSION,
            "address": str(address),
            "text": exchange.text,
            "stop_reason": exchange.stop_reason,
            "otid": exchange.otid,
            "tokens": exchange.tokens,
            "messages": [
                {
                    "kind": each.kind.value,
                    "speaker": each.speaker,
                    "text": each.text,
                    "tool": each.tool,
                    "is_error": each.is_error,
                }
                for each in exchange.messages
            ],
        }
    )


def _parsed(text: str) -> Address:
    try:
        address = Address.parse(text)
    except ValueError:
        address = None
    if address is None or address.kind not in ("agent", "group") or address.agent:
        raise click.UsageError(
            f"{text!r} names no agent or group; write constellation/user/agent/name or .../group/name"
        )
    return address
