"""What can only be seen across resources, or across users.

In: desired resources and Users documents. Out: findings. It must not change anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.errors import Origin
from reconciler.kinds import SECTIONS
from reconciler.manifest.compile.catalog import Catalog
from reconciler.manifest.compile.user_overrides import check_overrides
from reconciler.manifest.names import bad_user_id
from reconciler.manifest.yaml.findings import Findings, Lookalikes, did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.values import Address, DesiredResource


class FolderNames:
    """Names of folders seen so far: the server has each only once."""

    def __init__(self) -> None:
        self._seen: dict[str, DesiredResource] = {}

    def check(self, resources: Iterable[DesiredResource], findings: Findings) -> None:
        """Two sources with one name are an error that lists both."""
        for resource in resources:
            if resource.address.kind != "source":
                continue
            other = self._seen.setdefault(resource.server_name, resource)
            if other.address != resource.address:
                findings.error(
                    f"{other.address} and {resource.address} would both be called {resource.server_name!r}",
                    resource.origins.get("name", resource.origin),
                    why=f"folder names are unique on the server; the other is at {other.origin}",
                    hint="give one of them a `name`",
                )


def check_groups(resources: Iterable[DesiredResource], findings: Findings) -> None:
    """The members of a dynamic group need names of their own."""
    known: Mapping[Address, DesiredResource] = {each.address: each for each in resources}
    for group in known.values():
        if group.leaves.get("manager_type") != "dynamic":
            continue
        names: dict[str, Address] = {}
        for member in sorted(group.requires):
            agent = known.get(member)
            if agent is None or f"agents[{member.name}]" not in group.leaves:
                continue
            other = names.setdefault(agent.server_name, member)
            if other != member:
                findings.error(
                    f"{other} and {member} of {group.address.name!r} have one name, {agent.server_name!r}",
                    agent.origins.get("name", agent.origin),
                    why="a dynamic manager tells members apart by name; the server refuses the group",
                )


def check_names(catalog: Catalog, findings: Findings) -> None:
    """Names of one kind in one place that only look different."""
    places = {name: section.node.items["name"].origin for name, section in catalog.constellations.items()}
    _check_looks("constellations", places, findings)
    for section in (catalog.shared, *catalog.constellations.values()):
        for key in SECTIONS:
            named = section.node.get(key)
            if named is not None:
                _check_looks(f"{key} of {section.label}:", named.keys, findings)
        for agent, node in section.names("agent").items():
            blocks = node.get("memory_blocks")
            if blocks is not None:
                _check_looks(f"blocks of agent {agent!r}:", blocks.keys, findings)


def _check_looks(what: str, places: Mapping[str, Origin], findings: Findings) -> None:
    looks = Lookalikes(what)
    for name, place in places.items():
        looks.check(name, place, findings)


def check_users(catalog: Catalog, findings: Findings) -> None:
    """Everything about users that can be seen without expanding them."""
    for document in catalog.users:
        name = document.items["constellation"]
        section = catalog.constellations.get(name.text)
        if section is None:
            hint = did_you_mean(name.text, catalog.constellations)
            findings.error(f"there is no constellation {name.text!r}", name.origin, hint=hint)
            continue
        for differing in document.entries("overrides").values():
            check_overrides(differing, section, findings)
        for user in document.list("users"):
            _check_user(user, findings)
            overrides = user.get("overrides")
            if overrides is not None:
                check_overrides(overrides, section, findings)


def _check_user(user: Node, findings: Findings) -> None:
    id_node = user.items["id"]
    problem = bad_user_id(id_node.text)
    if problem:
        findings.error(f"{id_node.text!r} cannot be a user id", id_node.origin, why=problem)
    if "${{" in id_node.text:
        findings.error("a user id cannot be an expression", id_node.origin)
    for name, child in user.entries("parameters").items():
        if "${{" in child.text:
            findings.error(
                f"the value of {name!r} cannot be an expression",
                child.origin,
                why="values of users are data and never evaluated",
            )
