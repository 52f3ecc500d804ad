"""Which sets the manifests of one folder are about, where that folder is only a part of a project.

In: the documents of the project, and folders in it. Out: selectors of the sets these folders declare. It must
not leave anything out of what is loaded: the folder narrows what a run is about, not what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from reconciler.manifest.users.rows import Roll
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.values import SHARED, Owner, Selector

_MOST = 100
"""Users that are named one by one; more stand for everybody of their constellation."""


def selectors_within(
    documents: Iterable[Node], rolls: Mapping[str, Roll], folders: Sequence[str]
) -> tuple[Selector, ...]:
    """The sets that documents in these folders declare, as relative as the places of documents are."""
    inside = [each for each in documents if any(_is_in(each.origin.file, folder) for folder in folders)]
    patterns = {pattern for document in inside for pattern in _sets_of(document, rolls)}
    whole = {pattern for pattern in patterns if "/" not in pattern}
    return tuple(Selector(each) for each in sorted(patterns) if each in whole or _first(each) not in whole)


def _is_in(file: str, folder: str) -> bool:
    return file.startswith(f"{folder}/")


def _first(pattern: str) -> str:
    return pattern.partition("/")[0]


def _sets_of(document: Node, rolls: Mapping[str, Roll]) -> Iterator[str]:
    match document.word("kind"):
        case "Shared":
            yield SHARED
        case "Constellation":
            yield document.word("name")
        case "Users":
            name = document.word("constellation")
            yield from _users_of(document, name, rolls[name])


def _users_of(document: Node, constellation: str, roll: Roll) -> Iterator[str]:
    own = replace(roll, documents=(document,), added=())
    users = [row.user for row in islice(own.rows(None, Findings()), _MOST + 1)]
    users += document.entries("overrides")
    if not users or len(users) > _MOST or document.get("moved") is not None:
        yield constellation
    else:
        yield from (str(Owner(constellation, user)) for user in users)
