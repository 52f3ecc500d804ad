"""Bytes and values that hurt: flips, cuts, repeats, other types, numbers without end, texts that are none.

In: a source of chance and something good. Out: something like it that is not. Everything random comes from
the source, so one seed gives one damage.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

Edit = dict[str, Any]
"""A change of JSON: where (`path`), and the new `value`, `remove` or `rename`."""

TOKENS = (
    *(
        "---\n",
        "...\n",
        "\t",
        "\r",
        "\n\n",
        "#",
        ": ",
        "- ",
        "? ",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: ",
        "!!python/name:os ",
    ),
    *(
        "!x ",
        "%YAML 9.9\n",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        ",",
        "~",
        "null",
        "true",
        "on",
        "1e999",
        "-.inf",
        ".nan",
    ),
    *("0x7f", "0o17", "1_000", "2026-01-01", "12:30:45", "99999999999999999999", "-1", "1e400", "NaN"),
    *(
        "${{ user.id }}",
        "${{",
        "}}",
        "${{ env.PATH }}",
        "${{ 'x' * 999999 }}",
        "${{ parameters }}",
        "{{ x }}",
    ),
    *("apiVersion: reconciler/v1\n", "kind: Users\n", "kind: Project\n", "kind: Shared\n", "name: x\n"),
    *("moved: [{from: agent/a, to: agent/b}]\n", "ownership: absent\n", "ownership: {value: merged}\n"),
    *(
        "{secret_env: PIN}",
        "{file: ../x}",
        "{file: main.yaml}",
        "*.md",
        "**",
        "../",
        "/dev/null",
        "shared/",
        "a/b/c",
    ),
    *(
        "\ufeff",
        "\u202e",
        "\u200b",
        "\u0301",
        "\uff41",
        "\x00",
        "\x1b[2J",
        "\x85",
        "\u2028",
        "é",
        "日本",
        "\U0001f600",
    ),
    *("::error::x", "\\ud800", "\\u0000", "\\x", "%s", "{0}", "[bold]", "{}", "a" * 70_000),
)
"""Pieces of text that parsers and people trip over."""
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 7, 2**31, 2**63, 10**30, 1.5, -0.0, float("nan"), float("inf")),
    *("", " ", "x", "a/b", "/", "..", "\ud800", "\x00", "\u202e", "é", "e\u0301", "1", "null", "x" * 5_000),
    *("::error::x", "${{ user.id }}", "2026-01-01T00:00:00Z", "agent-1", "%s", "[red]", "\x1b[2J", "a\nb"),
    *(
        [],
        {},
        [None],
        [[]],
        ["x"],
        [1, "x", None],
        {"": None},
        {"id": None},
        {"x": {"y": [1]}},
        [{}],
        {"id": "x"},
    ),
)


def damaged(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """The bytes with a few things done to them."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5, 9))):
        data = _ONCE[random.randrange(len(_ONCE))](random, data, others)
    return data


def edits(random: Random, document: Any, others: list[Any]) -> list[Edit]:
    """A few changes of a JSON document, each of which holds for what those before it leave."""
    found = []
    for _ in range(random.choice((1, 1, 1, 1, 2, 2, 3, 5))):
        edit = _edit(random, document, others)
        document = edited(document, edit)
        found.append(edit)
    return found


def edited(document: Any, edit: Edit) -> Any:
    """The document after a change; one that names no place in it changes nothing."""
    path = edit["path"]
    if not path:
        return document if "remove" in edit or "rename" in edit else edit["value"]
    first, rest = path[0], [*path[1:]]
    if isinstance(document, list) and isinstance(first, int) and -len(document) <= first < len(document):
        items = [*document]
        if not rest and "remove" in edit:
            del items[first]
        elif not rest and "again" in edit:
            items.insert(first, items[first])
        else:
            items[first] = edited(items[first], {**edit, "path": rest})
        return items
    if isinstance(document, dict) and first in document:
        if not rest and "remove" in edit:
            return {key: value for key, value in document.items() if key != first}
        if not rest and "rename" in edit:
            return {(edit["rename"] if key == first else key): value for key, value in document.items()}
        return {**document, first: edited(document[first], {**edit, "path": rest})}
    return document


def dumped(value: Any) -> bytes:
    """JSON, with what JSON does not know: numbers that are none, halves of characters."""
    return json.dumps(value, default=str).encode()


def _edit(random: Random, document: Any, others: list[Any]) -> Edit:
    path = _path(random, document)
    if random.random() < 0.4:
        return {"path": path, "value": _alike(random, document, path)}
    what = random.random()
    if path and what < 0.15:
        return {"path": path, "remove": True}
    if path and isinstance(path[-1], str) and what < 0.25:
        return {"path": path, "rename": random.choice((path[-1] + "x", "id", "name", "", "value", "$file"))}
    if path and isinstance(path[-1], int) and what < 0.3:
        return {"path": path, "again": True}
    if what < 0.4 and others:
        return {"path": path, "value": _part(random, random.choice(others))}
    if what < 0.55:
        return {"path": path, "value": _part(random, document)}
    if what < 0.57:
        return {"path": path, "value": _deep(random.choice((50, 300)))}
    return {"path": path, "value": random.choice(VALUES)}


def _alike(random: Random, document: Any, path: list[str | int]) -> Any:
    """Another value of the same type as the one that stands there, so that its shape is accepted."""
    before = document
    for key in path:
        before = before[key]
    if isinstance(before, bool):
        return not before
    if isinstance(before, int | float):
        return random.choice((0, 1, -1, before + 1, before * 1_000, -before, 2**31 - 1, 2**31))
    if isinstance(before, str):
        at = random.randrange(len(before) + 1)
        piece = random.choice(TOKENS)
        return random.choice(
            (before[:at], before + piece, before[:at] + piece + before[at:], piece, before * 3)
        )
    if isinstance(before, list):
        return random.choice((before[::-1], before[1:], before * 2, before[:1]))
    if isinstance(before, dict):
        keys = list(before)
        random.shuffle(keys)
        return {key: before[key] for key in keys[: random.randrange(len(keys) + 1)]}
    return random.choice(VALUES)


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def _path(random: Random, document: Any) -> list[str | int]:
    path: list[str | int] = []
    while isinstance(document, dict | list) and document and (not path or random.random() < 0.85):
        if isinstance(document, dict):
            key: str | int = random.choice(list(document))
        else:
            key = random.randrange(len(document))
        path.append(key)
        document = document[key]  # type: ignore[index]
    return path


def _part(random: Random, document: Any) -> Any:
    for key in _path(random, document):
        document = document[key]
    return document


def _flip(random: Random, data: bytes, others: list[bytes]) -> bytes:
    del others
    if not data:
        return bytes([random.randrange(256)])
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _cut(random: Random, data: bytes, others: list[bytes]) -> bytes:
    del others
    return data[: random.randrange(len(data) + 1)]


def _remove(random: Random, data: bytes, others: list[bytes]) -> bytes:
    del others
    start, end = sorted(random.randrange(len(data) + 1) for _ in "ab")
    return data[:start] + data[min(end, start + random.choice((1, 8, 200))) :]


def _repeat(random: Random, data: bytes, others: list[bytes]) -> bytes:
    del others
    start = random.randrange(len(data) + 1)
    piece = data[start : start + random.choice((1, 8, 80, 800))]
    return data[:start] + piece * random.choice((2, 3, 50)) + data[start:]


def _token(random: Random, data: bytes, others: list[bytes]) -> bytes:
    del others
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(TOKENS).encode("utf-8", "surrogatepass") + data[at:]


def _word(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """A value or key of the file is replaced by a piece of text."""
    del others
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    before, colon, _ = lines[at].partition(b":")
    lines[at] = before + colon + b" " + random.choice(TOKENS).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def _lines(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """A line goes, comes twice, moves or is moved to the right."""
    del others
    lines = data.split(b"\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = b" " * random.randrange(1, 4) + lines[at]
    return b"\n".join(lines)


def _splice(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """A piece of another file stands in the middle, or the rest is that of another."""
    other = random.choice(others) if others else data
    start = random.randrange(len(other) + 1)
    at = random.randrange(len(data) + 1)
    if random.random() < 0.3:
        return data[:at] + other[start:]
    return data[:at] + other[start : start + random.choice((20, 200, 2_000))] + data[at:]


def _as_other_text(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """The same text in another encoding."""
    del others
    text = data.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-32", "latin-1", "utf-8-sig", "utf-7")), "replace")


_ONCE = (
    *(_flip, _cut, _remove, _repeat, _token, _token, _token, _word, _word, _word, _lines, _lines, _lines),
    *(_splice, _splice, _flip, _remove, _as_other_text),
)
