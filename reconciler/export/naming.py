"""Names for what had none in any manifest.

In: what something is called on a server. Out: an identifier of the language, unlike all given before. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reconciler.manifest.names import IDENTIFIER

_LONGEST = 63
_identifier = re.compile(IDENTIFIER)


def is_identifier(text: str) -> bool:
    """Whether a text can be a name in a manifest as it is."""
    return _identifier.match(text) is not None and not text.endswith("\n")


@dataclass(slots=True)
class Names:
    """Names given so far."""

    given: set[str] = field(default_factory=set)

    def give(self, wanted: str, otherwise: str) -> str:
        """A name as near to what is wanted as the language and earlier names allow."""
        base = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted).strip("-_")[: _LONGEST - 6] or otherwise
        name, number = base, 2
        while name in self.given:
            name, number = f"{base}-{number}", number + 1
        self.given.add(name)
        return name
