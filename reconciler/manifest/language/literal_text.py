"""Texts that look as if somebody meant something else by them: they reach agents as they are written.

In: a text of a manifest. Out: what it looks like and what to write instead; nothing for any other text. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BRACES = re.compile(r"(?<!\$)\{\{\s*[A-Za-z_][\w.]*\s*\}\}")
_DOLLAR = re.compile(r"\$\{\s*[A-Za-z_][\w.]*\s*\}")
_PATH = re.compile(r"[\w.-]*(?:/[\w.-]+)*\.(?:md|markdown|txt|prompt|j2)")


@dataclass(frozen=True, slots=True)
class Lookalike:
    """What a text looks like, and how that is written."""

    summary: str
    hint: str


def lookalike(text: str, may_be_file: bool) -> Lookalike | None:
    """What the text may have been meant as; `may_be_file` where a file could stand in its place."""
    if may_be_file and _PATH.fullmatch(text):
        return Lookalike(
            f"the text is {text!r} itself, not what is in such a file", f"write {{file: {text}}}"
        )
    found = _BRACES.search(text) or _DOLLAR.search(text)
    if found is None:
        return None
    name = found[0].strip("${} \t\n")
    return Lookalike(
        f"{found[0]} is no expression and stays in the text as it is", f"an expression is ${{{{ {name} }}}}"
    )
