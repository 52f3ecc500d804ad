"""A record as text and back.

In: a SetRecord. Out: compact JSON, same record, same bytes; and the record that such a text holds. Strict: a
text of another version, with a key too many or a value of another type is an error, never "nothing there". It
must not know where the text stands.

    v             the format; a program that does not know it must not touch the set
    min_client    the oldest release of this program that may; a later one may raise it without another format

Addresses are written without their set, except where they may lie in another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler import __version__
from reconciler.errors import ReconcilerError
from reconciler.values import Address, Known, Owner, SetRecord

VERSION = 1
MIN_CLIENT = "0.1.0"
"""The first release that knows records."""
_RELEASE = re.compile(r"\d+(\.\d+)*")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: JSON can name it, UTF-8 cannot."""


class NewerRecord(ReconcilerError):
    """The record was written by a later release than this one can follow."""


class DamagedRecord(ReconcilerError):
    """The text is not a record."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _KnownDocument(_Document):
    id: str
    made: str = ""
    label: str = ""
    members: list[str] = []
    base: dict[str, str] = {}


class _RecordDocument(_Document):
    v: int
    min_client: str
    project: str
    set: str
    serial: int = Field(ge=1)
    applied: bool = False
    digest: str = ""
    earlier: list[str] = []
    known: dict[str, _KnownDocument] = {}
    former: dict[str, str] = {}
    removed: list[str] = []
    protect: list[str] = []
    accepted: dict[str, str] = {}
    released: dict[str, list[str]] = {}
    texts: dict[str, dict[str, str]] = {}
    parameters: dict[str, Any] | None = None
    notes: dict[str, Any] = {}
    replacing: dict[str, str] = {}
    left: dict[str, str] = {}
    salt: str = ""
    rebuilt: bool = False


def encode_record(record: SetRecord) -> str:
    """The text; what is empty is left out."""
    short = partial(_short, record.owner)
    values: dict[str, Any] = {
        "v": VERSION,
        "min_client": MIN_CLIENT,
        "project": record.project,
        "set": str(record.owner),
        "serial": record.serial,
    }
    rest: dict[str, Any] = {
        "applied": record.applied,
        "digest": record.digest,
        "earlier": list(record.earlier),
        "known": {short(address): _known(known) for address, known in _sorted(record.known)},
        "former": {short(old): str(new) for old, new in _sorted(record.former)},
        "removed": sorted(map(short, record.removed)),
        "protect": sorted(map(short, record.protect)),
        "accepted": {
            f"{short(address)} {path}": value
            for address, settled in _sorted(record.accepted)
            for path, value in sorted(settled.items())
        },
        "released": {short(address): list(names) for address, names in _sorted(record.released)},
        "texts": {short(address): dict(sorted(texts.items())) for address, texts in _sorted(record.texts)},
        "notes": dict(record.notes),
        "replacing": {short(address): run for address, run in _sorted(record.replacing)},
        "left": dict(sorted(record.left.items())),
        "salt": record.salt,
        "rebuilt": record.rebuilt,
    }
    values |= {key: value for key, value in rest.items() if value}
    if record.parameters is not None:
        values["parameters"] = dict(sorted(record.parameters.items()))
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def decode_record(text: str) -> SetRecord:
    """The record in a text; NewerRecord when only a later release can read it, else DamagedRecord."""
    raw = _parsed(text)
    _check_version(raw)
    try:
        document = _RecordDocument.model_validate(raw)
        return _record(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DamagedRecord("it is not a record", why=f"{place}: {first['msg']}") from error
    except ValueError as error:
        raise DamagedRecord("it is not a record", why=str(error)) from error


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        raw = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DamagedRecord("it is not a record", why=f"not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise DamagedRecord("it is not a record", why="not a JSON object")
    return raw


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


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


def _record(document: _RecordDocument) -> SetRecord:
    owner = Owner.parse(document.set)
    whole = partial(_whole, owner)
    return SetRecord(
        project=document.project,
        owner=owner,
        serial=document.serial,
        applied=document.applied,
        digest=document.digest,
        earlier=tuple(document.earlier),
        known={
            whole(text): Known(each.id, each.base, each.made, each.label, tuple(each.members))
            for text, each in document.known.items()
        },
        former=_addressed(document.former, whole, _address),
        removed=_addresses(document.removed, whole),
        protect=_addresses(document.protect, whole),
        accepted=_settled(document.accepted, whole),
        released=_addressed(document.released, whole, tuple),
        texts=_addressed(document.texts, whole, dict),
        parameters=document.parameters,
        notes=document.notes,
        replacing=_addressed(document.replacing, whole, str),
        left=document.left,
        salt=document.salt,
        rebuilt=document.rebuilt,
    )


def _settled(values: Mapping[str, str], whole: Callable[[str], Address]) -> dict[Address, Mapping[str, str]]:
    found: dict[Address, dict[str, str]] = {}
    for text, value in values.items():
        address, _, path = text.partition(" ")
        found.setdefault(whole(address), {})[path] = value
    return dict(found)


def _known(known: Known) -> dict[str, Any]:
    values = {
        "made": known.made,
        "label": known.label,
        "members": list(known.members),
        "base": dict(sorted(known.base.items())),
    }
    return {"id": known.id, **{key: value for key, value in values.items() if value}}


def _sorted(values: Mapping[Address, Any]) -> list[tuple[Address, Any]]:
    return sorted(values.items(), key=lambda item: item[0].order)


def _short(owner: Owner, address: Address) -> str:
    if address.owner != owner:
        raise ValueError(f"{address} is not of {owner}")
    return str(address)[len(str(owner)) + 1 :]


def _whole(owner: Owner, text: str) -> Address:
    return _address(f"{owner}/{text}")


def _address(text: str) -> Address:
    address = Address.parse(text)
    if str(address) != text:
        raise ValueError(f"{text!r} is not an address")
    return address


def _addresses(texts: Iterable[str], whole: Callable[[str], Address]) -> frozenset[Address]:
    return frozenset(whole(text) for text in texts)


def _addressed(
    values: Mapping[str, Any], whole: Callable[[str], Address], value: Callable[[Any], Any]
) -> dict[Address, Any]:
    return {whole(text): value(each) for text, each in values.items()}
