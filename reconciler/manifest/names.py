"""Names: what manifests may call things, and what those are called on the server.

In: identifiers and user ids, which are free text. Out: server names that are valid there and do not clash.
It must not be used to find anything again: identity is the marker, never the name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"
"""Constellations, agents, blocks, sources, groups and tools."""

SERVER_NAME = re.compile(r"[\w '\-]+")
"""What letta 0.16.8 accepts as an agent name; anything else is answered with status 500."""

_PLAIN_USER = re.compile(r"[A-Za-z0-9-]{1,64}")
_LOOKS_HASHED = re.compile(r"(?:^|-)[0-9a-f]{8}$")
_NOT_WORD = re.compile(r"[^\w-]|_")
_SLUG_LENGTH = 40
MAX_USER_ID = 200


def user_slug(user: str) -> str:
    """A user id as part of a server name; two ids never give one slug.

    An id that already ends like a hash is hashed too, so that nobody can choose the slug of somebody else.
    """
    if _PLAIN_USER.fullmatch(user) and not _LOOKS_HASHED.search(user):
        return user
    slug = _NOT_WORD.sub("-", user)[:_SLUG_LENGTH]
    return f"{slug}-{hashlib.sha256(user.encode()).hexdigest()[:8]}"


def server_name(constellation: str, user: str, name: str) -> str:
    """What an agent or folder of one user is called on the server unless `name` says otherwise."""
    return f"{constellation}_{user_slug(user)}_{name}"


def bad_user_id(user: str) -> str:
    """Why a text cannot be a user id; empty when it can."""
    if not user:
        return "it is empty"
    if user != user.strip():
        return "it begins or ends with white space"
    if len(user) > MAX_USER_ID:
        return f"it has {len(user)} characters, more than {MAX_USER_ID}"
    if any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in user):
        return "it contains a control character"
    return ""


def look_of(name: str) -> str:
    """The same for names that people, or some programs, take for one: other case, accents or widths, or
    characters that nobody sees."""
    if name.isascii():
        folded = name.lower()
    else:
        seen = "".join(each for each in name if unicodedata.category(each) != "Cf")
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return name if folded == name else folded


def reserved(word: str) -> str:
    """Why a tag or metadata key is not free; empty when it is."""
    if word.startswith(("managed-by:", "letta-reconciler", "user:", "constellation:")):
        return "the reconciler marks its own resources with it"
    if word == "git-memory-enabled":
        return "the server renames the memory blocks of such agents"
    return ""
