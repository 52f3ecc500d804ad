"""Answers of two servers in a form in which they can be compared.

In: exchanges with one server. Out: for each request what was answered, with names in place of ids and without
times. It must not know which server answered.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.audit.snapshot import Snapshot
from tests.simulated.recorded import Exchange

_ID = re.compile(r"(?:agent|block|source|file|group|tool|message|passage)-[0-9a-f]{8}-[0-9a-f-]{27}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"]*")
_DEFAULT = re.compile(r"^The (persona|human) block\b.*", re.DOTALL)
_OWN_TIMES = {"created_at", "updated_at", "date", "expires", "since", "made"}
_NEVER = {"message_ids", "owner", "process", "who", "salt", "left", "writes", "processing_status", "run"}
"""What is drawn anew by each run, or takes time on a real server only."""
_MARK = "letta-reconciler:address="
_RUN = re.compile(r"letta-reconciler:run=[0-9a-f]+")


class Names:
    """What each id stands for, learned from the rows that bear it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, body: Any) -> None:
        """From an answer."""
        if isinstance(body, list):
            for each in body:
                self.learn(each)
        elif isinstance(body, dict):
            if isinstance(body.get("id"), str):
                self._names.setdefault(body["id"], _name_of(body))
            for each in body.values():
                self.learn(each)

    def put(self, text: str) -> str:
        """The text with names for ids."""
        text = _RUN.sub("letta-reconciler:run", text)
        return _ID.sub(lambda found: self._names.get(found[0], found[0].partition("-")[0]), text)


def comparable(exchanges: Iterable[Exchange], names: Names) -> dict[str, list[Any]]:
    """By request: all answers to it, in an order of their own."""
    found = list(exchanges)
    for each in found:
        names.learn(each.body)
    answers: dict[str, list[Any]] = defaultdict(list)
    for each in found:
        body = None if each.path.endswith("/recompile") else _plain(each.body, names)
        answers[_request(each, names)].append({"status": each.status, "body": body})
    return {request: sorted(each, key=_text) for request, each in sorted(answers.items())}


def comparable_rows(real: Snapshot, simulated: Snapshot, names: tuple[Names, Names]) -> Iterator[str]:
    """Where the tables of a simulated server are not those of a real one, of the columns that it has."""
    for table in sorted(simulated.texts):
        rows = [row for row in simulated.rows(table).values() if _counts(table, row)]
        columns = {column for row in rows for column in row} - _OWN_COLUMNS.get(table, frozenset())
        of_real = [row for row in real.rows(table).values() if _counts(table, row)]
        for difference in differences(
            *(_cut(r, columns, n) for r, n in zip((of_real, rows), names, strict=True))
        ):
            yield f"{table} {difference}"


_OWN_COLUMNS = {
    "agent_environment_variables": frozenset({"id", "value"}),
    "file_contents": frozenset({"id"}),
    "messages": frozenset({"id"}),
}
"""Ids that no answer shows, and secrets, which a real server keeps encrypted."""


def _counts(table: str, row: Mapping[str, Any]) -> bool:
    """Not what is only marked as deleted, nor the server's own tools."""
    return not row.get("is_deleted") and (table != "tools" or row["tool_type"] == "custom")


def _cut(rows: Iterable[Mapping[str, Any]], columns: set[str], names: Names) -> list[Any]:
    """These columns with names for ids, in an order that does not depend on who made them."""
    cut = [_plain({key: value for key, value in row.items() if key in columns}, names) for row in rows]
    keys = [column for column in sorted(columns) if column.endswith("id") or column in _TELLING]
    return sorted(cut, key=lambda row: _text([row[key] for key in keys]))


_TELLING = ("name", "label", "tag", "key", "value", "original_file_name")
"""Columns that tell a row from others, beside ids."""


def differences(real: Any, simulated: Any, place: str = "") -> list[str]:
    """Where a simulated answer is not the real one; a simulated row may have fewer keys."""
    if isinstance(real, dict) and isinstance(simulated, dict):
        unknown = [f"{place}.{key}: no such key" for key in sorted(simulated.keys() - real.keys())]
        common = sorted(real.keys() & simulated.keys())
        return [*unknown, *(d for k in common for d in differences(real[k], simulated[k], f"{place}.{k}"))]
    if isinstance(real, list) and isinstance(simulated, list) and len(real) == len(simulated):
        pairs = enumerate(zip(real, simulated, strict=True))
        return [d for number, (r, s) in pairs for d in differences(r, s, f"{place}[{number}]")]
    return [] if real == simulated else [f"{place}: {_text(real)[:300]} != {_text(simulated)[:300]}"]


def _request(exchange: Exchange, names: Names) -> str:
    parts = urlsplit(exchange.path)
    query = sorted((name, names.put(value)) for name, value in parse_qsl(parts.query, True))
    return f"{exchange.method} {names.put(parts.path)} {query}"


def _plain(body: Any, names: Names) -> Any:
    if isinstance(body, list):
        plain = [_plain(each, names) for each in body]
        return sorted(plain, key=_key)
    if isinstance(body, dict):
        if body.keys() == {"detail"} or body.keys() >= {"detail", "trace_id"}:
            return "refused"
        return {
            key: sorted(value) if key == "replacing" else _plain(value, names)
            for key, value in body.items()
            if key not in _OWN_TIMES and key not in _NEVER
        }
    if isinstance(body, str):
        if body.startswith('{"v":'):
            return _plain(json.loads(body), names)
        return _DEFAULT.sub(r"<default \1>", _TIME.sub("<time>", names.put(body)))
    return body


def _key(value: Any) -> str:
    """Rows by who they are, so that one key more or less does not change their order."""
    if isinstance(value, dict):
        return _text([value.get(name) for name in ("id", "name", "label", "key", "type", "handle")])
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _name_of(row: Mapping[str, Any]) -> str:
    for tag in row.get("tags") or ():
        if str(tag).startswith(_MARK) or ":record=" in str(tag):
            return f"<{tag}>"
    name = row.get("original_file_name") or row.get("name") or row.get("label") or row.get("description")
    return f"<{str(row['id']).partition('-')[0]} {name}>"
