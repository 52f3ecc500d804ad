"""Where a resource lives in the manifests: the identity people type and read.

In: constellation, user, kind and name. Out: a sorted, hashable address with one text form.
It must not know how anything is called on the server.

    pattern/42/agent/entropy                    one user's agent
    pattern/42/agent/entropy/block/persona      a block private to that agent
    pattern/42/block/current_state              a block shared within the user's set
    shared/tool/log_mood                        exists once for all users
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

SHARED = "shared"
"""First segment of everything that exists once; no constellation may be called this."""

_GLOB = re.compile(r"[*?\[]")
_UNSAFE = re.compile(r"[%/*?\[\]!\s\x00-\x1f\x7f]")


@lru_cache(maxsize=200_000)
def _quote(text: str) -> str:
    """User ids are free text; these characters would break the address or a glob."""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Whose set a resource belongs to; both parts empty means the shared set."""

    constellation: str = ""
    user: str = ""

    @property
    def is_shared(self) -> bool:
        """Whether this is the set that exists once."""
        return not self.constellation

    @classmethod
    def parse(cls, text: str) -> Owner:
        """The inverse of `str`, such as `pattern/42` or `shared`; ValueError for anything else."""
        constellation, slash, user = text.partition("/")
        owner = cls() if text == SHARED else cls(constellation, unquote(user))
        if str(owner) != text or not (slash or owner.is_shared):
            raise ValueError(f"{text!r} is not a set")
        return owner

    def __str__(self) -> str:
        return SHARED if self.is_shared else f"{self.constellation}/{_quote(self.user)}"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One resource. `agent` is set only for a block private to that agent."""

    owner: Owner
    kind: str
    name: str
    agent: str = ""

    def __str__(self) -> str:
        if self.agent:
            return f"{self.owner}/agent/{self.agent}/{self.kind}/{self.name}"
        return f"{self.owner}/{self.kind}/{self.name}"

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """What addresses are sorted by; the same order as `<`, only much faster as a key."""
        return (self.owner.constellation, self.owner.user, self.kind, self.name, self.agent)

    @property
    def parent(self) -> Address | None:
        """The agent a private block belongs to."""
        return Address(self.owner, "agent", self.agent) if self.agent else None

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address a text names; ValueError when it names none."""
        parts = text.split("/")
        owner, rest = _owner(parts)
        if len(rest) == 2 and all(rest):
            return cls(owner, rest[0], rest[1])
        if len(rest) == 4 and rest[0] == "agent" and all(rest):
            return cls(owner, rest[2], rest[3], agent=rest[1])
        raise ValueError(f"{text!r} is not an address")


def _owner(parts: list[str]) -> tuple[Owner, list[str]]:
    if parts[0] == SHARED:
        return Owner(), parts[1:]
    if len(parts) < 3 or not parts[0] or not parts[1]:
        raise ValueError(f"{'/'.join(parts)!r} is not an address")
    return Owner(parts[0], unquote(parts[1])), parts[2:]


@dataclass(frozen=True, slots=True)
class Selector:
    """Chooses addresses segment by segment; `*`, `?` and `[...]` match within one segment.

    Fewer segments than the address choose everything below (`pattern/42`), never a substring. ValueError
    where a segment is empty: `pattern/` is what is left of `pattern/$USER` when nothing is in the variable.
    """

    pattern: str

    def __post_init__(self) -> None:
        if not all(segment.strip() for segment in self.segments):
            raise ValueError(f"{self.pattern!r} has an empty segment")

    @property
    def segments(self) -> tuple[str, ...]:
        """One glob for each segment of an address."""
        return tuple(self.pattern.split("/"))

    @property
    def has_glob(self) -> bool:
        """Whether it may choose by more than what is written out."""
        return _GLOB.search(self.pattern) is not None

    @property
    def set_name(self) -> str | None:
        """The one set it lies in, as an owner is written; None where it may lie in several."""
        first, *rest = self.segments
        if first == SHARED:
            return SHARED
        if not rest or _GLOB.search(f"{first}/{rest[0]}"):
            return None
        return f"{first}/{rest[0]}"

    def matches(self, address: Address) -> bool:
        """Whether the address, or something it lies under, is what the pattern names."""
        wanted = self.segments
        have = str(address).split("/")
        if len(wanted) > len(have):
            return False
        return all(fnmatch.fnmatchcase(part, glob) for part, glob in zip(have, wanted, strict=False))
