"""A record as text and back.

In: a SetRecord. Out: compact JSON, same record, same bytes; and the record that such a text holds. Strict: a
text of another version, with a key too many or a value of another type is an error, never "nothing there". It
must not know where the text stands.

    v             the format; a program that does not know it must not touch the set
    min_client    the oldest release of this program that may; a later one may raise it without another format

The other keys stand beside their attributes, in `values.record`. Addresses are written without their set,
except where they may lie in another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from reconciler import __version__
from reconciler.codec.codec import Codec
from reconciler.errors import ReconcilerError
from reconciler.formats import parsed_json, reason
from reconciler.values import Owner, SetRecord

VERSION = 1
MIN_CLIENT = "0.1.0"
"""The first release that knows records."""
_RELEASE = re.compile(r"\d+(\.\d+)*")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: JSON can name it, UTF-8 cannot."""
_CODEC = Codec(SetRecord)


class NewerRecord(ReconcilerError):
    """The record was written by a later release than this one can follow."""


class DamagedRecord(ReconcilerError):
    """The text is not a record."""


def encode_record(record: SetRecord) -> str:
    """The text; what is empty is left out."""
    head = {"v": VERSION, "min_client": MIN_CLIENT}
    values = head | _CODEC.write(record, record.owner)
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def decode_record(text: str) -> SetRecord:
    """The record in a text; NewerRecord when only a later release can read it, else DamagedRecord."""
    raw = _parsed(text)
    _check_version(raw)
    values = {key: value for key, value in raw.items() if key not in ("v", "min_client")}
    try:
        record = _CODEC.read(values, Owner.parse(str(raw.get("set"))))
    except ValueError as error:
        raise DamagedRecord("it is not a record", why=str(error)) from error
    if record.serial < 1:
        raise DamagedRecord("it is not a record", why="serial: it was never written")
    return record


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        raw = parsed_json(text)
    except (ValueError, RecursionError) as error:
        raise DamagedRecord("it is not a record", why=f"not JSON: {reason(error)}") from error
    if not isinstance(raw, dict):
        raise DamagedRecord("it is not a record", why="not a JSON object")
    return raw


def _check_version(raw: Mapping[str, Any]) -> None:
    """Asked before anything else is looked at: a later format may mean anything by the same keys."""
    version, oldest = raw.get("v"), raw.get("min_client")
    if not isinstance(version, int) or isinstance(version, bool):
        raise DamagedRecord("it is not a record", why="it does not say of which version it is")
    release = oldest if isinstance(oldest, str) and _RELEASE.fullmatch(oldest) else ""
    if version != VERSION or _numbers(release) > _numbers(__version__):
        wanted = f">={release}" if release else ""
        raise NewerRecord(
            f"it is of version {version}, for release {release or 'unknown'} and later of this program",
            why=f"this is release {__version__}, which knows version {VERSION}",
            hint=f"upgrade: pip install --upgrade 'letta-reconciler{wanted}'",
        )
    if not release:
        raise DamagedRecord("it is not a record", why="it does not say which release may read it")


def _numbers(release: str) -> tuple[int, ...]:
    found = _RELEASE.match(release)
    return tuple(int(part[:9]) for part in found[0].split(".")) if found else ()
