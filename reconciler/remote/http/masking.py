"""Takes secrets out of what a server or a proxy says, in whatever form they came back.

In: a text and the secrets that were sent. Out: the text without them. Servers quote, encode, fold and shorten
what they repeat, so the forms of a secret are looked for, its lines and the ends of one that was cut. It must
not know where the text goes.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from urllib.parse import quote, quote_plus

MASK = "(secret)"
_SHORT = 4
"""Characters: anything shorter is in every text, and to mask it there would tell what it is."""
_LINE = 8
"""Characters of a line of a longer secret that tell something of it."""
_END = 10
"""Characters of the beginning or the end of a secret that was cut."""


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, their encoded forms, their lines and what was left of cut ones."""
    known = set(secrets)
    found = {form for secret in known for part in _parts(secret) for form in _forms(part)}
    forms = sorted(found, key=lambda each: (-len(each), each))
    for form in forms:
        text = text.replace(form, MASK)
    for form in forms:
        text = _without_ends(text, form)
    for word in sorted(each for each in known if 0 < len(each) < _SHORT):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MASK, text)
    return text


def _parts(secret: str) -> Iterator[str]:
    """What may come back alone: the whole, the whole in one row, and each line of it."""
    stripped = secret.strip()
    yield from (each for each in (secret, stripped, " ".join(secret.split())) if len(each) >= _SHORT)
    lines = [line.strip() for line in secret.splitlines()]
    yield from (line for line in lines if len(line) >= _LINE)


def _forms(part: str) -> Iterator[str]:
    """The part as it is, and as servers, proxies and their pages write it."""
    data = part.encode("utf-8", "surrogatepass")
    yield part
    quoted = json.dumps(part)[1:-1]
    yield from (quoted, json.dumps(quoted)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1])
    yield repr(part)[1:-1]
    yield from (html.escape(part), html.escape(part, quote=False))
    for url in (quote(data), quote(data, safe=""), quote_plus(data)):
        yield from (url, re.sub("%..", lambda match: match[0].lower(), url))
    yield data.hex()
    for encoded in _base64(data):
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"))


def _base64(data: bytes) -> Iterator[str]:
    """What Base64 makes of it in any place of a longer text, without the characters shared with that."""
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + data).decode("ascii").rstrip("=")
        is_even = (before + len(data)) % 3 == 0
        yield encoded[shared:] if is_even else encoded[shared:-1]


def _without_ends(text: str, form: str) -> str:
    """The text without the beginning or the end of a form that was cut."""
    if len(form) < _END or len(text) < _END:
        return text
    return _without_start(_without_start(text, form)[::-1], form[::-1], MASK[::-1])[::-1]


def _without_start(text: str, form: str, masked: str = MASK) -> str:
    at = text.find(form[:_END])
    while at >= 0:
        cut = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text[at:], form, strict=False)))
        text = text[:at] + masked + text[at + cut :]
        at = text.find(form[:_END], at + len(masked))
    return text
