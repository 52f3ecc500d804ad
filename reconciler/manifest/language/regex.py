"""Regular expressions that manifests bring along.

In: the source of an expression. Out: whether a text matches. The engine is the one of pydantic, which takes
time linear in the text: Python's own can be made to run for years. `$` is the very end, not a place before
the last line break.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

MAX_SOURCE = 1_000
MAX_TEXT = 10_000
"""Characters of a text that is held against a pattern."""


class BadPattern(ValueError):
    """The source is no regular expression; the message says why."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression that is searched for."""

    source: str

    def check(self) -> None:
        """BadPattern when the source cannot be compiled."""
        from pydantic_core import SchemaError

        if len(self.source) > MAX_SOURCE:
            raise BadPattern(f"it is longer than {MAX_SOURCE:,} characters")
        try:
            _ = self._validator
        except SchemaError as error:
            raise BadPattern(_reason(str(error))) from error

    def is_in(self, text: str) -> bool:
        """Whether the text matches anywhere."""
        from pydantic_core import ValidationError

        try:
            self._validator.validate_python(text)
        except ValidationError:
            return False
        return True

    @cached_property
    def _validator(self) -> SchemaValidator:
        from pydantic_core import SchemaValidator

        return SchemaValidator({"type": "str", "pattern": self.source, "regex_engine": "rust-regex"})


def _reason(said: str) -> str:
    """The last line of what the engine says; the lines before show the expression."""
    last = said.strip().splitlines()[-1].strip()
    return last.removeprefix("error: ").removeprefix("SchemaError: ").rstrip(".").lower()
