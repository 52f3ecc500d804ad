"""What an unquoted YAML scalar means.

In: the text of a scalar. Out: null, a truth value, a number or text. Words that YAML 1.1 and 1.2 read
differently are refused instead of guessed: `on`, `012`, `1_000`, `12:30`, `2026-01-31`.
"""

from __future__ import annotations

import math
import re

from reconciler.manifest.yaml.file_limits import MAX_NUMBER

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WORDS = re.compile(r"(?i:yes|no|on|off)")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_UNCLEAR = re.compile(
    r"[-+]?0[0-9_]+(?:\.[0-9_]*)?"  # octal in 1.1, decimal in 1.2
    r"|[-+]?0[box][0-9a-fA-F_]+"
    r"|[-+]?[1-9][0-9]*(?:_[0-9]+)+(?:\.[0-9_]*)?"
    r"|[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # base 60 in 1.1
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?"
    r"|[-+]?\.(?i:inf)|\.(?i:nan)",
    re.DOTALL,
)


class Unclear(ValueError):
    """The scalar means different things to different YAML readers; the message says which."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar."""
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if not text[0].isascii() or not (text[0].isdigit() or text[0] in "+-.yYnNoO"):
        return text
    if _WORDS.fullmatch(text):
        raise Unclear("YAML 1.1 reads it as true or false, YAML 1.2 as text")
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise Unclear("the number is too large")
        return number
    if _UNCLEAR.fullmatch(text):
        raise Unclear("YAML readers disagree whether it is text, a number or a date")
    return text


def _integer(text: str) -> int:
    if len(text) > 20 or not -MAX_NUMBER <= int(text) < MAX_NUMBER:
        raise Unclear("the number is too large")
    return int(text)
