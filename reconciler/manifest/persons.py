"""Tells two users from one who is written in two ways, in a table that grew by many hands.

In: ids, one at a time. Out: whether each is somebody new, and findings about those who are not, or seem not
to be. Ids that are their own plain form, as nearly all are, need no second place in memory.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from reconciler.errors import Origin
from reconciler.manifest.findings import Findings


@dataclass
class Persons:
    """Everybody of one constellation who was met so far."""

    constellation: str
    findings: Findings
    met: dict[str, Origin] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)
    """The id that was met, by plain forms that are not the id itself."""

    def meet(self, user: str, origin: Origin) -> bool:
        """Whether this is somebody new; a finding says why not."""
        if user in self.met:
            self.findings.error(
                f"user {user!r} of constellation {self.constellation!r} is declared twice",
                origin,
                why=f"first at {self.met[user]}",
            )
            return False
        text, person = _same_text(user), _same_person(user)
        twin = self._other(text, user) or self._other(person, user)
        self.met[user] = origin
        self._written.update({plain: user for plain in (text, person) if plain != user})
        if twin and _same_text(twin) == text:
            self.findings.error(
                f"user {user!r} of constellation {self.constellation!r} is declared in two spellings",
                origin,
                why=f"{twin!a} at {self.met[twin]} is the same text as {user!a}",
                hint="write it in one way, the one that was applied",
            )
            return False
        if twin:
            self.findings.warning(
                f"user {user!r} seems to be user {twin!r}; each gets a set",
                origin,
                why=f"{twin!a} at {self.met[twin]} and {user!a} differ in nothing a person would see or say",
                hint="if it is one person, keep the one that was applied",
            )
        return True

    def _other(self, plain: str, user: str) -> str:
        """Who was met under the same plain form; empty when nobody was."""
        return plain if plain != user and plain in self.met else self._written.get(plain, "")


def _same_text(user: str) -> str:
    """What all spellings of one text have in common: an accent is one character or two."""
    return user if user.isascii() else unicodedata.normalize("NFC", user)


def _same_person(user: str) -> str:
    """What all ids of one person have in common, as far as anybody can tell: the case of a mail address says
    nothing, nor do characters that nobody sees."""
    text = _same_text(user)
    seen = text if text.isascii() else "".join(each for each in text if unicodedata.category(each) != "Cf")
    return seen.casefold() if "@" in seen else seen
