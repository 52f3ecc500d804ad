"""`render` is YAML that reads back, without any secret."""

from __future__ import annotations

import yaml

from reconciler.report.rendered_manifests import rendered
from reconciler.values import Address, DesiredResource, FileContent, Owner, Secret

ADA = Owner("pattern", "42")
AGENT = Address(ADA, "agent", "flux")
BLOCK = Address(ADA, "block", "mood")
RESOURCES = [
    DesiredResource(BLOCK, "mood", {"value": "a\nb\n", "limit": 5}),
    DesiredResource(
        AGENT,
        "pattern_42_flux",
        {"secrets.KEY": Secret("canary", "KEY"), "files[x]": FileContent("ab", "x.md", 3), "name": "名前"},
        requires=frozenset({BLOCK}),
    ),
]


def test_it_reads_back_in_address_order() -> None:
    document = yaml.safe_load("".join(rendered(RESOURCES)))
    assert list(document) == [str(AGENT), str(BLOCK)]
    assert document[str(BLOCK)]["fields"] == {"limit": 5, "value": "a\nb\n"}
    assert document[str(AGENT)]["requires"] == [str(BLOCK)]


def test_secrets_stand_by_name() -> None:
    text = "".join(rendered(RESOURCES))
    assert "canary" not in text
    assert "(secret KEY)" in text


def test_long_text_is_a_block() -> None:
    assert "value: |\n      a\n      b\n" in "".join(rendered(RESOURCES))
