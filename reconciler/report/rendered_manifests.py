"""What the manifests of one user expand to, as YAML: addresses to leaves.

In: desired resources. Out: pieces of YAML text, one for each resource, in address order. Secrets stand by
name. It must not need a server, nor hold all text at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from reconciler.values import DesiredResource, FileContent, Leaf, Secret


class _Dumper(yaml.SafeDumper):
    """Long text as a block, no references to repeated values."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def rendered(resources: Iterable[DesiredResource]) -> Iterator[str]:
    """The YAML of each resource."""
    for resource in sorted(resources, key=lambda each: each.address):
        yield yaml.dump(
            {str(resource.address): _entry(resource)},
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=100,
        )


def _entry(resource: DesiredResource) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if resource.server_name:
        entry["server_name"] = resource.server_name
    entry["fields"] = {path: plain(leaf) for path, leaf in sorted(resource.leaves.items())}
    if resource.requires:
        entry["requires"] = sorted(map(str, resource.requires))
    return entry


def rendered_document(resources: Iterable[DesiredResource]) -> dict[str, Any]:
    """The same for programs."""
    ordered = sorted(resources, key=lambda each: each.address)
    return {"format_version": "1.0", "resources": {str(each.address): _entry(each) for each in ordered}}


def plain(leaf: Leaf) -> Any:
    """A leaf as plain JSON; secrets and files as the text that stands for them."""
    if isinstance(leaf, FileContent):
        return {"path": leaf.path, "sha256": leaf.sha256, "size": leaf.size}
    return str(leaf) if isinstance(leaf, Secret) else leaf
