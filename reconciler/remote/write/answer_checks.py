"""Reads the server's answers to writes with suspicion.

In: an answer and what was asked for. Out: ids, or an error that says what is missing. The server answers 200
to a create that silently dropped a block (letta 0.16.8, measured). It must not send anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.errors import Conflict, MalformedAnswer, RemoteError
from reconciler.kinds.tool_source import tool_name
from reconciler.remote.decode import decode
from reconciler.values import MESSAGES, UNSET, Address, Create, Delete, LiveResource, Update, digest, is_blank


def made(answer: object, address: Address) -> Mapping[str, Any]:
    """The object, which has an id."""
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise MalformedAnswer(f"the answer has no id: {address}")
    return answer


def agent_made(answer: Mapping[str, Any], create: Create, body: Mapping[str, Any]) -> Mapping[Address, str]:
    """Ids of the agent and its inline blocks; everything asked for hangs on it."""
    blocks = {row.get("label"): row.get("id") for row in _rows(answer, "blocks")}
    labels = {str(row["label"]) for row in body["memory_blocks"]}
    tools = {row.get("name") for row in _rows(answer, "tools")} | {
        row.get("id") for row in _rows(answer, "tools")
    }
    sources = {row.get("id") for row in _rows(answer, "sources")}
    missing = [
        *(f"block {label}" for label in sorted(labels - set(blocks))),
        *(f"block {block_id}" for block_id in _absent(body["block_ids"], blocks.values())),
        *(f"tool {tool}" for tool in _absent([*body["tools"], *body["tool_ids"]], tools)),
        *(f"source {source}" for source in _absent(body["folder_ids"], sources)),
    ]
    if missing:
        raise RemoteError(
            f"the server made {create.address} without {', '.join(missing)}",
            why="it drops what it does not know without a word",
            hint="apply again: it attaches what is missing",
        )
    inline = {block.address: str(blocks[row["label"]]) for block, row in _inline(create, body)}
    return {create.address: str(answer["id"]), **inline}


def tool_made(answer: Mapping[str, Any], create: Create) -> None:
    """The server takes the name from the source."""
    if answer.get("name") != create.server_name:
        raise RemoteError(
            f"{create.address}: the server calls the tool {answer.get('name')}",
            why=f"its function was expected to be called {create.server_name}",
            hint="give the function and the tool one name",
        )


def same_tool(answer: object, update: Update) -> None:
    """A rewrite by name hit the tool it was meant for."""
    if made(answer, update.address)["id"] != update.id:
        raise Conflict(
            f"{update.address}: another tool took its place on the server",
            why=f"{update.id} was expected",
            hint="make a new plan",
        )


def keeps_its_name(update: Update, live: Mapping[str, Any]) -> None:
    """The server would write over another tool, or make a second one, of a function of another name."""
    name, named = live.get("name"), tool_name(str(update.after.get("source_code")))
    if named != name:
        raise RemoteError(
            f"{update.address}: the source makes the tool {named or 'of no name'}, and no longer {name}",
            why="a tool is called what its function is called and cannot be renamed",
            hint="declare the renamed one as a new tool, or see what is wrong: reconciler validate",
        )


def names_its_tool(create: Create) -> None:
    """The server would write over whatever tool has the name it takes from the source."""
    named = tool_name(str(create.leaves.get("source_code")))
    if named != create.server_name:
        raise RemoteError(
            f"{create.address}: the source makes the tool {named or 'of no name'}, not {create.server_name}",
            why="the server takes the last function it meets, those inside others and methods at the end",
            hint="see what is wrong: reconciler validate",
        )


def name_is_free(create: Create, rows: Iterable[Mapping[str, Any]], project: str) -> None:
    """A create of a tool writes over one of the same name: only over our own, whose answer was lost."""
    for row in rows:
        marker = decode("tool", row, project).marker
        if row.get("name") == create.server_name and (marker is None or marker.address != create.address):
            raise Conflict(
                f"{create.address}: there is a tool {create.server_name} on the server already",
                why=f"{row.get('id')} is not ours, and would be overwritten",
                hint="take it over (reconciler adopt), or call this one something else",
            )


def still_silent(delete: Delete, messages: int) -> None:
    """An agent that had said nothing, so that nobody was asked and nothing saved, has not spoken since."""
    if delete.expect.get(MESSAGES) == digest(0) and messages:
        raise _moved_since(delete, "it got messages")


def unmoved(operation: Update | Delete, live: LiveResource) -> None:
    """What an agent may edit is as the plan saw it, or already as it shall be."""
    for path, expected in operation.expect.items():
        leaf = live.leaves.get(path, UNSET)
        wanted = operation.after.get(path, UNSET) if isinstance(operation, Update) else UNSET
        accepted = {expected} | ({digest(wanted)} if wanted is not UNSET else set())
        blanks = {digest(""), digest(None)}
        if leaf is not UNSET and digest(leaf) in accepted:
            continue
        if is_blank(leaf) and accepted & blanks:
            continue
        raise _moved_since(operation, f"{path} was edited")


def _moved_since(operation: Update | Delete, what: str) -> Conflict:
    return Conflict(
        f"{operation.address}: {what} since the plan was made; nothing was {_done(operation)}",
        why="an agent or a person changed it in the meantime",
        hint="make a new plan",
    )


def _done(operation: Update | Delete) -> str:
    return "deleted" if isinstance(operation, Delete) else "written"


def _rows(answer: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = answer.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _absent(wanted: Iterable[str], found: Iterable[object]) -> list[str]:
    have = set(found)
    return [one for one in wanted if one not in have]


def _inline(create: Create, body: Mapping[str, Any]) -> Iterable[tuple[Any, Mapping[str, Any]]]:
    return zip(create.inline, body["memory_blocks"], strict=True)
